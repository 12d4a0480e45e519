import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { DatapinError } from '../errors.ts';
import { pidExists } from '../process-identity.ts';
import { loadSqlite } from '../state/load-sqlite.ts';
import type { FileLock } from './file-lock.ts';
import { checkNotBusy, readPathUsers, writePathUsers } from './rwlock.ts';

/** How DVC names us when it meets our announcement. */
const command = 'datapin';

/**
 * The second-best lock, for systems without `flock`. Other datapins are kept out by a SQLite transaction, which ends with the process; DVC by an entry
 * in its `rwlock` that says we write the whole repository: it looks there before each of its steps. A DVC that is just starting may slip through.
 */
export async function tryAnnounce(project: { readonly root: string; readonly tmpDir: string }): Promise<FileLock | 'busy'> {
  const { root, tmpDir } = project;
  const exclusion = tryExclusion(join(tmpDir, 'datapin'));
  if (exclusion === 'busy') return 'busy';
  try {
    await checkNotBusy(tmpDir, [root]);
    const users = await readPathUsers(tmpDir);
    const live = Object.entries(users.write).filter(([, user]) => pidExists(user.pid));
    writePathUsers(tmpDir, { ...users, write: { ...Object.fromEntries(live), [root]: { pid: process.pid, cmd: command } } });
  } catch (error) {
    await exclusion.release();
    if (error instanceof DatapinError && error.code === 'locked') return 'busy';
    throw error;
  }
  return {
    async release() {
      const users = await readPathUsers(tmpDir);
      const { [root]: own, ...write } = users.write;
      if (own?.pid === process.pid) writePathUsers(tmpDir, { ...users, write });
      await exclusion.release();
    },
  };
}

const sqliteBusy = 5;

function tryExclusion(folder: string): FileLock | 'busy' {
  mkdirSync(folder, { recursive: true });
  const database = new (loadSqlite().DatabaseSync)(join(folder, 'lock.db'));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) return 'busy';
    throw error;
  }
  return {
    release: () => {
      database.close();
    },
  };
}
