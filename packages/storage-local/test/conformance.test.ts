import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { describeStorage } from '@datapin/storage-testkit';

import plugin from '../src/index.ts';

describeStorage('local', {
  plugin,
  start: async () => {
    const root = await mkdtemp(join(tmpdir(), 'storage-local-'));
    return {
      emptyRemote: async () => ({ url: await mkdtemp(join(root, 'remote-')) }),
      leftovers: async () => (await readdir(root, { recursive: true })).filter((path) => basename(path).startsWith('.datapin-')),
      [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
    };
  },
  deviations: {
    'errors/refused': 'root may do everything, so that needs another user; permissions.test.ts shows it',
    'errors/unreachable': 'a folder that is not there is an empty remote to everything but reading: that is how a remote begins',
  },
});
