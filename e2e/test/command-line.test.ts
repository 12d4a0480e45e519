/** The same command lines given to real DVC and to datapin, each in a repository of its own: the same exit codes and the same words on stdout. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mustRun } from '../harness/run.ts';
import { openSandbox, type Sandbox } from '../harness/sandbox.ts';
import { openTools, type Tool, type Tools } from '../harness/tool.ts';

let tools: Tools;
beforeAll(async () => {
  tools = await openTools();
});
afterAll(() => tools[Symbol.asyncDispose]());

/** A repository in which one of the tools works. Its remote is a folder beside it, named by a relative path so that texts can be compared. */
interface Desk {
  readonly work: string;
  readonly sandbox: Sandbox;
  readonly tool: Tool;
}

type Step = readonly string[] | ((desk: Desk) => unknown);

async function openDesk(tool: Tool): Promise<Desk> {
  const sandbox = openSandbox('command-line');
  const work = join(sandbox.dir, 'work');
  mkdirSync(join(work, 'd'), { recursive: true });
  mkdirSync(join(sandbox.dir, 'remote'));
  await mustRun('git', ['init', '-q'], { cwd: work, env: sandbox.env });
  for (const [path, text] of [
    ['a', 'a\n'],
    ['d/1', '1\n'],
    ['d/2', '2\n'],
    ['d/sub/3', '3\n'],
  ] as const)
    write(path, text)({ work });
  return { work, sandbox, tool };
}

const write =
  (path: string, text: string) =>
  ({ work }: Pick<Desk, 'work'>): void => {
    mkdirSync(join(work, path, '..'), { recursive: true });
    writeFileSync(join(work, path), text);
  };
const remove =
  (...paths: readonly string[]) =>
  ({ work }: Desk): void => {
    for (const path of paths) rmSync(join(work, path), { recursive: true, force: true });
  };
const commit = async ({ work, sandbox: { env } }: Desk): Promise<void> => {
  await mustRun('git', ['add', '-A'], { cwd: work, env });
  await mustRun('git', ['commit', '-qm', 'step'], { cwd: work, env });
};

/** Differences that are meant: where the repository is, our own name, the order of lines and words that DVC takes from sets, a link. */
function normalise(stdout: string, desk: string): unknown {
  const text = stdout
    .replaceAll(desk, '')
    .replaceAll('datapin', 'dvc')
    // DVC says that everything is up to date also where its own warning says what is missing
    .replace(/^Nothing \w+; .* missing\.$/mu, 'Everything is up to date.')
    .replace('See <https://dvc.org/doc/start> to get started!', '`dvc add <path>` tracks some.')
    .replaceAll(/^\tgit add .*$/gmu, (line) => `\tgit add ${line.slice(9).split(' ').sort().join(' ')}`);
  return text.split('\n').sort();
}

/** DVC's JSON has lists in no particular order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, inner]) => [name, sorted(inner)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Of a failure only the exit code counts (DVC prints help, or `Everything is up to date.`); of JSON what it means. */
function shown(command: readonly string[], code: number, stdout: string, desk: Desk): unknown {
  if (code !== 0) return 'failed';
  return command.includes('--json') ? sorted(JSON.parse(stdout)) : normalise(stdout, desk.sandbox.dir);
}

async function play(tool: Tool, steps: readonly Step[]): Promise<readonly unknown[]> {
  const desk = await openDesk(tool);
  using _ = desk.sandbox;
  const answers: unknown[] = [];
  for (const step of steps) {
    if (typeof step === 'function') await step(desk);
    else {
      const { code, stdout, stderr } = await tool.run(step, { cwd: desk.work, env: desk.sandbox.env });
      answers.push({
        command: step.join(' '),
        code,
        stdout: shown(step, code, stdout, desk),
        says: code !== 0 && stderr.includes('ERROR: '),
      });
    }
  }
  return answers;
}

const ready: readonly Step[] = [['init', '-q'], ['add', '-q', 'a', 'd'], ['remote', 'add', '-q', '-d', 'store', '../remote'], commit];

const scenes: Readonly<Record<string, readonly Step[]>> = {
  'no repository': [['status'], ['root'], ['pull'], ['data', 'status'], ['config', 'core.remote', 'x'], ['remote', 'list']],
  'git without DVC': [
    ['list', '.'],
    ['list', 'd'],
    ['list', 'd', '-R'],
    ['list', 'd', 'sub'],
    ['--cd', 'd', 'list', '.'],
    ['--cd', 'd', 'list', '..'],
    ['list', '/nope'],
    commit,
    ['list', 'd', '--rev', 'HEAD'],
    ['list', 'd', '--rev', 'nope'],
  ],
  'a wrong command line': [
    ['push', '--nonsense'],
    ['pull', '-j', 'x'],
    ['nonsense'],
    ['remote'],
    ['remote', 'add', 'x'],
    ['fetch', '--type', 'x'],
    ['data', 'status', '--untracked-files=x'],
  ],
  'an empty repository': [
    ['init', '-q'],
    ['status'],
    ['data', 'status'],
    ['diff'],
    ['push'],
    ['pull'],
    ['root'],
    ['remote', 'default'],
    ['init'],
  ],
  'tracking data': [
    ['init', '-q'],
    ['add', 'a', 'd'],
    ['add', 'a'],
    ['add', 'nope'],
    ['status'],
    ['data', 'status'],
    commit,
    ['data', 'status'],
    ['data', 'status', '--unchanged'],
    ['diff'],
    ['diff', '--json'],
    ['diff', '--md'],
    ['list', '.'],
    ['list', '.', '-R'],
    ['list', '.', '-T'],
    ['list', '.', '--size', '--show-hash'],
    ['list', '.', 'd', '--json'],
    ['list', '.', 'nope'],
  ],
  'changed data': [
    ...ready,
    write('a', 'changed\n'),
    remove('d/1'),
    write('d/new', 'new\n'),
    ['status'],
    ['status', '--json'],
    ['status', '-q'],
    ['data', 'status', '--granular'],
    ['data', 'status', '--granular', '--json'],
    ['diff'],
    ['diff', '--show-hash'],
    ['diff', '--md', '--show-hash'],
    ['diff', '--json', '--show-hash'],
    ['checkout'],
    ['checkout', '--summary', '-f'],
    ['status'],
    ['checkout'],
    ['checkout', '--summary'],
  ],
  'recording changes': [
    ...ready,
    write('a', 'changed\n'),
    ['commit'],
    ['commit', '-f'],
    ['status'],
    ['data', 'status'],
    ['diff', 'HEAD'],
    ['commit', 'nope'],
  ],
  'pushing and pulling': [
    ...ready,
    ['status', '-c'],
    ['status', '-c', '--json'],
    ['push'],
    ['push'],
    ['status', '-c'],
    ['status', '-r', 'store'],
    remove('.dvc/cache', 'a', 'd'),
    ['status'],
    ['data', 'status'],
    ['status', '-c'],
    ['checkout'],
    ['fetch'],
    ['fetch'],
    ['pull'],
    ['pull'],
    ['pull', 'a.dvc'],
    remove('d'),
    ['checkout', 'd'],
    remove('a'),
    ['pull', 'a'],
  ],
  'what is missing': [
    ...ready,
    remove('.dvc/cache', 'a', 'd'),
    ['pull'],
    ['fetch'],
    ['push'],
    ['status'],
    ['pull', '--allow-missing'],
    ['checkout', '--allow-missing'],
    ['data', 'status'],
  ],
  'unknown names': [
    ...ready,
    ['pull', 'nope'],
    ['push', 'nope'],
    ['fetch', 'nope'],
    ['checkout', 'nope'],
    ['status', 'nope'],
    ['data', 'status', 'nope'],
    ['pull', '-r', 'nope'],
    ['push', '-r', 'nope'],
    ['status', '-r', 'nope'],
    ['diff', 'nope'],
    ['status', '-a'],
    ['list', '/nope'],
  ],
  remotes: [
    ['init', '-q'],
    ['remote', 'list'],
    ['remote', 'add', '-d', 'Store', '../remote'],
    ['remote', 'add', 'bucket', 's3://bucket/data'],
    ['remote', 'add', 'store', '../other'],
    ['remote', 'list'],
    ['remote', 'default'],
    ['remote', 'default', 'bucket'],
    ['remote', 'default', 'nope'],
    ['remote', 'rename', 'bucket', 'cloud'],
    ['remote', 'rename', 'nope', 'x'],
    ['remote', 'modify', 'cloud', 'endpointurl', 'http://127.0.0.1:1'],
    ['remote', 'modify', 'nope', 'url', 'x'],
    ['remote', 'modify', 'cloud', '-u', 'endpointurl'],
    ['remote', 'list'],
    ['remote', 'remove', 'cloud'],
    ['remote', 'remove', 'nope'],
    ['remote', 'default'],
    ['remote', 'list'],
  ],
  settings: [
    ['init', '-q'],
    ['config'],
    ['config', 'core.autostage'],
    ['config', 'core.autostage', 'true'],
    ['config', 'core.autostage'],
    ['config', 'core.autostage', 'maybe'],
    ['config', '-l'],
    ['config', '-l', '--show-origin'],
    ['config', '--local', 'cache.type', 'copy'],
    ['config', '-l', '--show-origin'],
    ['config', '--local', 'cache.type'],
    ['config', '--project', 'cache.type'],
    ['config', '-u', 'core.autostage'],
    ['config', '-u', 'core.autostage'],
    ['config', 'nonsense'],
    ['config', 'core.nonsense', 'x'],
    ['add', 'a'],
  ],
  'ignored paths': [
    ['init', '-q'],
    write('.dvcignore', '*.tmp\nlogs/\n!keep.tmp\n'),
    write('x.tmp', ''),
    write('logs/1', ''),
    ['check-ignore', 'x.tmp', 'a'],
    ['check-ignore', 'a'],
    ['check-ignore', '-d', 'x.tmp', 'logs/1', 'keep.tmp', 'a'],
    ['check-ignore', '-d', '-n', 'a'],
    ['check-ignore', '-d', '-a', 'keep.tmp'],
    ['check-ignore'],
    ['check-ignore', '-n', 'a'],
    ['check-ignore', '-q', 'x.tmp'],
  ],
};

describe.each(Object.entries(scenes))('%s', (_, steps) => {
  test('the same answers', async () => {
    const theirs = await play(tools.dvc, steps);
    expect(await play(tools.subject, steps)).toEqual(theirs);
  });
});
