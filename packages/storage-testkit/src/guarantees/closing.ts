import { randomBytes, readAll, sourceOf } from '../bytes.ts';
import { assertAbsent, assertHolds, listed, settled } from '../suite/expectations.ts';
import { type Guarantee, guarantees } from '../suite/guarantee.ts';

/** What closing a storage promises. */
export const closing: readonly Guarantee[] = guarantees('closing', {
  twice: [
    'closing twice is fine',
    async ({ storage }) => {
      await storage.write('object', sourceOf(randomBytes(10, 1)));
      await storage[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
    },
  ],
  'in-flight': [
    'calls in flight come to an end, and what fails then leaves nothing behind',
    async (trial) => {
      const remote = await trial.server.emptyRemote();
      const storage = await trial.open(remote);
      const bytes = randomBytes(trial.limits.bigObject, 1);
      await storage.write('object', sourceOf(bytes));
      const [read, write, list] = [storage.read('object').then(readAll), storage.write('new', sourceOf(bytes)), listed(storage)];
      const outcomes = Promise.all([settled(read), settled(write), settled(list)]);
      await storage[Symbol.asyncDispose]();
      const [, written] = await outcomes;
      const again = await trial.open(remote);
      if (written.status === 'fulfilled') await assertHolds(again, 'new', bytes);
      else await assertAbsent(again, 'new');
    },
  ],
});
