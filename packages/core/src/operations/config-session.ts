import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { ConfigFileLevel } from '../config/config-files.ts';
import { type ConfigLayer, findConfigErrors, makeLayer, readConfigLayers } from '../config/config-layers.ts';
import type { SettingName } from '../config/config-name.ts';
import { mapConfigPaths, writeConfigPath } from '../config/config-path.ts';
import type { ConfigFileKind } from '../config/config.ts';
import { settingValue, withSetting } from '../config/edit-config.ts';
import { holdsPassword, isSecretSetting } from '../config/secret-options.ts';
import { DatapinError } from '../errors.ts';
import { type ConfigText, emptyConfigText, printConfigText } from '../formats/config-syntax.ts';
import { addGitignoreEntry } from '../formats/gitignore-entry.ts';
import { ioError } from '../io-error.ts';
import { findProjectRoot } from '../project/find-root.ts';
import { refusePlantedLinks } from '../project/planted-links.ts';
import type { ProjectOptions } from '../project/project.ts';
import { openTempFiles } from '../temp-files.ts';
import { writeTextAtomically } from '../workspace/atomic-write.ts';
import { openWorkspaceTemps } from '../workspace/workspace-temps.ts';

/** Which configuration is meant. No project is opened, so that a broken configuration can be mended. */
export interface ConfigScope {
  readonly options: Pick<ProjectOptions, 'cwd' | 'env' | 'storages'>;
  /** `undefined`: DVC's default (`project` for writing, all merged for reading). */
  readonly level: ConfigFileLevel | undefined;
}

/** Where a setting was written, so that the CLI can say it. */
export interface ConfigWriteResult {
  /** Absolute. */
  readonly file: string;
  readonly kind: ConfigFileKind;
  readonly warnings: readonly string[];
}

/** All configuration files as they are, and what is asked of them. Outside of a repository only the levels of machine and user. */
export interface ConfigSession {
  readonly scope: ConfigScope;
  readonly dvcDir: string | undefined;
  readonly layers: readonly ConfigLayer[];
}

/** One of the files of a level. */
export interface LayerName {
  readonly level: ConfigFileLevel;
  readonly kind: ConfigFileKind;
}

/**
 * Reads all files. Rejects with `invalid-config` for one that cannot be read, and for a level of the project outside of a repository; with `unsafe-path`
 * for a `.dvc` that a clone made lead elsewhere.
 */
export async function openConfigSession(scope: ConfigScope): Promise<ConfigSession> {
  const dvcDir = findDvcDir(scope.options.cwd);
  if (dvcDir === undefined && (scope.level === 'project' || scope.level === 'local')) {
    throw notInside();
  }
  if (dvcDir !== undefined) await refusePlantedLinks({ dvcDir, env: scope.options.env });
  return { scope, dvcDir, layers: readConfigLayers({ dvcDir, env: scope.options.env }) };
}

function findDvcDir(cwd: string): string | undefined {
  try {
    return join(findProjectRoot(cwd), '.dvc');
  } catch (error) {
    if (error instanceof DatapinError && error.code === 'not-a-repository') return undefined;
    throw error;
  }
}

function notInside(): DatapinError {
  return new DatapinError('invalid-config', 'config file error: Not inside a DVC repo', {
    hint: 'Use `--global` for the settings of this user, or change into a repository.',
  });
}

/** The level that a change goes to. Throws `invalid-config` when that is the project, and there is none. */
export function writeLevel({ scope, dvcDir }: ConfigSession): ConfigFileLevel {
  if (scope.level === undefined && dvcDir === undefined) {
    throw notInside();
  }
  return scope.level ?? 'project';
}

/** The levels that a question is about, the weakest first. */
export function readLayers({ scope, layers }: ConfigSession): readonly ConfigLayer[] {
  return scope.level === undefined ? layers : layers.filter(({ level }) => level === scope.level);
}

/** The layers up to a level and beyond it: what a setting there can refer to, and what can shadow it. */
export function splitLayers(
  layers: readonly ConfigLayer[],
  level: ConfigFileLevel,
): { readonly upTo: ConfigLayer[]; readonly beyond: ConfigLayer[] } {
  const end = layers.findLastIndex((layer) => layer.level === level) + 1;
  return { upTo: layers.slice(0, end), beyond: layers.slice(end) };
}

/** The layer of that name; every session has it once {@link writeLevel} let the level through. */
export function layerOf(layers: readonly ConfigLayer[], { level, kind }: LayerName): ConfigLayer {
  const layer = layers.find((candidate) => candidate.level === level && candidate.kind === kind);
  if (layer === undefined) {
    throw notInside();
  }
  return layer;
}

/** The layers with one text changed, in memory. */
export function changeLayer(session: ConfigSession, name: LayerName, change: (text: ConfigText) => ConfigText): ConfigSession {
  const layer = layerOf(session.layers, name);
  const written = change(layer.written);
  const changed = written === layer.written ? layer : makeLayer(layer, written, { env: session.scope.options.env });
  return { ...session, layers: session.layers.map((other) => (other === layer ? changed : other)) };
}

/** A value as it is written into a file: a path that was typed here becomes relative to the file. */
export function typedValue({ scope }: ConfigSession, { path }: ConfigLayer, setting: SettingName & { readonly value: string }): string {
  const place = { directory: dirname(path), cwd: realpathSync(scope.options.cwd) };
  const typed = mapConfigPaths(withSetting(emptyConfigText, setting, setting.value), (value) => writeConfigPath(value, place));
  const value = settingValue(typed, setting);
  return typeof value === 'string' ? value : setting.value;
}

/**
 * Checks what the changed files say together and writes those that changed. Nothing is written when the configuration would be
 * refused, nor, as with DVC, while it is: unless the change mends a part of it. `main` is the file that the result speaks of.
 */
export function saveConfigSession(before: ConfigSession, after: ConfigSession, main: LayerName): Omit<ConfigWriteResult, 'warnings'> {
  const problems = findConfigErrors(before.layers);
  const left = findConfigErrors(after.layers, { stored: false });
  const problem = left.find(({ message }) => !problems.some((old) => old.message === message));
  if (problem !== undefined) {
    throw problem;
  }
  const [first] = problems;
  if (first !== undefined && problems.every(({ message }) => left.some((other) => other.message === message))) {
    throw first;
  }
  for (const [index, layer] of after.layers.entries()) {
    if (layer !== before.layers[index]) {
      writeLayer(layer, after.dvcDir);
    }
  }
  const { path, kind } = layerOf(after.layers, main);
  return { file: path, kind };
}

function writeLayer({ path, level, kind, written }: ConfigLayer, dvcDir: string | undefined): void {
  const directory = dirname(path);
  // DVC tidies the paths of a file whenever it rewrites it
  const text = printConfigText(
    mapConfigPaths(written, (value) => writeConfigPath(value, { directory, cwd: directory })),
    { file: path },
  );
  if (dvcDir === undefined || level === 'system' || level === 'global') {
    writeOwnFile(path, text);
    return;
  }
  using temps = openWorkspaceTemps(join(dvcDir, 'tmp'));
  if (kind === 'datapin' && level === 'local') {
    const ignoreFile = join(dvcDir, '.gitignore');
    const ignored = existsSync(ignoreFile) ? readFileSync(ignoreFile, 'utf8') : '';
    writeTextAtomically(ignoreFile, addGitignoreEntry(ignored, 'datapin.local'), temps);
  }
  writeTextAtomically(path, text, temps);
}

/** Writes a file of the user or the machine, which may be a link into somebody's collection of settings. */
function writeOwnFile(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw ioError(error, `cannot make '${dirname(path)}'`);
  }
  const target = existsSync(path) ? realpathSync(path) : path;
  using temps = openTempFiles(dirname(target));
  writeTextAtomically(target, text, temps);
}

/** What is to be said about a secret in a file that git tracks. */
export function secretWarnings({ level, path }: ConfigLayer, setting: SettingName & { readonly value: string }): string[] {
  if (level !== 'project') {
    return [];
  }
  if (isSecretSetting(setting)) {
    return [
      `'${setting.option}' is a secret, and git tracks '${path}'. Set it with \`--local\` instead, take it away here with \`--unset\`, and change the secret if it was committed.`,
    ];
  }
  return holdsPassword(setting.value)
    ? [`The address holds a password, and git tracks '${path}'. Set user and password as options with \`--local\` instead.`]
    : [];
}
