import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { describe, expect, it } from 'vitest';

import { isRunning, ownProcess, pidExists } from '../src/process-identity.ts';

describe('a process', () => {
  it('that is this one runs', () => {
    expect(isRunning(ownProcess())).toBe(true);
  });

  it('that had our pid before us does not', () => {
    expect(isRunning({ ...ownProcess(), start: '1' })).toBe(false);
  });

  it('runs until it ends', async () => {
    const child = spawn('sleep', ['60']);
    const other = { ...ownProcess(), pid: child.pid ?? 0, start: '0' };
    expect(isRunning(other)).toBe(true);
    child.kill();
    await once(child, 'exit');
    expect(isRunning(other)).toBe(false);
  });

  it('with the pid of a later one does not run', () => {
    expect(isRunning({ ...ownProcess(), pid: process.ppid, start: '1' })).toBe(false);
  });

  it('of another machine cannot be judged', () => {
    expect(isRunning({ ...ownProcess(), space: '00000000' })).toBeUndefined();
  });

  it('of somebody else exists', () => {
    expect(pidExists(1)).toBe(true);
  });
});
