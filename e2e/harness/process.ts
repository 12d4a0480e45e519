import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { datapinProgram } from './datapin.ts';
import type { Outcome, RunOptions } from './run.ts';

/** A program while it runs: it can be frozen, thawed and killed, with all that it started. */
export interface RunningProcess {
  readonly outcome: Promise<Outcome>;
  readonly output: () => string;
  readonly signal: (signal: NodeJS.Signals) => void;
}

/** The real programs as a user starts them, for tests that need a process of its own. */
export const commandLines: Readonly<Record<'dvc' | 'datapin', readonly string[]>> = {
  dvc: ['dvc'],
  datapin: [process.execPath, datapinProgram],
};

/** Starts a program in a process group of its own. */
export function start([command = '', ...args]: readonly string[], { cwd, env }: RunOptions): RunningProcess {
  const child: ChildProcess = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? (signal === 'SIGKILL' ? 137 : 1), stdout, stderr }));
  });
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // it has just ended
    }
  };
  return { outcome, output: () => stdout + stderr, signal };
}

/** Whether somebody holds a BSD lock on a file, seen without touching it. Linux only. */
export function isLocked(file: string): boolean {
  const inode = statSync(file, { throwIfNoEntry: false })?.ino;
  if (inode === undefined) return false;
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .some((line) => line.includes('FLOCK') && !line.includes('->') && line.includes(`:${inode} `));
}

/** Waits until something is so, looking every few milliseconds. Rejects after a minute. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(2);
  }
}
