import { hash } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Cache, Twin } from '../../src/cache/cache.ts';
import { openCache } from '../../src/cache/file-cache.ts';
import type { LinkType } from '../../src/config/config.ts';
import { smallFileSize } from '../../src/hashing/hash-file.ts';
import type { ObjectId } from '../../src/hashing/object-id.ts';
import { openState } from '../../src/state/sqlite-state.ts';
import type { State } from '../../src/state/state.ts';
import type { TempFiles } from '../../src/temp-files.ts';
import { openPlacer, type Placer } from '../../src/workspace/place-file.ts';
import { openWorkspaceTemps } from '../../src/workspace/workspace-temps.ts';

let root: string;
let cache: Cache;
let temps: TempFiles;
let state: State;
let destination: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'datapin-place-')));
  cache = openCache({ dir: join(root, '.dvc/cache'), types: ['copy'], shared: false });
  temps = openWorkspaceTemps(join(root, '.dvc/tmp'));
  state = openState(join(root, '.dvc/tmp'));
  destination = join(root, 'file');
});
afterEach(() => {
  temps[Symbol.dispose]();
  state[Symbol.dispose]();
  cache[Symbol.dispose]();
  rmSync(root, { recursive: true });
});

function object(content: string | Buffer): ObjectId {
  const id: ObjectId = { algorithm: 'md5', value: hash('md5', content) };
  cache.publishBytes(id, Buffer.from(content));
  return id;
}

const placer = (...types: readonly LinkType[]): Placer => openPlacer({ cache, state, types, temps });
const modeOf = (path: string): number => lstatSync(path).mode & 0o777;
const plainMode = 0o666 & ~process.umask();

describe('placing an object', () => {
  it.each(['small', Buffer.alloc(2 * smallFileSize, 'large')])('as a copy makes a file of its own that can be written', async (content) => {
    const id = object(content);
    expect(await placer('copy').place(id, destination)).toBe('copy');
    expect(readFileSync(destination).equals(Buffer.from(content))).toBe(true);
    expect(modeOf(destination)).toBe(plainMode);
    expect(statSync(destination).ino).not.toBe(statSync(cache.pathOf(id)).ino);
  });

  it('as a hard link gives the object another name', async () => {
    const id = object('x');
    expect(await placer('hardlink').place(id, destination)).toBe('hardlink');
    expect(statSync(destination).ino).toBe(statSync(cache.pathOf(id)).ino);
    expect(modeOf(destination)).toBe(0o444);
  });

  it('as a symbolic link leads to the object', async () => {
    const id = object('x');
    expect(await placer('symlink').place(id, destination)).toBe('symlink');
    expect(readlinkSync(destination)).toBe(cache.pathOf(id));
  });

  it('never makes a hard link of an empty file', async () => {
    expect(await placer('hardlink').place(object(''), destination)).toBe('copy');
    expect(statSync(destination).nlink).toBe(1);
  });

  it('falls back to the next kind of link where the first one does not work', async () => {
    const kind = await placer('reflink', 'copy').place(object('x'), destination);
    expect(['reflink', 'copy']).toContain(kind);
    expect(readFileSync(destination, 'utf8')).toBe('x');
    expect(modeOf(destination)).toBe(plainMode);
  });

  it.each(['copy', 'hardlink', 'symlink'] as const)('that is executable never touches the object (%s)', async (type) => {
    const id = object('#!/bin/sh');
    await placer(type).place(id, destination, { exec: true });
    expect(modeOf(destination)).toBe(plainMode | 0o100);
    expect(modeOf(cache.pathOf(id))).toBe(0o444);
  });

  it.each(['copy', 'hardlink', 'symlink'] as const)('replaces what is there (%s)', async (type) => {
    writeFileSync(destination, 'old');
    await placer(type).place(object('new'), destination, { replace: true });
    expect(readFileSync(destination, 'utf8')).toBe('new');
  });

  it('does not write through a symbolic link that is there', async () => {
    writeFileSync(join(root, 'target'), 'kept');
    symlinkSync('target', destination);
    await placer('copy').place(object('new'), destination, { replace: true });
    expect(readFileSync(join(root, 'target'), 'utf8')).toBe('kept');
    expect(lstatSync(destination).isFile()).toBe(true);
  });

  it('refuses to replace a file that nobody expected', async () => {
    writeFileSync(destination, 'mine');
    await expect(placer('copy').place(object('new'), destination)).rejects.toMatchObject({ code: 'unsaved-changes' });
    expect(readFileSync(destination, 'utf8')).toBe('mine');
  });
});

describe('an object that cannot be placed', () => {
  it('is one that is not in the cache', async () => {
    const id: ObjectId = { algorithm: 'md5', value: hash('md5', 'never stored') };
    await expect(placer('copy').place(id, destination)).rejects.toMatchObject({ code: 'cache-missing' });
  });

  it('is one that has rotted in the cache, which is then removed', async () => {
    const id = object('right');
    chmodSync(cache.pathOf(id), 0o644);
    writeFileSync(cache.pathOf(id), 'wrong');
    chmodSync(cache.pathOf(id), 0o444);
    using later = openCache({ dir: cache.dir, types: ['copy'], shared: false });
    const placing = openPlacer({ cache: later, state, types: ['copy'], temps }).place(id, destination);
    await expect(placing).rejects.toMatchObject({ code: 'object-corrupt' });
    expect(later.has(id)).toBe(false);
  });

  it('leaves nothing in the work tree', async () => {
    await placer('copy')
      .place({ algorithm: 'md5', value: hash('md5', 'never stored') }, destination)
      .catch(() => undefined);
    expect(readdirSync(root)).toEqual(['.dvc']);
  });
});

describe('a file with the right content', () => {
  it.each([
    ['a copy', ['reflink', 'copy'], false],
    ['a copy', ['hardlink'], true],
    ['a copy', ['hardlink', 'copy'], false],
    ['a copy', ['symlink'], true],
    ['a hard link', ['hardlink'], false],
    ['a hard link', ['copy'], true],
    ['a foreign hard link', ['hardlink'], true],
    ['a foreign hard link', ['reflink', 'copy'], true],
    ['a symbolic link', ['symlink'], false],
    ['a symbolic link', ['copy'], true],
    ['a foreign symbolic link', ['symlink'], true],
  ] as const)('that is %s, where %j is wanted, is linked anew: %s', (kind, types, expected) => {
    const id = object('x');
    const other = join(root, 'other');
    writeFileSync(other, 'x');
    if (kind === 'a copy') writeFileSync(destination, 'x');
    if (kind === 'a hard link') linkSync(cache.pathOf(id), destination);
    if (kind === 'a foreign hard link') linkSync(other, destination);
    if (kind === 'a symbolic link') symlinkSync(cache.pathOf(id), destination);
    if (kind === 'a foreign symbolic link') symlinkSync(other, destination);
    expect(placer(...types).needsRelink(id, destination)).toBe(expected);
  });
});

describe('a copy that was written while its object arrived', () => {
  async function arrivedWithTwin(content: Buffer): Promise<{ readonly id: ObjectId; readonly twin: Twin }> {
    const id: ObjectId = { algorithm: 'md5', value: hash('md5', content) };
    const twin = placer('copy').twinFor(destination);
    if (twin === undefined) throw new Error('copies can be written in advance');
    const incoming = await cache.receive(id, { size: content.length, twin });
    await incoming.write(content);
    await incoming.publish();
    return { id, twin };
  }

  it('becomes the file', async () => {
    const { id, twin } = await arrivedWithTwin(Buffer.alloc(100_000, 'bytes'));
    const { ino } = statSync(twin.path);
    expect(await placer('copy').place(id, destination, { twin })).toBe('copy');
    expect(statSync(destination).ino).toBe(ino);
    expect(modeOf(destination)).toBe(plainMode);
    expect(readdirSync(root)).toEqual(['.dvc', 'file']);
  });

  it('can be executable, and replaces what is there', async () => {
    writeFileSync(destination, 'old');
    const { id, twin } = await arrivedWithTwin(Buffer.from('#!/bin/sh'));
    await placer('copy').place(id, destination, { exec: true, replace: true, twin });
    expect(readFileSync(destination, 'utf8')).toBe('#!/bin/sh');
    expect(modeOf(destination)).toBe(plainMode | 0o100);
  });

  it('is not taken unless it is complete', async () => {
    const twin: Twin = { path: join(root, 'twin'), isComplete: false };
    writeFileSync(twin.path, 'somebody else’s');
    await placer('copy').place(object('right'), destination, { twin });
    expect(readFileSync(destination, 'utf8')).toBe('right');
  });

  it('does not replace a file that nobody knew of, and goes then', async () => {
    const { id, twin } = await arrivedWithTwin(Buffer.from('new'));
    writeFileSync(destination, 'appeared');
    await expect(placer('copy').place(id, destination, { twin })).rejects.toMatchObject({ code: 'unsaved-changes' });
    expect(readdirSync(root)).toEqual(['.dvc', 'file']);
  });

  it('is not wanted where files are links', () => {
    expect(placer('hardlink', 'copy').twinFor(destination)).toBeUndefined();
    expect(placer('symlink', 'copy').twinFor(destination)).toBeUndefined();
  });

  it('is wanted where clones are tried in vain, and trying leaves nothing', () => {
    expect([undefined, false]).toContain(placer('reflink', 'copy').twinFor(destination)?.isComplete);
    expect(readdirSync(root)).toEqual(['.dvc']);
  });
});
