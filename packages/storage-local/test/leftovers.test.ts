import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { listedKeys, randomBytes, sourceOf } from '@datapin/storage-testkit';
import { expect, onTestFinished, test } from 'vitest';

import { temporaryName } from '../src/temporary-files.ts';
import { openLocal, temporaryFolder } from './open-local.ts';

/** The name that a temporary file of another process of this machine would have. */
function nameOf(pid: number, start: string): string {
  const [, space] = /^\.datapin-([0-9a-f]{8})-/u.exec(temporaryName()) ?? [];
  return `.datapin-${space}-${pid}-${start}-1.tmp`;
}

function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '0']).pid;
}

async function filesAfterWriteBeside(name: string, age = 0): Promise<readonly string[]> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'ab'));
  writeFileSync(join(folder, 'ab', name), 'half an obj');
  utimesSync(join(folder, 'ab', name), Date.now() / 1000 - age, Date.now() / 1000 - age);
  const storage = await openLocal(folder);
  expect(await listedKeys(storage)).toEqual([]);
  await storage.write('ab/object', sourceOf(randomBytes(10, 1)));
  return readdirSync(join(folder, 'ab')).filter((file) => file !== 'object');
}

test('what a killed process left is never listed and goes with the next write to its folder', async () => {
  expect(await filesAfterWriteBeside(nameOf(deadPid(), '1'))).toEqual([]);
});

test('what a process that still runs is writing stays', async () => {
  const child = spawn(process.execPath, [
    '-e',
    'setTimeout(() => {}, 60_000); console.log(require("fs").readFileSync("/proc/self/stat", "utf8").split(" ")[21])',
  ]);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [start] = (await once(child.stdout, 'data')) as [Buffer];
  const name = nameOf(child.pid!, start.toString().trim());
  expect(await filesAfterWriteBeside(name)).toEqual([name]);
});

test('a process of the same number that began at another time is another process', async () => {
  expect(await filesAfterWriteBeside(nameOf(process.pid, '1'))).toEqual([]);
});

test('of a process on another machine only what nobody touched for a day goes', async () => {
  const name = '.datapin-00000000-1-1-1.tmp';
  expect(await filesAfterWriteBeside(name, 23 * 3600)).toEqual([name]);
  expect(await filesAfterWriteBeside(name, 25 * 3600)).toEqual([]);
});

test('files of others are not ours to remove', async () => {
  for (const name of ['.datapin-notes.txt', '.0123456789012345678901.tmp']) {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'ab'));
    writeFileSync(join(folder, 'ab', name), '');
    const storage = await openLocal(folder);
    await storage.write('ab/object', sourceOf(randomBytes(10, 1)));
    expect(readdirSync(join(folder, 'ab'))).toContain(name);
  }
});
