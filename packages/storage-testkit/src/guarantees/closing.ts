import { randomBytes, readAll, sourceOf } from '../bytes.ts';
import { everyCall } from '../suite/calls.ts';
import { assertAbsent, assertHolds, listed, settled } from '../suite/expectations.ts';
import { type Guarantee, guarantees } from '../suite/guarantee.ts';

/** What closing a storage promises. */
export const closing: readonly Guarantee[] = guarantees(
  { area: 'closing', look: '`[Symbol.asyncDispose]`' },
  {
    unused: [
      'a storage that was never used closes',
      async (trial) => (await trial.open(await trial.server.emptyRemote()))[Symbol.asyncDispose](),
      { needs: [] },
    ],
    twice: [
      'closing twice is fine',
      async ({ storage }) => {
        await storage.put('object', randomBytes(10, 1));
        await storage[Symbol.asyncDispose]();
        await storage[Symbol.asyncDispose]();
      },
    ],
    'in-flight': [
      'calls in flight come to an end, and what fails then leaves nothing behind',
      async (trial) => {
        const storage = await trial.open(trial.remote);
        const bytes = randomBytes(trial.limits.bigObject, 1);
        await storage.put('object', bytes);
        const calls: Promise<unknown>[] = [storage.read('object').then(readAll)];
        if (storage.offers.has('list')) calls.push(listed(storage));
        const writing = storage.offers.has('write') ? settled(storage.write('new', sourceOf(bytes))) : undefined;
        const outcomes = Promise.all(calls.map(settled));
        await storage[Symbol.asyncDispose]();
        await outcomes;
        const written = await writing;
        if (written?.status === 'fulfilled') await assertHolds(trial.storage, 'new', bytes);
        else await assertAbsent(trial.storage, 'new');
      },
    ],
    'later-calls': [
      'a call after closing comes to an end, one way or the other',
      async ({ storage }) => {
        await storage.put('object', randomBytes(10, 1));
        await storage[Symbol.asyncDispose]();
        for (const [, call] of everyCall(storage, 'object')) await settled(call());
      },
    ],
    'other-openings': [
      'closing one opening of a remote leaves another one alone',
      async (trial) => {
        const other = await trial.open(trial.remote);
        await other.put('object', randomBytes(100, 1));
        await assertHolds(trial.storage, 'object', randomBytes(100, 1));
        await other[Symbol.asyncDispose]();
        await assertHolds(trial.storage, 'object', randomBytes(100, 1));
        await trial.storage.put('another', randomBytes(100, 2));
      },
    ],
  },
);
