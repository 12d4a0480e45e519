import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describeStorage } from '@datapin/storage-testkit';

import plugin from '../src/index.ts';

describeStorage('{{scheme}}', {
  plugin,
  // your real store is started here: a server process, a container, a fresh bucket
  start: async () => {
    const root = await mkdtemp(join(tmpdir(), '{{scheme}}-'));
    return {
      emptyRemote: async () => ({ url: `{{scheme}}://${await mkdtemp(join(root, 'remote-'))}` }),
      unreachableRemote: async () => ({ url: `{{scheme}}://${join(root, 'not', 'mounted')}` }),
      leftovers: async () => (await readdir(root, { recursive: true })).filter((path) => /unfinished[\\/]./u.test(path)),
      [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
    };
  },
  // promises that the store cannot keep, each with the reason
  deviations: {
    'errors/refused': 'a folder has no credentials, and root may read everything',
  },
});
