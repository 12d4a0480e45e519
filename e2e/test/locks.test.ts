/** One repository, two programs: who comes second waits as real DVC does, and a dead holder holds nothing. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listFiles } from '../harness/listing.ts';
import { commandLines, isLocked, type RunningProcess, start, until } from '../harness/process.ts';
import { mustRun, run } from '../harness/run.ts';
import { openSandbox, type Sandbox } from '../harness/sandbox.ts';

let sandbox: Sandbox;
let work: string;
let lock: string;
const processes: RunningProcess[] = [];

beforeEach(async () => {
  sandbox = openSandbox('locks');
  work = join(sandbox.dir, 'work');
  lock = join(work, '.dvc', 'tmp', 'lock');
  mkdirSync(join(work, 'many'), { recursive: true });
  for (let index = 0; index < 300; index += 1) writeFileSync(join(work, 'many', `${index}.txt`), `${index}\n`.repeat(50));
  writeFileSync(join(work, 'single.txt'), 'single\n');
  await mustRun('git', ['init', '-q'], { cwd: work, env: sandbox.env });
  await mustRun('dvc', ['init', '-q'], { cwd: work, env: sandbox.env });
});
afterEach(async () => {
  for (const process of processes.splice(0)) {
    process.signal('SIGKILL');
    await process.outcome;
  }
  sandbox[Symbol.dispose]();
});

function begin(program: readonly string[], ...args: readonly string[]): RunningProcess {
  const process = start([...program, ...args], { cwd: work, env: sandbox.env });
  processes.push(process);
  return process;
}

/** An `add` of the large directory, frozen while it holds the lock. */
async function freezeHolder(program: readonly string[]): Promise<RunningProcess> {
  const holder = begin(program, 'add', 'many');
  await until('the lock is held', () => isLocked(lock));
  holder.signal('SIGSTOP');
  expect(isLocked(lock), holder.output()).toBe(true);
  return holder;
}

const pairs = [
  { holder: 'dvc', second: 'datapin' },
  { holder: 'datapin', second: 'dvc' },
  { holder: 'datapin', second: 'datapin' },
] as const;

describe.for(pairs)('while $holder add holds the lock', ({ holder, second }) => {
  test(`${second} add waits and then does its work`, async () => {
    const first = await freezeHolder(commandLines[holder]);
    const waiting = begin(commandLines[second], 'add', 'single.txt');
    await sleep(600);
    expect(listFiles(work)).not.toContain('single.txt.dvc');
    first.signal('SIGCONT');
    expect((await first.outcome).code, first.output()).toBe(0);
    expect((await waiting.outcome).code, waiting.output()).toBe(0);
    expect(listFiles(work)).toEqual(expect.arrayContaining(['many.dvc', 'single.txt.dvc']));
    const status = await run('dvc', ['status', '--json'], { cwd: work, env: sandbox.env });
    expect(JSON.parse(status.stdout)).toEqual({});
  });

  test(`${second} add gives up with DVC's exit code when the lock is never freed, and changes nothing`, async () => {
    await freezeHolder(commandLines[holder]);
    const before = listFiles(work).filter((path) => !path.startsWith('.dvc/'));
    const { code, stderr } = await begin(commandLines[second], 'add', 'single.txt').outcome;
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(/lock/iu);
    expect(listFiles(work).filter((path) => !path.startsWith('.dvc/'))).toEqual(before);
  });

  test(`${second} add goes on when the holder is killed`, async () => {
    const first = await freezeHolder(commandLines[holder]);
    const waiting = begin(commandLines[second], 'add', 'single.txt');
    await sleep(600);
    first.signal('SIGKILL');
    expect((await first.outcome).code).toBe(137);
    expect((await waiting.outcome).code, waiting.output()).toBe(0);
    expect(readFileSync(join(work, 'single.txt.dvc'), 'utf8')).toContain('path: single.txt');
  });

  test(`the killed ${holder} add succeeds at the next try of ${second}`, async () => {
    const first = await freezeHolder(commandLines[holder]);
    first.signal('SIGKILL');
    await first.outcome;
    const again = await begin(commandLines[second], 'add', 'many').outcome;
    expect(again.code, again.stderr).toBe(0);
    const status = await run('dvc', ['status', '--json'], { cwd: work, env: sandbox.env });
    expect(JSON.parse(status.stdout)).toEqual({});
  });
});

test('reading does not need the lock: status answers while an add runs', async () => {
  await freezeHolder(commandLines.dvc);
  const { code, stdout, stderr } = await begin(commandLines.datapin, 'data', 'status', '--json').outcome;
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toEqual({});
});
