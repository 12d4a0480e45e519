import assert from 'node:assert/strict';

import { type Guarantee, guarantees } from '../suite/guarantee.ts';

/** What a storage says about itself. */
export const traits: readonly Guarantee[] = guarantees('traits', {
  numbers: [
    'connections and page size are whole numbers of at least 1',
    async ({ storage }) => {
      for (const name of ['maxConnections', 'listPageSize'] as const) {
        assert.ok(Number.isSafeInteger(storage.traits[name]) && storage.traits[name] >= 1, `${name} is ${storage.traits[name]}`);
      }
    },
  ],
});
