import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { DatapinEvent, OperationContext } from '../../src/events.ts';
import { type LockableProject, lockRepository, withRepositoryLock } from '../../src/locking/repository-lock.ts';

let project: LockableProject;
let events: DatapinEvent[];
let holders: ChildProcess[];
beforeEach(() => {
  const root = mkdtempSync(join(tmpdir(), 'datapin-lock-'));
  project = { root, tmpDir: join(root, '.dvc/tmp'), config: { core: { hardlinkLock: false } } };
  events = [];
  holders = [];
});
afterEach(() => {
  for (const holder of holders) holder.kill('SIGKILL');
  rmSync(project.root, { recursive: true });
});

function context(changes: Partial<OperationContext> = {}): OperationContext {
  return { signal: new AbortController().signal, report: (event) => void events.push(event), ...changes };
}

const source = new URL('../../src/locking/repository-lock.ts', import.meta.url).href;

/** Another process that takes the lock and keeps it until it is killed. */
async function holdElsewhere(): Promise<ChildProcess> {
  const script = `
    const { lockRepository } = await import(${JSON.stringify(source)});
    await lockRepository(${JSON.stringify(project)}, { signal: new AbortController().signal, report() {} });
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  holders.push(holder);
  await once(holder.stdout, 'data');
  return holder;
}

describe('the repository lock', () => {
  it('is the file DVC locks, with our pid as zc.lockfile writes it', async () => {
    await withRepositoryLock(project, context(), async () => {
      expect(readFileSync(join(project.tmpDir, 'lock'), 'utf8')).toBe(` ${process.pid}\n`);
    });
  });

  it('can be taken again once it is released', async () => {
    await withRepositoryLock(project, context(), async () => undefined);
    await withRepositoryLock(project, context(), async () => undefined);
    expect(events).toEqual([]);
  });

  it('is released when the work fails', async () => {
    await expect(withRepositoryLock(project, context(), () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    await withRepositoryLock(project, context(), async () => undefined);
    expect(events).toEqual([]);
  });

  it('makes us tell that we wait, and give up after a while', async () => {
    await holdElsewhere();
    await expect(lockRepository(project, context())).rejects.toMatchObject({ code: 'locked' });
    expect(events).toEqual([{ type: 'lock-wait', path: join(project.tmpDir, 'lock') }]);
  });

  it('is ours as soon as its holder is killed', async () => {
    const holder = await holdElsewhere();
    const waiting = lockRepository(project, context({ waitForLock: true }));
    holder.kill('SIGKILL');
    await using lock = await waiting;
    expect(lock).toBeDefined();
  });

  it('is no more waited for when the command is cancelled', async () => {
    await holdElsewhere();
    const controller = new AbortController();
    const report = (): void => {
      controller.abort();
    };
    await expect(lockRepository(project, context({ waitForLock: true, signal: controller.signal, report }))).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('is refused where core.hardlink_lock asks for another kind', async () => {
    const other = { ...project, config: { core: { hardlinkLock: true } } };
    await expect(lockRepository(other, context())).rejects.toMatchObject({ code: 'unsupported' });
    expect(existsSync(project.tmpDir)).toBe(false);
  });
});

describe('a path that a running DVC has announced to use', () => {
  const busy = (kind: 'read' | 'write', path: string, pid: number): void => {
    const user = { pid, cmd: 'dvc repro' };
    mkdirSync(project.tmpDir, { recursive: true });
    writeFileSync(
      join(project.tmpDir, 'rwlock'),
      JSON.stringify({ [kind]: { [join(project.root, path)]: kind === 'read' ? [user] : user } }),
    );
  };
  const check = async (path: string): Promise<void> => {
    await using lock = await lockRepository(project, context());
    await lock.checkNotBusy([join(project.root, path)]);
  };

  it.each(['read', 'write'] as const)('is not changed while somebody else is to %s it', async (kind) => {
    busy(kind, 'data', process.ppid);
    await expect(check('data')).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`process ${process.ppid} (dvc repro)`),
    });
  });

  it.each(['data/sub', '.'])('is not changed by way of %s', async (path) => {
    busy('write', 'data', process.ppid);
    await expect(check(path)).rejects.toMatchObject({ code: 'locked' });
  });

  it('says nothing about a path beside it', async () => {
    busy('write', 'data', process.ppid);
    await expect(check('data.csv')).resolves.toBeUndefined();
  });

  it('is free when the process has died', async () => {
    const child = spawn('true');
    await once(child, 'exit');
    busy('write', 'data', child.pid ?? 0);
    await expect(check('data')).resolves.toBeUndefined();
  });

  it.each(['', '{"write": {"/x', '[]', '{"write": 5}'])('is free when a crash left the file as %j', async (text) => {
    mkdirSync(project.tmpDir, { recursive: true });
    writeFileSync(join(project.tmpDir, 'rwlock'), text);
    await expect(check('data')).resolves.toBeUndefined();
  });
});
