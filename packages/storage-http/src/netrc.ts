import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { StorageHost } from '@datapin/storage';

/**
 * The login of a host in the user's netrc file (`NETRC`, else `~/.netrc`), which DVC's HTTP library uses, too. An entry for every host (`default`) is not
 * taken, because the repository chooses the host. `undefined` when there is none or the file cannot be read.
 */
export function netrcLogin(origin: string, env: StorageHost['env']): { readonly user: string; readonly password: string } | undefined {
  const file = env['NETRC'] || join(env['HOME'] || env['USERPROFILE'] || homedir(), process.platform === 'win32' ? '_netrc' : '.netrc');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  return loginOf(text, new URL(origin).hostname);
}

/** Reads the format of ftp(1): words, quoted where they have spaces; comments from `#` at the start of a line; macros end at an empty line. */
function loginOf(text: string, host: string): { user: string; password: string } | undefined {
  const words = text
    .replaceAll(/^\s*#.*$/gmu, '')
    .replaceAll(/^macdef\b[\s\S]*?(?:\n\s*\n|$(?![\s\S]))/gmu, '')
    .matchAll(/"((?:[^"\\]|\\.)*)"|\S+/gu);
  let machine: string | undefined;
  const found: Record<string, string> = {};
  let name: string | undefined;
  for (const [whole, quoted] of words) {
    const word = quoted === undefined ? whole : quoted.replaceAll(/\\(.)/gu, '$1');
    if (name === 'machine') {
      if (machine === host) break;
      machine = word;
    } else if (name !== undefined && machine === host) {
      found[name] = word;
    }
    if (name !== undefined) {
      name = undefined;
    } else if (word === 'default') {
      if (machine === host) break;
      machine = undefined;
    } else if (/^(?:machine|login|user|password|account)$/u.test(word)) {
      name = word;
    }
  }
  const user = found['login'] ?? found['user'] ?? found['account'];
  const password = found['password'];
  return user === undefined || password === undefined ? undefined : { user, password };
}
