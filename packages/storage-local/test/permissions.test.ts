import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { isRetryable } from '@datapin/storage';
import { listed, randomBytes, readAll, sourceOf } from '@datapin/storage-testkit';
import { expect, test } from 'vitest';

import { openLocal, temporaryFolder } from './open-local.ts';

const nobody = 65_534;

/** Root may do everything and would prove nothing: then it is done as nobody. */
async function unprivileged(action: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return action();
  process.setegid?.(nobody);
  process.seteuid?.(nobody);
  try {
    await action();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

function folderForEverybody(): string {
  const folder = temporaryFolder();
  if (process.geteuid?.() === 0) chownSync(folder, nobody, nobody);
  return folder;
}

async function failureOf(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => expect.fail('it was allowed'),
    (error: unknown) => error,
  );
}

test.skipIf(process.platform === 'win32')(
  'a folder without rights is forbidden for every call (modes mean little on Windows)',
  async () => {
    const folder = folderForEverybody();
    await unprivileged(async () => {
      const storage = await openLocal(folder);
      await storage.write('closed/object', sourceOf(randomBytes(10, 1)));
      chmodSync(join(folder, 'closed'), 0o000);
      const calls = {
        stat: () => storage.stat('closed/object'),
        read: () => storage.read('closed/object'),
        write: () => storage.write('closed/new', sourceOf(randomBytes(10, 1))),
        list: () => listed(storage),
        remove: () => storage.remove(['closed/object']),
      };
      for (const [name, call] of Object.entries(calls)) {
        const error = await failureOf(call());
        expect(error, name).toMatchObject({
          code: 'forbidden',
          message: expect.stringContaining(join(folder, 'closed')),
          hint: expect.any(String),
        });
        expect(isRetryable(error)).toBe(false);
      }
      chmodSync(join(folder, 'closed'), 0o700);
    });
  },
);

test.skipIf(process.platform === 'win32')(
  'a folder that may only be read can be read, and nothing is left of a write (modes mean little on Windows)',
  async () => {
    const folder = folderForEverybody();
    await unprivileged(async () => {
      const storage = await openLocal(folder);
      await storage.write('ab/object', sourceOf(randomBytes(10, 1)));
      chmodSync(join(folder, 'ab'), 0o500);
      expect(await readAll(await storage.read('ab/object'))).toEqual(randomBytes(10, 1));
      expect(await listed(storage)).toHaveLength(1);
      for (const size of [10, 2_000_000]) {
        expect(await failureOf(storage.write('ab/new', sourceOf(randomBytes(size, 1))))).toMatchObject({
          code: 'forbidden',
          message: `cannot write to ${join(folder, 'ab')}: permission denied`,
        });
      }
      expect(await failureOf(storage.remove(['ab/object']))).toMatchObject({ code: 'forbidden' });
      expect(readdirSync(join(folder, 'ab'))).toEqual(['object']);
      chmodSync(join(folder, 'ab'), 0o700);
    });
  },
);

test.skipIf(process.platform === 'win32')(
  'a remote whose parent does not let it be made is forbidden (modes mean little on Windows)',
  async () => {
    const folder = folderForEverybody();
    mkdirSync(join(folder, 'parent'), { mode: 0o555 });
    await unprivileged(async () => {
      const storage = await openLocal(join(folder, 'parent/remote'));
      expect(await failureOf(storage.write('object', sourceOf(randomBytes(10, 1))))).toMatchObject({
        code: 'forbidden',
        message: `cannot write to ${join(folder, 'parent')}: permission denied`,
      });
    });
  },
);
