import { closest } from '../closest.ts';
import { type ConfigLayer, mergeConfigTexts } from '../config/config-layers.ts';
import type { SectionName, SettingName } from '../config/config-name.ts';
import { sectionOptions, settingValue, withSection, withSetting } from '../config/edit-config.ts';
import { showConfigValue } from '../config/secret-options.ts';
import { DatapinError } from '../errors.ts';
import type { ConfigText } from '../formats/config-syntax.ts';
import { renameHome } from '../transfer/credential-destination.ts';
import {
  changeLayer,
  type ConfigScope,
  type ConfigSession,
  type ConfigWriteResult,
  layerOf,
  type LayerName,
  openConfigSession,
  readLayers,
  saveConfigSession,
  secretWarnings,
  splitLayers,
  typedValue,
  writeLevel,
} from './config-session.ts';
import { followTypedAddress } from './follow-typed-address.ts';
import { kindOfRemote, placeOfSetting } from './place-setting.ts';

/** A remote for people to read. */
export interface ListedRemote {
  readonly name: string;
  /** A password in it is hidden. */
  readonly url: string;
  readonly isDefault: boolean;
}

export interface AddRemoteRequest {
  readonly name: string;
  /** A relative path is relative to the working directory. */
  readonly url: string;
  readonly default: boolean;
  /** Replaces a remote of that name, with all its options at this level. */
  readonly force: boolean;
}

const defaultSetting: SettingName = { section: { kind: undefined, name: 'core' }, option: 'remote' };
const remoteSection = (name: string): SectionName => ({ kind: 'remote', name });

/** Adds a remote. Rejects with `remote-exists` when the level has one of that name, `config-conflict` when the other tool's files do. */
export async function addRemote(scope: ConfigScope, request: AddRemoteRequest): Promise<ConfigWriteResult> {
  const name = request.name.toLowerCase();
  const session = await openConfigSession(scope);
  const level = writeLevel(session);
  const isThere = session.layers.some((layer) => layer.level === level && layer.written.named.remote.has(name));
  if (isThere && !request.force) {
    throw configError('remote-exists', `remote '${name}' already exists. Use \`-f|--force\` to overwrite it.`);
  }
  const setting = { section: remoteSection(name), option: 'url', value: request.url };
  const { place, warnings } = await placeOfSetting(session, { level, setting });
  const layer = layerOf(session.layers, place);
  const url = typedValue(session, layer, setting);
  let after = isThere ? dropFromOtherKind(session, place, name) : session;
  after = changeLayer(after, place, (text) => withSection(text, setting.section, new Map([['url', url]])));
  if (request.default) {
    after = makeDefault(after, { level, name });
  }
  const saved = saveConfigSession(session, after, place);
  await followTypedAddress({ before: session, after }, { name, option: 'url' });
  return { ...saved, warnings: [...warnings, ...secretWarnings(layer, setting)] };
}

/** A remote that is replaced may have stood in the other tool's file of the level. */
function dropFromOtherKind(session: ConfigSession, { level, kind }: LayerName, name: string): ConfigSession {
  const other = { level, kind: kind === 'dvc' ? 'datapin' : 'dvc' } as const;
  return changeLayer(session, other, (text) => dropSection(text, name));
}

function dropSection(text: ConfigText, name: string): ConfigText {
  return text.named.remote.has(name) ? withSection(text, remoteSection(name), undefined) : text;
}

/** Sets an option, or takes it away (`value` is `undefined`). Rejects with `unknown-remote` when neither the level nor a weaker one has the remote. */
export async function modifyRemote(
  scope: ConfigScope,
  request: { readonly name: string; readonly option: string; readonly value: string | undefined },
): Promise<ConfigWriteResult> {
  const section = remoteSection(request.name.toLowerCase());
  const session = await openConfigSession(scope);
  const level = writeLevel(session);
  requireRemote(splitLayers(session.layers, level).upTo, section.name);
  const { option, value } = request;
  if (value === undefined) {
    return unsetOption(session, { level, setting: { section, option } });
  }
  const setting = { section, option, value };
  const { place, warnings } = await placeOfSetting(session, { level, setting });
  const layer = layerOf(session.layers, place);
  const written = typedValue(session, layer, setting);
  const after = changeLayer(option === 'url' ? moveSection(session, place, section.name) : session, place, (text) =>
    withSetting(text, setting, written),
  );
  const saved = saveConfigSession(session, after, place);
  await followTypedAddress({ before: session, after }, { name: section.name, option });
  return { ...saved, warnings: [...warnings, ...secretWarnings(layer, setting)] };
}

async function unsetOption(
  session: ConfigSession,
  { level, setting }: { readonly level: LayerName['level']; readonly setting: SettingName },
): Promise<ConfigWriteResult> {
  const holder = session.layers.find((layer) => layer.level === level && settingValue(layer.written, setting) !== undefined);
  const place: LayerName = holder ?? { level, kind: kindOfRemote(session.layers, setting.section.name) ?? 'dvc' };
  const after = holder === undefined ? session : changeLayer(session, place, (text) => withSetting(text, setting, undefined));
  const saved = saveConfigSession(session, after, place);
  await followTypedAddress({ before: session, after }, { name: setting.section.name, option: setting.option });
  return { ...saved, warnings: [] };
}

/** A new address can make a remote one that DVC knows, or stop it from being one: then its options go along, within the level. */
function moveSection(session: ConfigSession, place: LayerName, name: string): ConfigSession {
  const other = layerOf(session.layers, { level: place.level, kind: place.kind === 'dvc' ? 'datapin' : 'dvc' });
  const options = other.written.named.remote.get(name);
  if (options === undefined || !options.has('url')) {
    return session;
  }
  const moved = changeLayer(session, other, (text) => dropSection(text, name));
  return changeLayer(moved, place, (text) =>
    withSection(text, remoteSection(name), new Map([...options, ...(sectionOptions(text, remoteSection(name)) ?? [])])),
  );
}

/**
 * Removes a remote from a level; from stronger levels what is left of it without an address, which nobody could use, and the default where
 * it was the default. Rejects with `unknown-remote` when the level does not have it.
 */
export async function removeRemote(scope: ConfigScope, name: string): Promise<ConfigWriteResult> {
  return replaceRemote(scope, name.toLowerCase(), undefined);
}

/** Renames a remote at a level, and where stronger levels speak of it. Rejects with `remote-exists`, `unknown-remote`. */
export async function renameRemote(
  scope: ConfigScope,
  request: { readonly from: string; readonly to: string },
): Promise<ConfigWriteResult> {
  return replaceRemote(scope, request.from.toLowerCase(), request.to.toLowerCase());
}

async function replaceRemote(scope: ConfigScope, name: string, to: string | undefined): Promise<ConfigWriteResult> {
  const session = await openConfigSession(scope);
  const level = writeLevel(session);
  if (to !== undefined && session.layers.some(({ written }) => written.named.remote.has(to))) {
    throw configError('remote-exists', `Rename failed. Remote name '${to}' already exists.`);
  }
  const own = session.layers.filter((layer) => layer.level === level);
  requireRemote(own, name);
  const { beyond } = splitLayers(session.layers, level);
  let after = session;
  for (const layer of [...own, ...beyond]) {
    const isLeftover = layer.level !== level && layer.written.named.remote.get(name)?.has('url') === true;
    after = changeLayer(after, layer, (text) => replaceDefault(isLeftover ? text : replaceSection(text, name, to), name, to));
  }
  const main = own.find(({ written }) => written.named.remote.has(name)) ?? { level, kind: 'dvc' };
  const saved = saveConfigSession(session, after, main);
  if (to !== undefined && session.dvcDir !== undefined) renameHome({ env: scope.options.env, dvcDir: session.dvcDir, name }, to);
  return { ...saved, warnings: [] };
}

function replaceSection(text: ConfigText, name: string, to: string | undefined): ConfigText {
  const options = text.named.remote.get(name);
  if (options === undefined) {
    return text;
  }
  const without = dropSection(text, name);
  return to === undefined ? without : withSection(without, remoteSection(to), options);
}

function replaceDefault(text: ConfigText, name: string, to: string | undefined): ConfigText {
  return settingValue(text, defaultSetting) === name ? withSetting(text, defaultSetting, to) : text;
}

/** Sets the default remote, or unsets it (`null`). Rejects with `unknown-remote` when neither the level nor a weaker one has the remote. */
export async function setDefaultRemote(scope: ConfigScope, name: string | null): Promise<ConfigWriteResult> {
  const session = await openConfigSession(scope);
  const level = writeLevel(session);
  if (name === null) {
    const after = dropDefault(dropDefault(session, { level, kind: 'dvc' }), { level, kind: 'datapin' });
    return { ...saveConfigSession(session, after, { level, kind: 'dvc' }), warnings: [] };
  }
  const wanted = name.toLowerCase();
  const { upTo } = splitLayers(session.layers, level);
  if (!upTo.some(({ written }) => written.named.remote.has(wanted))) {
    throw configError('unknown-remote', 'default remote must be present in remote list.', remotesHint(upTo, wanted));
  }
  const after = makeDefault(session, { level, name: wanted });
  return { ...saveConfigSession(session, after, { level, kind: kindOfRemote(session.layers, wanted) ?? 'dvc' }), warnings: [] };
}

/** The default stands in the file of the tool that knows the remote; one in ours wins, so it goes when DVC's is chosen. */
function makeDefault(
  session: ConfigSession,
  { level, name }: { readonly level: LayerName['level']; readonly name: string },
): ConfigSession {
  const kind = kindOfRemote(session.layers, name) ?? 'dvc';
  const cleared = kind === 'dvc' ? dropDefault(session, { level, kind: 'datapin' }) : session;
  return changeLayer(cleared, { level, kind }, (text) => withSetting(text, defaultSetting, name));
}

function dropDefault(session: ConfigSession, place: LayerName): ConfigSession {
  return changeLayer(session, place, (text) =>
    settingValue(text, defaultSetting) === undefined ? text : withSetting(text, defaultSetting, undefined),
  );
}

/** The default remote's name. */
export async function defaultRemote(scope: ConfigScope): Promise<string | undefined> {
  return defaultOf(await readAll(scope));
}

/** All remotes of a level, or of all of them merged. */
export async function listRemotes(scope: ConfigScope): Promise<readonly ListedRemote[]> {
  const text = await readAll(scope);
  const chosen = defaultOf(text);
  return [...text.named.remote].map(([name, options]) => {
    const url = showConfigValue({ section: remoteSection(name), option: 'url' }, options.get('url') ?? '');
    return { name, url, isDefault: name === chosen };
  });
}

async function readAll(scope: ConfigScope): Promise<ConfigText> {
  return mergeConfigTexts(readLayers(await openConfigSession(scope)).map(({ text }) => text));
}

function defaultOf(text: ConfigText): string | undefined {
  const value = settingValue(text, defaultSetting);
  return typeof value === 'string' ? value.toLowerCase() : undefined;
}

function requireRemote(layers: readonly ConfigLayer[], name: string): void {
  if (!layers.some(({ written }) => written.named.remote.has(name))) {
    throw configError('unknown-remote', `remote '${name}' doesn't exist.`, remotesHint(layers, name));
  }
}

function remotesHint(layers: readonly ConfigLayer[], name: string): string {
  const names = [...new Set(layers.flatMap(({ written }) => [...written.named.remote.keys()]))];
  if (names.length === 0) return 'None is configured here: `datapin remote add <name> <url>`.';
  const meant = closest(name, names);
  return `${meant === undefined ? '' : `Did you mean ${meant}? `}Configured are: ${names.join(', ')}.`;
}

function configError(code: 'remote-exists' | 'unknown-remote', problem: string, hint?: string): DatapinError {
  return new DatapinError(code, `config file error: ${problem}`, hint === undefined ? {} : { hint });
}
