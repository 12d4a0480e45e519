import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { describeStorage } from '@datapin/storage-testkit';

import plugin from '../src/index.ts';

describeStorage('sqlite', {
  plugin,
  start: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'storage-sqlite-'));
    const recent: string[] = [];
    let remotes = 0;
    return {
      emptyRemote: async () => {
        const path = join(folder, `${(remotes += 1)}.db`);
        await writeFile(path, '');
        recent.push(path);
        return { url: `sqlite://${path}` };
      },
      unreachableRemote: async () => ({ url: `sqlite://${join(folder, 'not', 'mounted', 'objects.db')}` }),
      // no remote is used by a second test: it is enough to look at each once
      leftovers: async () => recent.splice(0).flatMap(unfinishedObjects),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
    };
  },
  // more than a few rows make no difference to this storage; one with uploads in parts wants more than a part
  limits: { bigObject: 2_000_000 },
  lacks: {
    refusedRemote: 'a file has no credentials: who may read it is for the file system to say, and root may read everything',
  },
});

function unfinishedObjects(path: string): readonly string[] {
  const database = new DatabaseSync(path);
  try {
    if (database.prepare('PRAGMA application_id').get()?.['application_id'] === 0) return [];
    const rows = database.prepare('SELECT id FROM object WHERE key IS NULL').all();
    return rows.map((row) => `${path}: object ${String(row['id'])}`);
  } finally {
    database.close();
  }
}
