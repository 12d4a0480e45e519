import assert from 'node:assert/strict';

import { keyPrefixOf, parseRemoteUrl } from '@datapin/storage';

import { randomBytes, sourceOf } from '../bytes.ts';
import { below } from '../suite/below.ts';
import { assertAbsent, assertCode, assertHolds, assertKeys, listedKeys } from '../suite/expectations.ts';
import { type Check, type Guarantee, guarantees, type Trial } from '../suite/guarantee.ts';

/** Families of odd keys that every store has to keep as they are. */
const oddKeys: Readonly<Record<string, readonly string[]>> = {
  'latin-composed': ['caf\u00e9/na\u00efve.csv'],
  'latin-decomposed': ['cafe\u0301/nai\u0308ve.csv'],
  'two-normal-forms': ['\u00e9', 'e\u0301'],
  'other-scripts': ['\u6570\u636e/\u0434\u0430\u043d\u043d\u044b\u0435/\u05e0\u05ea\u05d5\u05e0\u05d9\u05dd'],
  emoji: ['\u{1f4be}.bin', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}/\u{1f1e9}\u{1f1ea}'],
  percent: ['100%', '%', '%zz'],
  'percent-encoded': ['%41', '%2F/%2f', 'a%20b', '%25'],
  plus: ['a+b', '+', 'c++/d'],
  hash: ['a#b', '#', 'a/#/b'],
  'question-mark': ['a?b=c', '?', 'a/?/b'],
  ampersand: ['a&b;c', '&amp;', 'x&y=z'],
  'colon-and-at': ['a:b', 'http:/x', 'a=b,c@d', 'C:/x'],
  spaces: ['in the middle', 'a  b'],
  'outer-spaces': [' leading', 'trailing ', ' '],
  quotes: [`it's`, '"quoted"', '`back`'],
  'angle-brackets': ['<tag>', 'a>b', ']]>', '<!--x-->'],
  brackets: ['[a]', '{b}', '(c)', '|d|'],
  'shell-signs': ['*', '!x', '~home', '$HOME', '^', '-rf'],
  backslash: ['a\\b', '\\'],
  dots: ['.hidden', '...', 'a..b', 'name.', '.datapin'],
  tabs: ['tab\there'],
  'line-breaks': ['line\nbreak', 'carriage\rreturn'],
  'letter-case': ['Key', 'key', 'KEY'],
  'names-of-members': ['__proto__', 'constructor', 'toString'],
};

async function keptAsTheyAre({ storage }: Trial, family: readonly string[]): Promise<void> {
  const below = family.flatMap((key) => [key, `odd/${key}`]);
  for (const [index, key] of below.entries()) await storage.put(key, randomBytes(20, index));
  await assertKeys(storage, below);
  for (const [index, key] of below.entries()) {
    await assertHolds(storage, key, randomBytes(20, index));
    await assertKeys(
      storage,
      below.filter((other) => other.startsWith(key)),
      key,
      `listed by prefix ${key}`,
    );
  }
  if (!storage.offers.has('remove')) return;
  await storage.remove(below);
  await assertKeys(storage, []);
}

/** Keys that some stores cannot have. Such a key is refused, or it is kept as it is: it never becomes another one. */
const awkwardKeys: Readonly<Record<string, readonly [promise: string, keys: readonly string[]]>> = {
  'dot-segments': ['keys with the segments . and .. are', ['.', '..', 'a/../b', './a', 'a/./b', 'a/..', '../../a']],
  'empty-segments': ['keys with empty segments are', ['a//b', '/a', 'a/', '//']],
  empty: ['the empty key is', ['']],
  nul: ['keys with the character NUL are', ['a\0b', '\0']],
  'half-characters': ['keys with half a character, which UTF-8 cannot express, are', ['a\ud800b', '\udc00']],
  'too-long': ['keys with a name of 5,000 bytes are', ['x'.repeat(5000)]],
};

async function keptOrRefused({ storage }: Trial, family: readonly string[]): Promise<void> {
  for (const [index, key] of family.entries()) {
    const bytes = randomBytes(20, index);
    const what = `a write to ${JSON.stringify(key.slice(0, 30))}`;
    const [outcome] = await Promise.allSettled([storage.write(key, sourceOf(bytes))]);
    if (outcome.status === 'rejected') {
      assertCode(outcome.reason, ['invalid-request', 'unsupported'], what);
      await assertKeys(storage, [], '', `after ${what} that was refused`);
    } else {
      await assertHolds(storage, key, bytes);
      await assertKeys(storage, [key], '', `after ${what}`);
      if (storage.offers.has('remove')) await storage.remove([key]);
      else if (storage.offers.has('list')) return;
    }
    for (const mistaken of ['b', 'a', 'a/b']) if (mistaken !== key) await assertAbsent(storage, mistaken);
  }
}

function shown(family: readonly string[]): string {
  return family.map((key) => JSON.stringify(key)).join(', ');
}

/** A key that is, with the remote's own prefix, so many bytes of UTF-8 long, in segments that file systems can have. */
function longKey(url: string, length: number, filling: string): string {
  const segment = filling.repeat(Math.floor(200 / Buffer.byteLength(filling)));
  let rest = length - Buffer.byteLength(keyPrefixOf(parseRemoteUrl(url))) - 1;
  const segments: string[] = [];
  for (; rest > 220; rest -= Buffer.byteLength(segment) + 1) segments.push(segment);
  return [...segments, 'z'.repeat(rest)].join('/');
}

const kept = Object.entries(oddKeys).map(([name, family]): [string, Check] => [
  name,
  [`keys like ${shown(family)} are kept as they are`, (trial) => keptAsTheyAre(trial, family)],
]);

const keptOr = Object.entries(awkwardKeys).map(([name, [what, family]]): [string, Check] => [
  name,
  [
    `${what} kept as written or refused as invalid-request, never taken for another key`,
    (trial) => keptOrRefused(trial, family),
    { needs: ['write'] },
  ],
]);

/** That keys are opaque. */
export const keys: readonly Guarantee[] = guarantees(
  { area: 'keys', look: 'how keys become paths or URLs: encode once, decode once, normalise nothing' },
  {
    ...Object.fromEntries(kept),
    'thousand-bytes': [
      'a key of 1,024 bytes, the prefix of the remote counted in, is kept as it is',
      async (trial) => {
        for (const filling of ['x', '\u00e9']) await keptLong(trial, longKey(trial.remote.url, 1024, filling));
      },
    ],
    'long-names': [
      'names of 250 bytes are kept as they are',
      async (trial) => {
        await keptLong(trial, `${'x'.repeat(250)}/${'\u00e9'.repeat(125)}`);
      },
    ],
    ...Object.fromEntries(keptOr),
    outside: [
      'no key leads out of the remote',
      async (trial) => {
        const inner = await trial.open(below(trial.remote, 'inner'));
        for (const key of ['../outside', 'a/../../outside', '..', '/outside', '%2e%2e/outside', '..%2foutside', '..\\outside']) {
          await inner.write(key, sourceOf(randomBytes(10, 1))).catch(() => {});
          await assertAbsent(trial.storage, 'outside');
          if (!trial.storage.offers.has('list')) continue;
          for (const found of await listedKeys(trial.storage)) assert.ok(found.startsWith('inner/'), `${key} became ${found}`);
        }
      },
      { needs: ['write'] },
    ],
  },
);

async function keptLong({ storage }: Trial, key: string): Promise<void> {
  await storage.put(key, randomBytes(20, 1));
  await assertHolds(storage, key, randomBytes(20, 1));
  await assertKeys(storage, [key], key.slice(0, 30));
  if (!storage.offers.has('remove')) return;
  await storage.remove([key]);
  await assertAbsent(storage, key);
}
