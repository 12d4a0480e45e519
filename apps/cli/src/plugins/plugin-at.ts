import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { DatapinError } from '@datapin/core';
import type { StoragePlugin } from '@datapin/storage';

import type { Env } from '../env-vars.ts';
import { field, findPlugins } from './find-plugins.ts';
import { importPlugin, type PluginPackage } from './import-plugin.ts';
import { type PluginPlace, pluginPlaces } from './plugin-places.ts';
import { packageOfShortName } from './schemes.ts';

export interface PluginAt {
  readonly plugin: StoragePlugin;
  /** The package's name or, for a file, its path as typed. */
  readonly name: string;
  /** The folder of its package. */
  readonly directory: string;
}

export interface PluginSearch {
  /** Absolute; paths are relative to it. */
  readonly cwd: string;
  readonly env: Env;
  /** Default: where plugins are loaded from. */
  readonly places?: readonly PluginPlace[];
}

/**
 * Loads the plugin that the user names: by the path of its folder or of a module, or as one that is installed. The path is what the user
 * typed; nothing is looked for in the working directory. Rejects with `target-missing`, `plugin-missing` or `plugin-broken`.
 */
export async function pluginAt(named: string, { cwd, env, places = pluginPlaces(env) }: PluginSearch): Promise<PluginAt> {
  const found = /^[./~]|^[A-Za-z]:[\\/]/u.test(named) ? packageAt(named, cwd) : installedPackage(named, places);
  return {
    name: found.name,
    directory: found.directory,
    plugin: await importPlugin(found, 'Is it built, and are its dependencies installed?'),
  };
}

function installedPackage(named: string, places: readonly PluginPlace[]): PluginPackage {
  const name = packageOfShortName(named) ?? named;
  const installed = findPlugins(places).find((plugin) => plugin.name === name);
  if (installed !== undefined) return installed;
  throw new DatapinError('plugin-missing', `the storage plugin ${name} is not installed`, {
    hint: `Install it with \`datapin plugin add ${named}\`, or name the folder of a plugin: \`./${named}\`.`,
  });
}

function packageAt(typed: string, cwd: string): PluginPackage {
  const path = resolve(cwd, typed);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new DatapinError('target-missing', `there is no '${typed}'`);
  if (!stats.isDirectory()) return { name: typed, directory: packageFolderOf(path), file: path };
  const manifest = readManifest(path);
  if (manifest === undefined) throw new DatapinError('plugin-broken', `'${typed}' has no package.json that can be read`);
  const name = field(manifest, 'name');
  return { name: typeof name === 'string' ? name : typed, directory: path };
}

/** The nearest folder above a file with a package.json, else the file's own. */
function packageFolderOf(file: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    if (readManifest(folder) !== undefined) return folder;
  }
  return dirname(file);
}

function readManifest(folder: string): unknown {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
}
