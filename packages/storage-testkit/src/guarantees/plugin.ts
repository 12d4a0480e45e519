import assert from 'node:assert/strict';

import { parseRemoteUrl } from '@datapin/storage';

import { randomBytes } from '../bytes.ts';
import { below } from '../suite/below.ts';
import { assertAbsent, assertHolds, assertKeys } from '../suite/expectations.ts';
import { type Guarantee, guarantees } from '../suite/guarantee.ts';
import { recordOutput } from '../suite/record-output.ts';

const bytes = randomBytes(100, 1);

/** What a plugin promises of itself and of opening remotes. */
export const plugin: readonly Guarantee[] = guarantees(
  { area: 'plugin', look: "the plugin's default export and its `open`" },
  {
    name: [
      'the plugin has a short name in lower case, for messages',
      async ({ plugin }) => assert.match(plugin.name, /^[a-z][a-z0-9-]*$/u),
      { needs: [] },
    ],
    schemes: [
      'it names the URL schemes it serves, in lower case, and that of the remote under test is one of them',
      async ({ plugin, remote }) => {
        for (const scheme of plugin.schemes) assert.match(scheme, /^[a-z][a-z0-9+.-]*$/u);
        assert.ok(plugin.schemes.includes(parseRemoteUrl(remote.url).scheme), `${plugin.schemes.join(', ')} do not serve the remote`);
      },
    ],
    'leaves-request-alone': [
      'opening a remote changes nothing in what it is given',
      async ({ plugin, remote }) => {
        const spec = {
          name: 'under-test',
          url: Object.freeze(parseRemoteUrl(remote.url)),
          options: Object.freeze({ ...remote.options }),
          tracked: new Set<string>(),
        };
        const host = Object.freeze({ env: Object.freeze({ ...remote.env }), warn: () => {} });
        const storage = await plugin.open(Object.freeze(spec), host);
        await storage[Symbol.asyncDispose]();
        assert.equal(spec.tracked.size, 0);
      },
    ],
    'remotes-apart': [
      'two remotes do not see each other’s objects',
      async (trial) => {
        const other = await trial.open(await trial.server.emptyRemote());
        await trial.storage.put('object', bytes);
        await assertAbsent(other, 'object');
        await assertKeys(other, []);
      },
    ],
    'folder-of-remote': [
      'a remote at a folder of another one holds what that one has below the folder, and is made as needed',
      async (trial) => {
        const inner = await trial.open(below(trial.remote, 'some/folder'));
        await inner.put('in/object', bytes);
        await assertHolds(trial.storage, 'some/folder/in/object', bytes);
        await trial.storage.put('some/folder/from-outside', bytes);
        await trial.storage.put('some/folder-beside', bytes);
        await assertHolds(inner, 'from-outside', bytes);
        await assertKeys(inner, ['in/object', 'from-outside']);
      },
    ],
    'prints-nothing': [
      'opening and using a remote prints nothing',
      async (trial) => {
        const printed = await recordOutput(async () => {
          const storage = await trial.open(await trial.server.emptyRemote());
          await storage.put('object', bytes);
          await assertHolds(storage, 'object', bytes);
          await assertAbsent(storage, 'nothing');
          await assertKeys(storage, ['object']);
          await storage[Symbol.asyncDispose]();
        });
        assert.deepEqual(printed, []);
      },
      { look: 'calls of `console` or `process.stdout`, also by libraries; tell the user by `host.warn` instead' },
    ],
  },
);
