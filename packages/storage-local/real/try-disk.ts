/** Run by disks.test.ts on a mounted folder: what reading, writing small and large, and removing give there, as one JSON line. */
import { randomBytes, sourceOf } from '@datapin/storage-testkit';
import { isStorageError } from '@datapin/storage';

import plugin from '../src/index.ts';

const [, , path = ''] = process.argv;
const storage = await plugin.open(
  { name: 'disk', url: { scheme: 'local', authority: '', path }, options: {}, tracked: new Set() },
  { env: {}, warn: () => {} },
);

async function outcome(action: Promise<unknown> | undefined): Promise<string> {
  try {
    await action;
    return 'done';
  } catch (error) {
    return isStorageError(error) ? error.code : String(error);
  }
}

const results = {
  read: await outcome(storage.read('there')),
  tooLarge: await outcome(storage.write?.('large', sourceOf(randomBytes(4_000_000, 1)))),
  small: await outcome(storage.write?.('small', sourceOf(randomBytes(10_000, 1)))),
  filling: await outcome(
    (async () => {
      for (let index = 0; index < 200; index++) await storage.write?.(`fill/${index}`, sourceOf(randomBytes(10_000, 1)));
    })(),
  ),
  remove: await outcome(storage.remove?.(['small'])),
};
process.stdout.write(`${JSON.stringify(results)}\n`);
