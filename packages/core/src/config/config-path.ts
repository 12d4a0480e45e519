import { isAbsolute, join, relative, resolve, sep } from 'node:path';

import type { ConfigText } from '../formats/config-syntax.ts';
import type { ConfigValue } from '../formats/config-value.ts';

/** Options of a remote that are paths when they are no URLs (DVC: `Config._map_dirs`). */
const remotePathOptions = [
  'url',
  'gdrive_user_credentials_file',
  'gdrive_service_account_json_file_path',
  'credentialpath',
  'configpath',
  'keyfile',
  'cert_path',
  'key_path',
];

/** Applies `change` to all values that are paths. */
export function mapConfigPaths(text: ConfigText, change: (path: string) => string): ConfigText {
  const cache = text.sections.get('cache');
  const sections = cache === undefined ? text.sections : new Map(text.sections).set('cache', mapOptions(cache, ['dir'], change));
  const remote = new Map([...text.named.remote].map(([name, options]) => [name, mapOptions(options, remotePathOptions, change)]));
  const machine = new Map(
    [...text.named.machine].map(([name, options]) => [name, mapOptions(options, ['startup_script', 'setup_script'], change)]),
  );
  return { sections, named: { ...text.named, remote, machine } };
}

function mapOptions(
  options: ReadonlyMap<string, ConfigValue>,
  names: readonly string[],
  change: (path: string) => string,
): ReadonlyMap<string, ConfigValue> {
  return new Map([...options].map(([name, value]) => [name, typeof value === 'string' && names.includes(name) ? change(value) : value]));
}

/** Whether it is a URL, which is left as it is. DVC takes those of schemes with `+`, `.` or `-` for paths; it knows no such scheme. */
function isConfigUrl(path: string): boolean {
  return /^[\w+.-]+:\/\//u.test(path);
}

/** Whether a path in a configuration file means something else in another folder. */
export function isRelativeConfigPath(path: string): boolean {
  return !isConfigUrl(path) && !isAbsolute(path) && !isHomePath(path);
}

function isHomePath(path: string): boolean {
  return path === '~' || path.startsWith('~/') || path.startsWith(`~${sep}`);
}

/** What a path in a file means: relative to the file's folder, `~` is the user's. URLs and absolute paths stay as written. */
export function readConfigPath(path: string, { directory, home }: { readonly directory: string; readonly home: string }): string {
  if (isHomePath(path)) {
    return join(home, path.slice(1));
  }
  return isRelativeConfigPath(path) ? resolve(directory, path) : path;
}

/**
 * How a path that was typed in `cwd` is written into a file in `directory`: relative paths become relative to that folder, with `/`.
 * With `cwd` equal to `directory` it tidies what the file says already, as DVC does whenever it rewrites one.
 */
export function writeConfigPath(path: string, { directory, cwd }: { readonly directory: string; readonly cwd: string }): string {
  if (isHomePath(path)) {
    return path.split(sep).join('/');
  }
  if (!isRelativeConfigPath(path)) {
    return path;
  }
  return relative(directory, resolve(cwd, path)).split(sep).join('/') || '.';
}
