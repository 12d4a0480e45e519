import { dirname } from 'node:path';

import { DatapinError } from '../errors.ts';
import { findConfigProblems } from '../formats/config-schema.ts';
import { type ConfigOptions, type ConfigText, emptyConfigText, namedSectionKinds, parseConfigText } from '../formats/config-syntax.ts';
import { type ConfigFile, configFiles, type ConfigPlaces, homeDirectory } from './config-files.ts';
import { configHint } from './config-hint.ts';
import { mapConfigPaths, readConfigPath } from './config-path.ts';
import type { ConfigFileKind } from './config.ts';
import { readConfigFile } from './read-config-file.ts';

/** One configuration file that was read. */
export interface ConfigLayer extends ConfigFile {
  /** As written. */
  readonly written: ConfigText;
  /** With paths as they are meant here. */
  readonly text: ConfigText;
}

/** Texts that stand in place of the files of the project level: those of a commit. */
export interface ProjectConfigTexts {
  /** `.dvc/config` */
  readonly dvc?: string | undefined;
  /** `.dvc/datapin` */
  readonly datapin?: string | undefined;
}

export interface ReadLayersOptions extends ConfigPlaces {
  readonly project?: ProjectConfigTexts | undefined;
}

/** Reads all configuration files, the weakest first. Nothing is validated but the syntax. Throws `invalid-config`. */
export function readConfigLayers(options: ReadLayersOptions): ConfigLayer[] {
  return configFiles(options).map((file) => {
    const written =
      file.level === 'project' && options.project !== undefined ? parseProjectText(file, options.project) : readConfigFile(file.path);
    return makeLayer(file, written, options);
  });
}

/** A layer out of what a file says. */
export function makeLayer(file: ConfigFile, written: ConfigText, { env, platform }: ConfigPlaces): ConfigLayer {
  const place = { directory: dirname(file.path), home: homeDirectory(env, platform) };
  return { ...file, written, text: mapConfigPaths(written, (path) => readConfigPath(path, place)) };
}

function parseProjectText(file: ConfigFile, texts: ProjectConfigTexts): ConfigText {
  const text = texts[file.kind];
  return text === undefined ? emptyConfigText : parseConfigText(text, { file: file.path });
}

/** One text out of many; a later one wins, option by option. Sections and options stand where they came up first. */
export function mergeConfigTexts(texts: readonly ConfigText[]): ConfigText {
  const sections = new Map<string, ConfigOptions>();
  const named = {
    remote: new Map<string, ConfigOptions>(),
    machine: new Map<string, ConfigOptions>(),
    db: new Map<string, ConfigOptions>(),
  };
  for (const text of texts) {
    mergeInto(sections, text.sections);
    for (const kind of namedSectionKinds) mergeInto(named[kind], text.named[kind]);
  }
  return { sections, named };
}

function mergeInto(sections: Map<string, ConfigOptions>, more: ReadonlyMap<string, ConfigOptions>): void {
  for (const [name, options] of more) sections.set(name, new Map([...(sections.get(name) ?? []), ...options]));
}

/** Throws the first of {@link findConfigErrors}. */
export function checkConfigLayers(layers: readonly ConfigLayer[]): void {
  const [error] = findConfigErrors(layers);
  if (error !== undefined) {
    throw error;
  }
}

/**
 * What is wrong with what the files say together: DVC's own by DVC's schema, as DVC would judge them, ours by what we know; and that no
 * remote is defined in files of both tools. Codes are `invalid-config`, in DVC's words and with the file, and `config-conflict`. With `stored: false` the
 * layers are what was asked for, not what the files hold: a hint does not tell how to take it away.
 */
export function findConfigErrors(layers: readonly ConfigLayer[], { stored = true }: { readonly stored?: boolean } = {}): DatapinError[] {
  return [...schemaErrors(layers, { kind: 'dvc', stored }), ...schemaErrors(layers, { kind: 'datapin', stored }), ...conflicts(layers)];
}

function schemaErrors(
  layers: readonly ConfigLayer[],
  { kind, stored }: { readonly kind: ConfigFileKind; readonly stored: boolean },
): DatapinError[] {
  const own = layers.filter((layer) => layer.kind === kind);
  return findConfigProblems(mergeConfigTexts(own.map((layer) => layer.text)), { foreign: kind === 'datapin' }).map((problem) => {
    const file = own.findLast((layer) => mentions(layer.text, problem.path));
    const hint = file === undefined ? undefined : configHint(problem, { file, stored });
    return new DatapinError(
      'invalid-config',
      `config file error: ${problem.message}${file === undefined ? '' : ` in '${file.path}'`}`,
      hint === undefined ? {} : { hint },
    );
  });
}

function conflicts(layers: readonly ConfigLayer[]): DatapinError[] {
  const definitions = layers.flatMap((layer) =>
    [...layer.text.named.remote].filter(([, options]) => options.has('url')).map(([name]) => ({ name, layer })),
  );
  return definitions.flatMap(({ name, layer }) => {
    const other = definitions.find((definition) => definition.name === name && definition.layer.kind !== layer.kind);
    if (other === undefined || layer.kind === 'datapin') {
      return [];
    }
    return new DatapinError('config-conflict', `remote '${name}' is defined in '${layer.path}' and in '${other.layer.path}'`, {
      hint: `rename one of them with \`datapin remote rename ${name} <new name>\``,
    });
  });
}

function mentions(text: ConfigText, [first = '', ...rest]: readonly string[]): boolean {
  const kind = namedSectionKinds.find((candidate) => candidate === first);
  const [name = '', option] = kind === undefined ? [first, ...rest] : rest;
  const options =
    kind === undefined ? (text.sections.get(name) ?? (rest.length === 0 ? text.sections.get('') : undefined)) : text.named[kind].get(name);
  return options !== undefined && (option === undefined || options.has(option));
}
