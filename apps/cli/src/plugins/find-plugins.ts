import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { PluginPlace } from './plugin-places.ts';
import { knownSchemes } from './schemes.ts';

/** An installed storage plugin. Nothing of it was loaded yet. */
export interface InstalledPlugin {
  readonly name: string;
  readonly version: string;
  readonly schemes: readonly string[];
  readonly directory: string;
  readonly origin: PluginPlace['origin'];
}

/** What a package.json tells about a plugin. */
interface PluginManifest {
  readonly name: string;
  readonly version: string;
  readonly schemes: readonly string[];
}

/** The first installed plugin that serves a scheme: by the built-in table, else by what installed packages declare. */
export function findPlugin(scheme: string, places: readonly PluginPlace[]): InstalledPlugin | undefined {
  const known = Object.hasOwn(knownSchemes, scheme) ? knownSchemes[scheme] : undefined;
  if (known === undefined) return findPlugins(places).find((plugin) => plugin.schemes.includes(scheme));
  for (const place of places) {
    const plugin = pluginIn(place, known);
    if (plugin !== undefined) return plugin;
  }
  return undefined;
}

/** All installed storage plugins; of two of the same name the first place's. */
export function findPlugins(places: readonly PluginPlace[]): readonly InstalledPlugin[] {
  const found = new Map<string, InstalledPlugin>();
  for (const place of places) {
    for (const name of packageNames(place.directory)) {
      const plugin = found.has(name) ? undefined : pluginIn(place, name);
      if (plugin !== undefined) found.set(name, plugin);
    }
  }
  return [...found.values()];
}

function pluginIn(place: PluginPlace, name: string): InstalledPlugin | undefined {
  const directory = join(place.directory, name);
  const manifest = readManifest(directory);
  return manifest === undefined || manifest.name !== name ? undefined : { ...manifest, directory, origin: place.origin };
}

/** Reads a package's package.json; `undefined` when it is not a storage plugin (or not there). */
function readManifest(directory: string): PluginManifest | undefined {
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
  const name = field(manifest, 'name');
  if (typeof name !== 'string') return undefined;
  const declared = field(field(field(manifest, 'datapin'), 'storage'), 'schemes');
  const schemes = Array.isArray(declared)
    ? declared.filter((one): one is string => typeof one === 'string')
    : Object.keys(knownSchemes).filter((scheme) => knownSchemes[scheme] === name);
  const version = field(manifest, 'version');
  return schemes.length === 0 ? undefined : { name, version: typeof version === 'string' ? version : '0.0.0', schemes };
}

/** A member of something that may be an object. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function packageNames(directory: string): readonly string[] {
  return folderNames(directory).flatMap((name) =>
    name.startsWith('@') ? folderNames(join(directory, name)).map((inner) => `${name}/${inner}`) : [name],
  );
}

function folderNames(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
      .filter((name) => !name.startsWith('.'))
      .sort();
  } catch {
    return [];
  }
}
