import { pathToFileURL } from 'node:url';

import { DatapinError } from '@datapin/core';
import type { StoragePlugin } from '@datapin/storage';

import type { Env } from '../env-vars.ts';
import { field, findPlugin, type InstalledPlugin } from './find-plugins.ts';
import { packageEntry } from './package-entry.ts';
import { type PluginPlace, pluginPlaces } from './plugin-places.ts';
import { knownSchemes, shortNameOf } from './schemes.ts';

/**
 * Loads the plugin that serves a URL scheme. Rejects with `plugin-missing` (known, not installed), `unsupported-scheme` (nobody serves it)
 * or `plugin-broken` (installed, but it cannot be loaded or is no plugin).
 */
export async function loadStorage(scheme: string, env: Env, places: readonly PluginPlace[] = pluginPlaces(env)): Promise<StoragePlugin> {
  if (scheme === 'local') return (await import('@datapin/storage-local')).default;

  const installed = findPlugin(scheme, places);
  if (installed !== undefined) return importPlugin(installed, scheme);

  const packageName = Object.hasOwn(knownSchemes, scheme) ? knownSchemes[scheme] : undefined;
  if (packageName === undefined) {
    throw new DatapinError('unsupported-scheme', `no storage plugin serves ${scheme}:// URLs yet`, {
      hint: 'If you have a plugin that does: `datapin plugin add <package>`.',
    });
  }
  throw new DatapinError('plugin-missing', `${scheme}:// URLs need the storage plugin ${packageName}, which is not installed`, {
    hint: `Install it: \`datapin plugin add ${shortNameOf(packageName)}\`.`,
  });
}

/** From the sources, other packages of the workspace are sources, too: nothing has to be built. */
const conditions: ReadonlySet<string> = new Set([
  'node',
  'import',
  'module-sync',
  ...(import.meta.url.endsWith('.ts') ? ['@datapin/source'] : []),
]);

async function importPlugin(installed: InstalledPlugin, scheme: string): Promise<StoragePlugin> {
  let plugin: unknown;
  try {
    const entry = packageEntry(installed.directory, conditions);
    if (entry === undefined) throw new Error('its package.json names no entry');
    plugin = field(await import(pathToFileURL(entry).href), 'default');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatapinError('plugin-broken', `the storage plugin ${installed.name} in ${installed.directory} cannot be loaded: ${reason}`, {
      cause,
      hint: `Install it again: \`datapin plugin add ${shortNameOf(installed.name)}\`.`,
    });
  }
  if (!isStoragePlugin(plugin)) {
    throw new DatapinError(
      'plugin-broken',
      `${installed.name} in ${installed.directory} is not a storage plugin: its default export lacks name, schemes, options or open`,
    );
  }
  if (!plugin.schemes.includes(scheme))
    throw new DatapinError('plugin-broken', `${installed.name} declares ${scheme}:// but does not serve it`);
  return plugin;
}

function isStoragePlugin(value: unknown): value is StoragePlugin {
  return (
    typeof field(value, 'name') === 'string' &&
    Array.isArray(field(value, 'schemes')) &&
    typeof field(value, 'options') === 'object' &&
    typeof field(value, 'open') === 'function'
  );
}
