/** `cache.dir` may stand in a file that git tracks. Then it is repository content that says where objects are written. */
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { add } from '../../src/operations/add.ts';
import { status } from '../../src/operations/status.ts';
import { addRequest } from '../operations/add-request.ts';
import { makeProject, type TemporaryProject } from '../operations/temporary-project.ts';

let project: TemporaryProject;
let outside: string;
beforeEach(() => {
  project = makeProject();
  outside = join(dirname(project.root), 'outside');
  project.write('data', 'text');
});
afterEach(() => {
  project[Symbol.dispose]();
});

const setting = (dir: string): string => `[cache]\n    dir = ${dir}\n`;

async function addData(): Promise<unknown> {
  return add(await project.open(), addRequest(['data']), project.context).then(
    () => 'done',
    (error: { code?: string }) => error.code,
  );
}

describe('in .dvc/config', () => {
  it.each(['../../outside', '../../outside/deep/er', '../.git', '../.git/cache', '../.GIT/x', '..'])(
    '%s: nothing is written there',
    async (dir) => {
      const git = readdirSync(join(project.root, '.git'));
      project.write('.dvc/config', setting(dir));
      expect(await addData()).toBe('unsafe-path');
      expect(existsSync(outside)).toBe(false);
      expect(readdirSync(join(project.root, '.git'))).toEqual(git);
      expect(existsSync(join(project.root, 'data.dvc'))).toBe(false);
    },
  );

  it('reading the project goes on', async () => {
    project.write('.dvc/config', setting(outside));
    const { isEmpty } = await status(
      await project.open(),
      { targets: [], withDeps: false, recursive: false, noUpdates: true },
      project.context,
    );
    expect(isEmpty).toBe(true);
  });

  it('a folder of the work tree that is a link out of it: nothing is written there', async () => {
    mkdirSync(outside);
    symlinkSync(outside, join(project.root, 'link'));
    project.write('.dvc/config', setting('../link/cache'));
    expect(await addData()).toBe('unsafe-path');
    expect(readdirSync(outside)).toEqual([]);
  });

  it('a folder of the git work tree is fine', async () => {
    project.write('.dvc/config', setting('../store/cache'));
    expect(await addData()).toBe('done');
    expect(existsSync(join(project.root, 'store/cache/files/md5'))).toBe(true);
  });

  it('a shared cache that somebody has set up is fine', async () => {
    mkdirSync(join(outside, 'files/md5'), { recursive: true });
    project.write('.dvc/config', setting(outside));
    expect(await addData()).toBe('done');
    expect(readdirSync(join(outside, 'files/md5'))).toContain('1c');
  });

  it('so is one of DVC 2', async () => {
    mkdirSync(join(outside, 'ab'), { recursive: true });
    writeFileSync(join(outside, 'ab', '0'.repeat(30)), '');
    project.write('.dvc/config', setting(outside));
    expect(await addData()).toBe('done');
  });
});

describe('in .dvc/config.local', () => {
  it('is the user’s choice', async () => {
    project.write('.dvc/config.local', setting(outside));
    expect(await addData()).toBe('done');
    expect(existsSync(join(outside, 'files/md5'))).toBe(true);
  });

  it('is the clone’s when git tracks that file', async () => {
    project.write('.dvc/config.local', setting(outside));
    project.git('add', '-f', '.dvc/config.local');
    expect(await addData()).toBe('unsafe-path');
    expect(existsSync(outside)).toBe(false);
  });
});

it('a link in the place of an object is no object', async () => {
  mkdirSync(outside);
  writeFileSync(join(outside, 'file'), 'text');
  mkdirSync(join(project.root, '.dvc/cache/files/md5/1c'), { recursive: true });
  symlinkSync(join(outside, 'file'), join(project.root, '.dvc/cache/files/md5/1c/b251ec0d568de6a929b520c4aed8d1'));
  expect(await addData()).toBe('done');
  expect(readdirSync(join(project.root, '.dvc/cache/files/md5/1c'), { withFileTypes: true })[0]?.isFile()).toBe(true);
});
