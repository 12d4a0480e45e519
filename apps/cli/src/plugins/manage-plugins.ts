import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { closest, DatapinError } from '@datapin/core';

import type { Env } from '../env-vars.ts';
import { field, findPlugins, type InstalledPlugin } from './find-plugins.ts';
import { findNpm, type NpmCommand, runNpm } from './npm.ts';
import { userPluginFolder } from './plugin-places.ts';
import { packageOfShortName, shortNames } from './schemes.ts';

export interface ManageContext {
  readonly env: Env;
  /** Absolute; relative paths and tarballs are relative to it. */
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** This program's version; its own plugins are released together with it. */
  readonly version: string;
  /** Default: looked for. */
  readonly npm?: NpmCommand;
}

/**
 * Installs a plugin into the user's folder and resolves with what is there now. `wanted` is a short name (`s3`), a package with or
 * without a version, a folder or a tarball. Scripts of packages do not run. Rejects with `plugin-missing` for a plain word that is no short name, and
 * with `plugin-broken` (and takes it away again) when it is no plugin.
 */
export async function addPlugin(wanted: string, context: ManageContext): Promise<InstalledPlugin> {
  const folder = userPluginFolder(context.env);
  const spec = packageSpec(wanted, context);
  prepareFolder(folder);
  const before = dependencies(folder);
  await runNpm(context.npm ?? findNpm(context.env), {
    words: ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--install-links', '--', spec],
    cwd: folder,
    env: context.env,
    signal: context.signal,
  });
  const after = dependencies(folder);
  const name = Object.keys(after).find((one) => after[one] !== before[one]) ?? nameOf(wanted);
  const plugin = installedIn(folder).find((one) => one.name === name);
  if (plugin !== undefined) return plugin;
  await removePlugin(name, context);
  throw new DatapinError('plugin-broken', `${name} is not a storage plugin of datapin: its package.json declares no schemes`);
}

/** Removes a plugin from the user's folder. Rejects with `plugin-missing` when it is not there. */
export async function removePlugin(wanted: string, context: ManageContext): Promise<string> {
  const folder = userPluginFolder(context.env);
  const name = packageOfShortName(wanted) ?? wanted;
  if (!Object.hasOwn(dependencies(folder), name)) {
    throw new DatapinError('plugin-missing', `${name} is not in the plugin folder ${folder}`, {
      hint: '`datapin plugin list` shows what is installed.',
    });
  }
  await runNpm(context.npm ?? findNpm(context.env), {
    words: ['uninstall', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--', name],
    cwd: folder,
    env: context.env,
    signal: context.signal,
  });
  return name;
}

function installedIn(folder: string): readonly InstalledPlugin[] {
  return findPlugins([{ directory: join(folder, 'node_modules'), origin: 'user' }]);
}

/** A folder with a package.json of its own is where npm installs to, whatever is above it. */
function prepareFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest))
    writeFileSync(
      manifest,
      `${JSON.stringify({ private: true, description: 'Storage plugins of datapin; see `datapin plugin`.' }, undefined, 2)}\n`,
    );
}

function dependencies(folder: string): Readonly<Record<string, unknown>> {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return { ...Object(field(manifest, 'dependencies')) };
  } catch {
    return {};
  }
}

/**
 * What npm is asked for. Throws `target-missing` for a path where nothing is. A plain word (`s4`, `azure`) is more likely a short name that does not exist than
 * a package: npm would install whatever a stranger published under it.
 */
function packageSpec(wanted: string, { cwd, version }: ManageContext): string {
  const known = packageOfShortName(wanted);
  if (known !== undefined) return `${known}@^${version}`;
  if (/^\w+$/u.test(wanted)) throw unknownPlugin(wanted);
  if (!/^[./~]|^[A-Za-z]:[\\/]|\.tgz$|\.tar\.gz$/u.test(wanted)) return wanted;
  const path = resolve(cwd, wanted);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) throw new DatapinError('target-missing', `there is no '${wanted}'`);
  return path;
}

function unknownPlugin(word: string): DatapinError {
  const meant = closest(word, shortNames);
  const known =
    meant === undefined
      ? `Known are ${shortNames.join(', ')}.`
      : `Did you mean \`datapin plugin add ${meant}\`? Known are ${shortNames.join(', ')}.`;
  return new DatapinError('plugin-missing', `unknown plugin '${word}'`, {
    hint: `${known} A package of that very name is installed by name and version: \`<package>@<version>\`.`,
  });
}

/** The package's name in `name@version` or `@scope/name@version`. */
function nameOf(wanted: string): string {
  return packageOfShortName(wanted) ?? wanted.replace(/(?<=.)@[^@/]*$/u, '');
}
