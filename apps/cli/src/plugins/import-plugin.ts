import { pathToFileURL } from 'node:url';

import { DatapinError } from '@datapin/core';
import type { StoragePlugin } from '@datapin/storage';

import { field } from './find-plugins.ts';
import { packageEntry } from './package-entry.ts';

/** From the sources, other packages of the workspace are sources, too: nothing has to be built. */
export const importConditions: ReadonlySet<string> = new Set([
  'node',
  'import',
  'module-sync',
  ...(import.meta.url.endsWith('.ts') ? ['@datapin/source'] : []),
]);

/** A package in a folder, or one module of it. */
export interface PluginPackage {
  /** For messages. */
  readonly name: string;
  readonly directory: string;
  /** The module to load; what package.json names when absent. */
  readonly file?: string;
}

/** Loads a plugin's code. Rejects with `plugin-broken` when it cannot be loaded or its default export is no plugin. */
export async function importPlugin({ name, directory, file }: PluginPackage, hint: string): Promise<StoragePlugin> {
  let plugin: unknown;
  try {
    const entry = file ?? packageEntry(directory, importConditions);
    if (entry === undefined) throw new Error('its package.json names no entry');
    plugin = field(await import(pathToFileURL(entry).href), 'default');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatapinError('plugin-broken', `the storage plugin ${name} in ${directory} cannot be loaded: ${reason}`, { cause, hint });
  }
  if (isStoragePlugin(plugin)) return plugin;
  throw new DatapinError(
    'plugin-broken',
    `${name} in ${directory} is not a storage plugin: its default export lacks name, schemes, options or open`,
  );
}

function isStoragePlugin(value: unknown): value is StoragePlugin {
  return (
    typeof field(value, 'name') === 'string' &&
    Array.isArray(field(value, 'schemes')) &&
    typeof field(value, 'options') === 'object' &&
    typeof field(value, 'open') === 'function'
  );
}
