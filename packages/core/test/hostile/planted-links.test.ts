/** Symbolic links can be tracked by git: one in place of a file or folder of ours must not lead a write, or a removal, out of the project. */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { add } from '../../src/operations/add.ts';
import { setConfig } from '../../src/operations/configuration.ts';
import { inspectEnvironment } from '../../src/operations/environment.ts';
import { init } from '../../src/operations/init.ts';
import { addRequest } from '../operations/add-request.ts';
import { makeProject, type TemporaryProject } from '../operations/temporary-project.ts';

let project: TemporaryProject;
let outside: string;
beforeEach(() => {
  project = makeProject();
  outside = join(dirname(project.root), 'outside');
  mkdirSync(outside);
  project.write('data', 'text');
});
afterEach(() => {
  project[Symbol.dispose]();
});

/** A link that a clone would bring. */
function plant(path: string, target: string): void {
  const place = join(project.root, path);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(target, place);
  project.git('add', '-f', path);
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'done',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
}
const addData = async (): Promise<unknown> => codeOf(project.open().then((opened) => add(opened, addRequest(['data']), project.context)));

describe('the lock', () => {
  it('a link to a file: the file keeps its content', async () => {
    writeFileSync(join(outside, 'precious'), 'a long and precious text');
    plant('.dvc/tmp/lock', join(outside, 'precious'));
    expect(await addData()).toBe('unsafe-path');
    expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('a long and precious text');
  });

  it('a link to nothing: nothing comes into being there', async () => {
    plant('.dvc/tmp/lock', join(outside, 'new'));
    expect(await addData()).toBe('unsafe-path');
    expect(existsSync(join(outside, 'new'))).toBe(false);
  });
});

describe.each(['.dvc/tmp', '.dvc/tmp/datapin', '.dvc/cache', '.dvc/cache/files', '.dvc/cache/files/md5', '.dvc/cache/files/md5/1c'])(
  '%s that leads out',
  (path) => {
    it('nothing is written there', async () => {
      plant(path, outside);
      expect(await addData()).toBe('unsafe-path');
      expect(readdirSync(outside)).toEqual([]);
      expect(existsSync(join(project.root, 'data.dvc'))).toBe(false);
    });
  },
);

describe('.dvc itself', () => {
  it('is not followed', async () => {
    const text = readFileSync(join(project.root, '.dvc/config'), 'utf8');
    mkdirSync(join(outside, 'dvc'));
    writeFileSync(join(outside, 'dvc/config'), text);
    plant('.dvc', join(outside, 'dvc'));
    expect(await codeOf(project.open())).toBe('unsafe-path');
    expect(
      await codeOf(
        setConfig(
          {
            options: {
              cwd: project.root,
              env: { HOME: outside, PATH: process.env['PATH'] },
              storages: { load: () => Promise.reject(new Error('no')) },
            },
            level: 'local',
          },
          'core.autostage',
          'true',
        ),
      ),
    ).toBe('unsafe-path');
    expect(readdirSync(join(outside, 'dvc'))).toEqual(['config']);
  });
});

describe('the state', () => {
  it('a link to somebody’s database: it is left alone', async () => {
    const file = join(outside, 'places.sqlite');
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE hash (mine TEXT); INSERT INTO hash VALUES (1); PRAGMA user_version = 77');
    database.close();
    const before = readFileSync(file);
    plant('.dvc/tmp/datapin/state.db', file);
    expect(await codeOf(project.open())).toBe('unsafe-path');
    await addData();
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('a planted database with another schema is not asked', async () => {
    mkdirSync(join(project.root, '.dvc/tmp/datapin'), { recursive: true });
    const database = new DatabaseSync(join(project.root, '.dvc/tmp/datapin/state.db'));
    database.exec(`CREATE VIEW hash AS WITH RECURSIVE endless(path) AS (SELECT 'x' UNION ALL SELECT path FROM endless)
      SELECT path, 0 AS algorithm, '' AS hash, 0 AS dev, 0 AS ino, 0 AS size, 0 AS mtime, 0 AS ctime FROM endless;
      CREATE TABLE placed (path TEXT PRIMARY KEY, token TEXT NOT NULL) WITHOUT ROWID; PRAGMA user_version = 1`);
    database.close();
    expect(await addData()).toBe('done');
  });
});

describe('metafiles and .gitignore', () => {
  it.each(['data.dvc', '.gitignore'])('%s that is a link is not written through', async (path) => {
    writeFileSync(join(outside, 'file'), '');
    plant(path, join(outside, 'file'));
    expect(await addData()).not.toBe('done');
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('');
    expect(lstatSync(join(project.root, path)).isSymbolicLink()).toBe(true);
  });

  it('init: a .dvcignore that leads to nothing is not written through', async () => {
    const folder = join(dirname(project.root), 'other');
    mkdirSync(folder);
    symlinkSync(join(outside, 'new'), join(folder, '.dvcignore'));
    await codeOf(init({ directory: folder, env: {}, noScm: true, subdir: false, force: false }, project.context));
    expect(existsSync(join(outside, 'new'))).toBe(false);
  });
});

it('doctor tries links without following any', async () => {
  mkdirSync(join(project.root, '.dvc/cache'), { recursive: true });
  for (const folder of ['.dvc/cache', '.dvc/tmp']) {
    mkdirSync(join(project.root, folder), { recursive: true });
    symlinkSync(join(outside, 'new'), join(project.root, folder, `.datapin-probe-${process.pid}`));
  }
  await inspectEnvironment(await project.open());
  expect(existsSync(join(outside, 'new'))).toBe(false);
});

describe('links that the user made and git does not track', () => {
  it('.dvc/cache on another disk goes on working', async () => {
    symlinkSync(outside, join(project.root, '.dvc/cache'));
    mkdirSync(join(outside, 'files/md5'), { recursive: true });
    expect(await addData()).toBe('done');
    expect(existsSync(join(outside, 'files/md5/1c'))).toBe(true);
  });

  it('.dvc/tmp on another disk goes on working', async () => {
    rmSync(join(project.root, '.dvc/tmp'), { recursive: true, force: true });
    symlinkSync(outside, join(project.root, '.dvc/tmp'));
    expect(await addData()).toBe('done');
  });
});
