import { posix } from 'node:path';

import { type Breakage, memory, memoryPluginWith } from './breakage.ts';

/** What becomes of a key on its way to the store. */
const mangles: Readonly<Record<string, (key: string) => string>> = {
  'keys/latin-composed': (key) => key.normalize('NFD'),
  'keys/other-scripts': (key) => key.replaceAll(/[^\0-\xff]/gu, '?'),
  'keys/emoji': (key) => key.replaceAll(/[\u{10000}-\u{10ffff}]/gu, '\ufffd'),
  'keys/percent': (key) => key.replaceAll('%', '%25'),
  'keys/plus': (key) => key.replaceAll('+', ' '),
  'keys/hash': (key) => key.replace(/#.*$/u, ''),
  'keys/question-mark': (key) => key.replace(/\?.*$/u, ''),
  'keys/ampersand': (key) => key.replaceAll('&amp;', '&').replaceAll('&', '&amp;'),
  'keys/colon-and-at': (key) => key.replaceAll(':', '_'),
  'keys/spaces': (key) => key.replaceAll(/ +/gu, ' '),
  'keys/outer-spaces': (key) => key.trim(),
  'keys/quotes': (key) => key.replaceAll(/["'`]/gu, ''),
  'keys/angle-brackets': (key) => key.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  'keys/brackets': (key) => key.replaceAll(/[[\]{}]/gu, '_'),
  'keys/shell-signs': (key) => key.replace(/^~/u, '/root/'),
  'keys/backslash': (key) => key.replaceAll('\\', '/'),
  'keys/dots': (key) => key.replace(/\.$/u, ''),
  'keys/tabs': (key) => key.replaceAll('\t', ' '),
  'keys/line-breaks': (key) => key.replaceAll('\r', '\n'),
  'keys/letter-case': (key) => key.toLowerCase(),
  'keys/names-of-members': (key) => key.replace('__proto__', 'proto'),
  'keys/thousand-bytes': (key) => (Buffer.byteLength(key) > 900 ? key.slice(0, 400) : key),
  'keys/long-names': (key) =>
    key
      .split('/')
      .map((name) => name.slice(0, 200))
      .join('/'),
  'keys/empty-segments': (key) => key.replaceAll(/\/+/gu, '/'),
  'keys/empty': (key) => (key === '' ? 'index.html' : key),
  'keys/nul': (key) => key.replace(/\0.*$/u, ''),
  'keys/half-characters': (key) => key.toWellFormed(),
  'keys/too-long': (key) => key.slice(0, 255),
};

const mangled: readonly Breakage[] = Object.entries(mangles).map(([id, mangle]) =>
  memory(
    `keys are changed: ${mangle.toString().replace(/^\(key\) => /u, '')}`,
    (inner) => ({ write: (key, source, options) => inner.write(mangle(key), source, options) }),
    [id],
  ),
);

/** Storages that change keys. */
export const keyBreakages: readonly Breakage[] = [
  memory(
    'keys are percent-decoded',
    (inner) => ({
      write: (key, source, options) => inner.write(key.replaceAll('%41', 'A').replaceAll('%20', ' '), source, options),
    }),
    ['keys/percent-encoded'],
  ),
  memory(
    'keys are normalised to NFC',
    (inner) => ({
      write: (key, source, options) => inner.write(key.normalize('NFC'), source, options),
      read: (key, options) => inner.read(key.normalize('NFC'), options),
      stat: async (key, options) => ({ ...(await inner.stat(key.normalize('NFC'), options)), key }),
    }),
    ['keys/latin-decomposed', 'keys/two-normal-forms'],
  ),

  ...mangled,
  memory(
    'folders with dots are resolved',
    (inner) => ({ write: (key, source, options) => inner.write(posix.normalize(key), source, options) }),
    ['keys/dot-segments', 'keys/empty-segments'],
  ),
  memoryPluginWith(
    'a key that begins with .. leads to the folder above the remote',
    (plugin) => ({
      ...plugin,
      open: async (remote, host) => {
        const inner = await plugin.open(remote, host);
        const above = await plugin.open({ ...remote, url: { ...remote.url, path: posix.dirname(remote.url.path) } }, host);
        return {
          ...inner,
          write: async (key, source, options) =>
            key.startsWith('../') ? above.write?.(key.slice(3), source, options) : inner.write?.(key, source, options),
        };
      },
    }),
    ['keys/outside'],
  ),
];
