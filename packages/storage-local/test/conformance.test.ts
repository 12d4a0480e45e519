import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { describeStorage } from '@datapin/storage-testkit';

import plugin from '../src/index.ts';
import { conformance } from './deviations.ts';

describeStorage('local', {
  ...conformance,
  plugin,
  start: async () => {
    const root = await mkdtemp(join(tmpdir(), 'storage-local-'));
    return {
      emptyRemote: async () => ({ url: await mkdtemp(join(root, 'remote-')) }),
      leftovers: async () => (await readdir(root, { recursive: true })).filter((path) => basename(path).startsWith('.datapin-')),
      [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
    };
  },
});
