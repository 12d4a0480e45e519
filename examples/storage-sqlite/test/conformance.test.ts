import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { describeStorage } from '@datapin/storage-testkit';

import plugin from '../src/index.ts';

describeStorage('sqlite', {
  plugin,
  start: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'storage-sqlite-'));
    let remotes = 0;
    return {
      emptyRemote: async () => {
        const path = join(folder, `${(remotes += 1)}.db`);
        await writeFile(path, '');
        return { url: `sqlite://${path}` };
      },
      unreachableRemote: async () => ({ url: `sqlite://${join(folder, 'not', 'mounted', 'objects.db')}` }),
      leftovers: async () => (await readdir(folder)).flatMap((name) => (name.endsWith('.db') ? unfinishedObjects(join(folder, name)) : [])),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
    };
  },
  lacks: {
    refusedRemote: 'a file has no credentials: who may read it is for the file system to say, and root may read everything',
  },
});

function unfinishedObjects(path: string): readonly string[] {
  const database = new DatabaseSync(path);
  try {
    const { count } = database.prepare(`SELECT count(*) AS count FROM sqlite_schema WHERE name = 'object'`).get() ?? {};
    return count === 0
      ? []
      : database
          .prepare('SELECT id FROM object WHERE key IS NULL')
          .all()
          .map((row) => `${path}: object ${String(row['id'])}`);
  } finally {
    database.close();
  }
}
