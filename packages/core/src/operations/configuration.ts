import { dirname, relative } from 'node:path';

import { type ConfigLayer, mergeConfigTexts } from '../config/config-layers.ts';
import { parseSettingName, printSettingName, type SectionName, type SettingName } from '../config/config-name.ts';
import { sectionOptions, settingValue, withSetting } from '../config/edit-config.ts';
import { showConfigValue } from '../config/secret-options.ts';
import { DatapinError } from '../errors.ts';
import { sectionRules } from '../formats/config-options.ts';
import { namedSectionKinds } from '../formats/config-syntax.ts';
import {
  changeLayer,
  type ConfigScope,
  type ConfigSession,
  type ConfigWriteResult,
  layerOf,
  openConfigSession,
  readLayers,
  saveConfigSession,
  secretWarnings,
  typedValue,
  writeLevel,
} from './config-session.ts';
import { followTypedAddress } from './follow-typed-address.ts';
import { placeOfSetting } from './place-setting.ts';

/** A setting for people to read. */
export interface ListedSetting {
  /** `section.option`, `remote.name.option` */
  readonly name: string;
  /** `***` for a secret. */
  readonly value: string;
  /** Absolute path of the file it stands in. */
  readonly file: string;
  /** The file as `--show-origin` prints it: relative to the project root, or absolute for the user's and the machine's. */
  readonly origin: string;
}

/**
 * The value of `section.option` or `remote.name.option`, as it is, from the strongest file that has it; paths as they are meant. Without a
 * level a setting that nobody made is `undefined`, with one it is `invalid-config` (DVC makes the same difference). Rejects with `usage` for no name.
 */
export async function getConfig(scope: ConfigScope, name: string): Promise<string | undefined> {
  const setting = parseSettingName(name);
  const session = await openConfigSession(scope);
  const value = settingValue(mergeConfigTexts(readLayers(session).map(({ text }) => text)), setting);
  if (value === undefined && scope.level !== undefined) {
    throw missing(setting, readLayers(session));
  }
  return value === undefined || typeof value === 'string' ? value : value.join(', ');
}

/** Sets `section.option` or `remote.name.option`. Nothing is written when DVC would refuse the outcome: `invalid-config`. */
export async function setConfig(scope: ConfigScope, name: string, value: string): Promise<ConfigWriteResult> {
  const setting = { ...parseSettingName(name), value };
  const session = await openConfigSession(scope);
  const { place, warnings } = await placeOfSetting(session, { level: writeLevel(session), setting });
  const layer = layerOf(session.layers, place);
  const written = typedValue(session, layer, setting);
  const after = changeLayer(session, place, (text) => withSetting(text, setting, written));
  const saved = saveConfigSession(session, after, place);
  await followSetting({ before: session, after }, setting);
  return {
    ...saved,
    warnings: [...warnings, ...secretWarnings(layer, setting), ...linkTypeWarnings(setting)],
  };
}

/** Takes a setting away. Rejects with `invalid-config` when the level does not have it. */
export async function unsetConfig(scope: ConfigScope, name: string): Promise<ConfigWriteResult> {
  const setting = parseSettingName(name);
  const session = await openConfigSession(scope);
  const level = writeLevel(session);
  const layer = session.layers.find((candidate) => candidate.level === level && settingValue(candidate.written, setting) !== undefined);
  if (layer === undefined) {
    throw missing(
      setting,
      session.layers.filter((candidate) => candidate.level === level),
    );
  }
  const after = changeLayer(session, layer, (text) => withSetting(text, setting, undefined));
  const saved = saveConfigSession(session, after, layer);
  await followSetting({ before: session, after }, setting);
  return { ...saved, warnings: linkTypeWarnings(setting) };
}

async function followSetting(
  sessions: { readonly before: ConfigSession; readonly after: ConfigSession },
  { section, option }: SettingName,
): Promise<void> {
  if (section.kind === 'remote') await followTypedAddress(sessions, { name: section.name, option });
}

/** All settings with the files they come from, level by level, the weakest first. */
export async function listConfig(scope: ConfigScope): Promise<readonly ListedSetting[]> {
  const session = await openConfigSession(scope);
  return readLayers(session).flatMap((layer) => listLayer(layer, session));
}

function listLayer({ text, path, level }: ConfigLayer, { dvcDir = '' }: ConfigSession): ListedSetting[] {
  const origin = level === 'project' || level === 'local' ? relative(dirname(dvcDir), path) : path;
  const named = namedSectionKinds.flatMap((kind) => [...text.named[kind]].map(([name, options]) => ({ section: { kind, name }, options })));
  const plain = [...text.sections].map(([name, options]) => ({ section: { kind: undefined, name }, options }));
  return [...named, ...plain].flatMap(({ section, options }) =>
    [...options].map(([option, value]) => {
      const setting = { section, option };
      return { name: printSettingName(setting), value: showConfigValue(setting, value), file: path, origin };
    }),
  );
}

/** As DVC words it: to DVC all sections that it knows are there, if empty. */
function missing({ section, option }: SettingName, layers: readonly ConfigLayer[]): DatapinError {
  const kind = section.kind ?? 'section';
  const exists = isKnownSection(section) || layers.some(({ written }) => sectionOptions(written, section) !== undefined);
  const problem = exists ? `option '${option}' doesn't exist in ${kind} '${section.name}'` : `${kind} '${section.name}' doesn't exist`;
  return new DatapinError('invalid-config', `config file error: ${problem}`);
}

function isKnownSection({ kind, name }: SectionName): boolean {
  return kind === undefined && Object.hasOwn(sectionRules, name);
}

function linkTypeWarnings(setting: SettingName): string[] {
  return printSettingName(setting) === 'cache.type'
    ? [
        "You have changed the 'cache.type' option. This doesn't update any existing workspace file links, but it can be done with: datapin checkout --relink",
      ]
    : [];
}
