/** DVC's lock, shared with real DVC: whoever has it keeps the other one out, and when it is killed the other one goes on. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { DatapinEvent, OperationContext } from '../../src/events.ts';
import { add } from '../../src/operations/add.ts';
import { openProject } from '../../src/project/open-project.ts';
import { addRequest } from '../../test/operations/add-request.ts';

let root: string;
let env: NodeJS.ProcessEnv;
let events: DatapinEvent[];
let children: ChildProcess[];
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'datapin-dvc-lock-')));
  env = { ...process.env, HOME: root, DVC_NO_ANALYTICS: '1', DVC_SITE_CACHE_DIR: join(root, '.site') };
  events = [];
  children = [];
  execFileSync('git', ['init', '-q'], { cwd: root, env });
  execFileSync('dvc', ['init', '-q'], { cwd: root, env });
  writeFileSync(join(root, 'ours'), 'ours');
  writeFileSync(join(root, 'theirs'), 'theirs');
  execFileSync('mkfifo', ['pipe'], { cwd: root });
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

function start(command: string, args: readonly string[]): ChildProcess & { readonly output: () => string } {
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  child.stdout.on('data', (data) => (text += data));
  child.stderr.on('data', (data) => (text += data));
  return Object.assign(child, { output: () => text });
}

/** Nobody writes to the pipe, so real DVC opens it and stays there, with the lock. */
async function holdWithDvc(): Promise<ChildProcess> {
  const child = start('dvc', ['add', 'pipe']);
  while (!existsSync(join(root, '.dvc/tmp/lock')) || !readFileSync(join(root, '.dvc/tmp/lock'), 'utf8').includes(String(child.pid))) {
    await setTimeout(20);
  }
  return child;
}

/** Another process of ours that takes the lock and keeps it for a while. */
async function holdWithOurs(milliseconds: number): Promise<ChildProcess> {
  const source = new URL('../../src/locking/repository-lock.ts', import.meta.url).href;
  const project = { root, tmpDir: join(root, '.dvc/tmp'), config: { core: { hardlinkLock: false } } };
  const script = `
    const { lockRepository } = await import(${JSON.stringify(source)});
    const lock = await lockRepository(${JSON.stringify(project)}, { signal: new AbortController().signal, report() {} });
    console.log('locked');
    setTimeout(() => lock[Symbol.asyncDispose](), ${milliseconds});`;
  const child = start(process.execPath, ['--input-type=module', '-e', script]);
  while (!child.output().includes('locked')) await setTimeout(20);
  return child;
}

async function addOurs(changes: Partial<OperationContext> = {}): Promise<void> {
  const project = await openProject({ cwd: root, env, storages: { load: () => Promise.reject(new Error('this test has no remote')) } });
  await add(project, addRequest(['ours']), {
    signal: new AbortController().signal,
    report: (event) => void events.push(event),
    ...changes,
  });
}

async function addTheirs(): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = start('dvc', ['add', 'theirs']);
  await once(child, 'close');
  return { code: child.exitCode, output: child.output() };
}

describe('while real `dvc add` works', () => {
  it('ours gives up after a while, and says so', async () => {
    await holdWithDvc();
    await expect(addOurs()).rejects.toMatchObject({ code: 'locked' });
    expect(events.map(({ type }) => type)).toEqual(['lock-wait']);
    expect(existsSync(join(root, 'ours.dvc'))).toBe(false);
  });

  it('ours waits, and goes on when DVC is killed', async () => {
    const dvc = await holdWithDvc();
    const adding = addOurs({ waitForLock: true });
    await setTimeout(4_000);
    expect(existsSync(join(root, 'ours.dvc'))).toBe(false);
    dvc.kill('SIGKILL');
    await adding;
    expect(existsSync(join(root, 'ours.dvc'))).toBe(true);
  });
});

describe('while ours works', () => {
  it('real `dvc add` is refused', async () => {
    await holdWithOurs(60_000);
    expect(await addTheirs()).toEqual({ code: 1, output: expect.stringContaining('Unable to acquire lock') });
  });

  it('real `dvc add` waits, and goes on when ours is done', async () => {
    await holdWithOurs(2_000);
    expect(await addTheirs()).toMatchObject({ code: 0 });
  });

  it('real `dvc add` goes on when ours is killed', async () => {
    const ours = await holdWithOurs(60_000);
    const adding = addTheirs();
    await setTimeout(1_000);
    ours.kill('SIGKILL');
    expect(await adding).toMatchObject({ code: 0 });
  });
});
