import { parseRemoteUrl, printRemoteUrl, type StoragePlugin } from '@datapin/storage';

import type { ConfigFileLevel } from '../config/config-files.ts';
import { type ConfigLayer, mergeConfigTexts } from '../config/config-layers.ts';
import type { SettingName } from '../config/config-name.ts';
import type { ConfigFileKind } from '../config/config.ts';
import { DatapinError } from '../errors.ts';
import { commonRemoteOptions, remoteRules } from '../formats/config-options.ts';
import { dvcRemoteRules } from '../formats/config-schema.ts';
import type { ConfigSession, LayerName } from './config-session.ts';

/** Where a setting belongs, and what there is to say about it. */
export interface SettingPlace {
  readonly place: LayerName;
  readonly warnings: readonly string[];
}

export interface PlaceRequest {
  readonly level: ConfigFileLevel;
  readonly setting: SettingName & { readonly value: string };
}

/**
 * Decides which tool's file a setting goes to: what DVC's schema refuses would stop DVC altogether, so it stands in ours. That is a
 * remote with a scheme that DVC does not know, with all its options, and an option of another remote that only our plugin knows.
 * Rejects with `invalid-config` for an option that the plugin does not know either.
 */
export async function placeOfSetting(session: ConfigSession, { level, setting }: PlaceRequest): Promise<SettingPlace> {
  const { section, option, value } = setting;
  if (section.kind === undefined && section.name === 'core' && option === 'remote') {
    return { place: { level, kind: kindOfRemote(session.layers, value.toLowerCase()) ?? 'dvc' }, warnings: [] };
  }
  if (section.kind !== 'remote') {
    return { place: { level, kind: 'dvc' }, warnings: [] };
  }
  const url =
    option === 'url'
      ? value
      : mergeConfigTexts(session.layers.map(({ text }) => text))
          .named.remote.get(section.name)
          ?.get('url');
  if (typeof url !== 'string') {
    return { place: { level, kind: 'dvc' }, warnings: [] };
  }
  const rules = rulesOf(url);
  if (option !== 'url' && rules !== undefined && (rules === 'any' || Object.hasOwn(rules, option))) {
    const defined = kindOfRemote(session.layers, section.name) ?? 'dvc';
    return { place: { level, kind: defined }, warnings: [] };
  }
  if (rules !== undefined && option === 'url') {
    return { place: { level, kind: 'dvc' }, warnings: folderWarnings(url) };
  }
  return placeByPlugin(session, { level, option, url });
}

/**
 * DVC's rules for a remote; `undefined` when it cannot use it. Where there is no host (`blob:///folder`) its schema does not look at the scheme, and DVC
 * would push into a folder named `blob:`.
 */
function rulesOf(url: string): ReturnType<typeof dvcRemoteRules> {
  const { scheme } = parseRemoteUrl(url);
  return scheme === 'local' || dvcRemoteRules(`${scheme}://host`) !== undefined ? dvcRemoteRules(url) : undefined;
}

/** DVC takes `s3:/bucket` for a folder of that name, and so do we; hardly anybody means it. */
function folderWarnings(url: string): readonly string[] {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]+):(?!\/\/)\/?(.*)$/isu.exec(url) ?? [];
  if (scheme === '' || !Object.hasOwn(remoteRules, scheme.toLowerCase())) return [];
  const meant = printRemoteUrl(parseRemoteUrl(`${scheme}://${rest}`));
  return [`The address has no '//', so it names a folder. Did you mean '${meant}'?`];
}

interface PluginRequest {
  readonly level: ConfigFileLevel;
  readonly option: string;
  readonly url: string;
}

/** For what DVC refuses: our file, when the plugin of the scheme knows the option, or is not there to be asked. */
async function placeByPlugin(session: ConfigSession, { level, option, url }: PluginRequest): Promise<SettingPlace> {
  const ours = { level, kind: 'datapin' } as const;
  const isOfDvc = rulesOf(url) !== undefined;
  const plugin = await loadPlugin(session, url);
  if (plugin instanceof DatapinError) {
    // DVC's own message is the right one for a typo in an option of its remotes
    return isOfDvc ? { place: { level, kind: 'dvc' }, warnings: [] } : { place: ours, warnings: [plugin.message] };
  }
  if (commonRemoteOptions.has(option) || Object.hasOwn(plugin.options, option)) {
    return { place: ours, warnings: [] };
  }
  if (isOfDvc) {
    return { place: { level, kind: 'dvc' }, warnings: [] };
  }
  throw new DatapinError('invalid-config', `${plugin.name} storage has no option '${option}'`, {
    hint: `It has: ${Object.keys(plugin.options).join(', ')}.`,
  });
}

async function loadPlugin({ scope }: ConfigSession, url: string): Promise<StoragePlugin | DatapinError> {
  try {
    return await scope.options.storages.load(parseRemoteUrl(url).scheme);
  } catch (error) {
    if (error instanceof DatapinError && (error.code === 'plugin-missing' || error.code === 'unsupported-scheme')) return error;
    throw error;
  }
}

/** Which tool's files define a remote, at any level. */
export function kindOfRemote(layers: readonly ConfigLayer[], name: string): ConfigFileKind | undefined {
  return layers.find(({ text }) => text.named.remote.get(name)?.has('url'))?.kind;
}
