import { DatapinError } from '@datapin/core';
import type { StoragePlugin } from '@datapin/storage';

import type { Env } from '../env-vars.ts';
import { findPlugin, type InstalledPlugin } from './find-plugins.ts';
import { importPlugin } from './import-plugin.ts';
import { type PluginPlace, pluginPlaces } from './plugin-places.ts';
import { knownSchemes, shortNameOf } from './schemes.ts';

/**
 * Loads the plugin that serves a URL scheme. Rejects with `plugin-missing` (known, not installed), `unsupported-scheme` (nobody serves it)
 * or `plugin-broken` (installed, but it cannot be loaded or is no plugin).
 */
export async function loadStorage(scheme: string, env: Env, places: readonly PluginPlace[] = pluginPlaces(env)): Promise<StoragePlugin> {
  if (scheme === 'local') return (await import('@datapin/storage-local')).default;

  const installed = findPlugin(scheme, places);
  if (installed !== undefined) return importForScheme(installed, scheme);

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

async function importForScheme(installed: InstalledPlugin, scheme: string): Promise<StoragePlugin> {
  const plugin = await importPlugin(installed, `Install it again: \`datapin plugin add ${shortNameOf(installed.name)}\`.`);
  if (plugin.schemes.includes(scheme)) return plugin;
  throw new DatapinError('plugin-broken', `${installed.name} declares ${scheme}:// but does not serve it`);
}
