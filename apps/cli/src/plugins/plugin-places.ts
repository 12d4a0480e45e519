import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { DatapinError } from '@datapin/core';

import { type Env, readEnv } from '../env-vars.ts';

/** A `node_modules` folder that plugins are loaded from, and why it is trusted. */
export interface PluginPlace {
  readonly directory: string;
  readonly origin: 'installation' | 'user';
}

export interface CliLocation {
  /** A file of the program itself, absolute. */
  readonly file: string;
  /** What was started (`process.argv[1]`); a link to the program where npm made one. */
  readonly started: string | undefined;
}

/**
 * Where plugins may be loaded from, first wins: `node_modules` folders that the program itself is installed in (or that it was started
 * from, by a link in `node_modules/.bin`), and the folder of `datapin plugin add`. Nothing else: the repository one works in can
 * never bring code along.
 */
export function pluginPlaces(env: Env, location: CliLocation = thisCli()): readonly PluginPlace[] {
  const file = realPath(location.file);
  const files = [file];
  if (location.started !== undefined && isAbsolute(location.started) && sameProgram(location.started, file)) files.push(location.started);
  const directories = new Set([join(packageRoot(file), 'node_modules'), ...files.flatMap(enclosingModuleFolders)]);
  return [
    ...[...directories].map((directory): PluginPlace => ({ directory, origin: 'installation' })),
    { directory: join(userPluginFolder(env), 'node_modules'), origin: 'user' },
  ];
}

/** The folder that `datapin plugin add` installs to. Throws `usage` when `DATAPIN_PLUGIN_DIR` is relative: it would change with the working directory. */
export function userPluginFolder(env: Env, platform: NodeJS.Platform = process.platform): string {
  const chosen = readEnv(env, 'DATAPIN_PLUGIN_DIR');
  if (chosen !== undefined) {
    if (!isAbsolute(chosen)) throw new DatapinError('usage', `DATAPIN_PLUGIN_DIR must be an absolute path, not '${chosen}'`);
    return chosen;
  }
  return join(dataFolder(env, platform), 'datapin', 'plugins');
}

function dataFolder(env: Env, platform: NodeJS.Platform): string {
  const home = readEnv(env, platform === 'win32' ? 'USERPROFILE' : 'HOME') ?? homedir();
  if (platform === 'win32') return readEnv(env, 'LOCALAPPDATA') ?? join(home, 'AppData', 'Local');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  const xdg = readEnv(env, 'XDG_DATA_HOME');
  // The XDG specification: a relative path is to be ignored.
  return xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, '.local', 'share');
}

function thisCli(): CliLocation {
  return { file: fileURLToPath(import.meta.url), started: process.argv[1] };
}

/** Every folder named `node_modules` around a file. */
function enclosingModuleFolders(file: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    if (basename(folder) === 'node_modules') folders.push(folder);
  }
  return folders;
}

/** Sources are in `src` (some in folders of it), the build in `dist`, the start file in `bin`. */
function packageRoot(file: string): string {
  let folder = dirname(file);
  while (!['src', 'dist', 'bin'].includes(basename(folder)) && folder !== dirname(folder)) folder = dirname(folder);
  return resolve(folder, '..');
}

function sameProgram(started: string, file: string): boolean {
  return packageRoot(realPath(started)) === packageRoot(file);
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return resolve(file);
  }
}
