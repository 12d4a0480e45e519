import assert from 'node:assert/strict';

import { type Guarantee, guarantees, type StorageMethod } from '../suite/guarantee.ts';

const look = 'the `traits` and the methods of the object that `open` resolves with';

/** What a storage says about itself. */
export const traits: readonly Guarantee[] = guarantees(
  { area: 'traits', look, needs: [] },
  {
    numbers: [
      'connections and page size are whole numbers of at least 1',
      async ({ storage }) => {
        for (const name of ['maxConnections', 'listPageSize'] as const) {
          assert.ok(Number.isSafeInteger(storage.traits[name]) && storage.traits[name] >= 1, `${name} is ${storage.traits[name]}`);
        }
      },
    ],
    'yes-or-no': [
      'range reads, atomic writes and versions are answered by true or false',
      async ({ storage }) => {
        for (const name of ['rangeReads', 'atomicWrites', 'versions'] as const) assert.equal(typeof storage.traits[name], 'boolean', name);
      },
    ],
    methods: [
      'the storage has every method but those that are declared as lacking, and those are absent',
      async ({ storage, lacks }) => {
        for (const method of ['write', 'remove', 'list'] satisfies StorageMethod[]) {
          const offered = storage.offers.has(method);
          if (lacks[method] === undefined) assert.ok(offered, `there is no \`${method}\`: declare it in \`lacks\`, with the reason`);
          else assert.ok(!offered, `\`${method}\` is declared as lacking, but is there`);
        }
      },
    ],
    'plain-files': [
      'a storage that tells where its objects lie as files tells the truth, and refuses keys that can be none',
      async ({ storage }) => {
        if (storage.pathOf === undefined) return;
        const { readFile } = await import('node:fs/promises');
        const bytes = Uint8Array.of(1, 2, 3);
        await storage.put('folder/object', bytes);
        assert.deepEqual(new Uint8Array(await readFile(storage.pathOf('folder/object'))), bytes);
        assert.equal(typeof storage.pathOf('folder/not-there'), 'string', 'the path of what is not there');
        assert.throws(() => storage.pathOf?.('../outside'), { code: 'invalid-request' });
      },
      { needs: ['put'] },
    ],
  },
);
