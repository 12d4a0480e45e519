import { builtinModules } from 'node:module';

import { CreateError } from './create-error.ts';

/** npm's rules for new packages (https://docs.npmjs.com/cli/configuring-npm/package-json#name), with `-` not allowed at the front. */
const packageName = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/u;
const longestName = 214;
const reservedNames: ReadonlySet<string> = new Set(['node_modules', 'favicon.ico', ...builtinModules]);

/** RFC 3986, and lower case, as the contract asks for. */
const urlScheme = /^[a-z][a-z0-9+.-]*$/u;
/** These have a fixed meaning to datapin or to DVC: a plugin that declares one would never be asked. */
const takenSchemes: ReadonlySet<string> = new Set(['file', 'gdrive', 'http', 'https', 'local', 'remote', 's3', 'webdav', 'webdavs']);

/** Throws when npm would not take the name. */
export function checkName(name: string): void {
  if (name.length > longestName) throw new CreateError(`the name is longer than the ${longestName} characters that npm allows`);
  if (reservedNames.has(name)) throw new CreateError(`'${name}' is a name of Node.js or npm; choose another`);
  if (!packageName.test(name)) {
    throw new CreateError(
      `'${name}' is no package name: lower-case letters, digits, '.', '_' and '-', like datapin-storage-blob or @acme/datapin-storage-blob`,
    );
  }
}

/** Throws when remotes cannot have the scheme. */
export function checkScheme(scheme: string): void {
  if (takenSchemes.has(scheme)) throw new CreateError(`${scheme}:// has a meaning already; choose another scheme`);
  if (!urlScheme.test(scheme)) {
    throw new CreateError(`'${scheme}' is no URL scheme: a lower-case letter, then letters, digits, '+', '.' and '-', like blob`);
  }
}

/** The name without its scope: the folder of the project. */
export function unscopedName(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}

/** The scheme that a name suggests: `@acme/datapin-storage-blob` → `blob`. `undefined` when it suggests none that can be used. */
export function schemeOf(name: string): string | undefined {
  const scheme = unscopedName(name).replace(/^(?:datapin-)?(?:storage-)?/u, '');
  return urlScheme.test(scheme) && !takenSchemes.has(scheme) ? scheme : undefined;
}

/** What the names of its environment variables begin with: `git+ssh` → `GIT_SSH`. */
export function variablePrefixOf(scheme: string): string {
  return scheme.toUpperCase().replaceAll(/[^A-Z0-9]/gu, '_');
}
