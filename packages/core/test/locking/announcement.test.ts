import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { tryAnnounce } from '../../src/locking/announcement.ts';

let root: string;
let project: { readonly root: string; readonly tmpDir: string };
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'datapin-announce-'));
  project = { root, tmpDir: join(root, '.dvc/tmp') };
  mkdirSync(project.tmpDir, { recursive: true });
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const rwlock = (): unknown => JSON.parse(readFileSync(join(project.tmpDir, 'rwlock'), 'utf8'));

it('tells DVC that the whole repository is being written', async () => {
  const lock = await tryAnnounce(project);
  expect(rwlock()).toEqual({ write: { [root]: { pid: process.pid, cmd: 'datapin' } }, read: {} });
  if (lock !== 'busy') await lock.release();
});

it('takes the announcement back', async () => {
  const lock = await tryAnnounce(project);
  if (lock !== 'busy') await lock.release();
  expect(rwlock()).toEqual({ write: {}, read: {} });
});

it('keeps a second one out', async () => {
  const lock = await tryAnnounce(project);
  expect(await tryAnnounce(project)).toBe('busy');
  if (lock !== 'busy') await lock.release();
  const next = await tryAnnounce(project);
  expect(next).not.toBe('busy');
  if (next !== 'busy') await next.release();
});

it('waits for a DVC that is at work', async () => {
  writeFileSync(
    join(project.tmpDir, 'rwlock'),
    JSON.stringify({ write: { [join(root, 'data')]: { pid: process.ppid, cmd: 'dvc add data' } } }),
  );
  expect(await tryAnnounce(project)).toBe('busy');
});

it('does not wait for a dead one', async () => {
  writeFileSync(
    join(project.tmpDir, 'rwlock'),
    JSON.stringify({ write: { [join(root, 'data')]: { pid: 2 ** 22 + 5, cmd: 'dvc add data' } } }),
  );
  const lock = await tryAnnounce(project);
  expect(lock).not.toBe('busy');
  if (lock !== 'busy') await lock.release();
});
