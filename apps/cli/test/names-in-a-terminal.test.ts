/** A repository of a stranger has names with control characters in it. What a terminal is sent must not speak to it; what a pipe gets is what DVC prints. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { runCli } from '../src/cli.ts';
import { fakeHost } from './fake-host.ts';

const name = 'ev\u001B]0;pwned\u0007\u001B[8mil\nsecond line\u202E.bin';
const shown = String.raw`ev\x1b]0;pwned\x07\x1b[8mil\nsecond line\u202e.bin`;
const md5 = '60b725f10c9c85c70d97880dfe8191b3';

let cwd: string;
beforeEach(async () => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), 'datapin-names-')));
  git('init', '-q');
  await runCli(['init', '-q'], fakeHost({ cwd, env: { PATH: process.env['PATH'] } }).host);
  writeFileSync(join(cwd, 'evil.dvc'), `outs:\n- md5: ${md5}\n  size: 2\n  hash: md5\n  path: ${JSON.stringify(name)}\n`);
  git('add', '-A');
  git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'x');
});
afterEach(() => rmSync(cwd, { recursive: true }));

function git(...words: readonly string[]): void {
  execFileSync('git', words, { cwd });
}

function fillCache(): void {
  const folder = join(cwd, '.dvc', 'cache', 'files', 'md5', md5.slice(0, 2));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, md5.slice(2)), 'a\n');
}

async function run(words: readonly string[], terminal: boolean): Promise<{ readonly out: string; readonly err: string }> {
  const { host, out, err } = fakeHost({ cwd, terminal, env: { PATH: process.env['PATH'], TERM: 'xterm' } });
  await runCli(words, host);
  return { out: out(), err: err() };
}

/** Colours of our own, and the sequences that draw and take away the line of progress. */
// oxlint-disable-next-line no-control-regex -- it is what they begin with
const ours = /\u001B\[(?:0|1|2|3[1-6]|01;3[24])m|\r\u001B\[2K/gu;

const commands = [
  'status',
  'data status',
  'data status --unchanged',
  'diff',
  'diff --md',
  'list .',
  'list . -T',
  'list . -R --size --show-hash',
  'checkout',
  'pull',
  'push -r none',
  'fetch',
  'add evil.dvc',
];

describe.each([false, true])('with the object in the cache: %s', (cached) => {
  test.each(commands)('`%s` sends a terminal nothing but text and colours, a name on a line', async (command) => {
    if (cached) fillCache();
    const { out, err } = await run(command.split(' '), true);
    const text = (out + err).replaceAll(ours, '');
    expect(text).not.toMatch(/[^\P{Cc}\n\t]|[\u2028-\u202E\u2066-\u2069]/u);
    expect(text).not.toContain('\nsecond line');
  });
});

test('the name is told in full, escaped', async () => {
  expect((await run(['list', '.'], true)).out).toContain(`${shown}\n`);
  expect((await run(['status'], true)).out).toContain(`${shown}\n`);
  expect((await run(['pull'], false)).err).toContain(shown);
});

test('a pipe gets names as they are, and errors are escaped there, too', async () => {
  expect((await run(['list', '.'], false)).out).toContain(`${name}\n`);
  const { out, err } = await run(['pull'], false);
  expect(out + err).not.toContain('\u001B');
});

test('JSON is the same for both', async () => {
  const [inTerminal, inPipe] = [await run(['status', '--json'], true), await run(['status', '--json'], false)];
  expect(JSON.parse(inTerminal.out)).toEqual(JSON.parse(inPipe.out));
  expect(inPipe.out).toContain(JSON.stringify(name));
});

test('what to tell git can be pasted into a shell', async () => {
  const odd = "it's\u001B[31m\\n.bin";
  writeFileSync(join(cwd, odd), 'x');
  const { out } = await run(['add', odd], false);
  const line = /\t(git add .*)/u.exec(out)?.[1] ?? '';
  expect(line).toContain(String.raw`$'it\'s\x1b[31m\\n.bin.dvc'`);
  execFileSync('bash', ['-c', line], { cwd });
  expect(existsSync(join(cwd, `${odd}.dvc`))).toBe(true);
  expect(execFileSync('git', ['diff', '--cached', '--name-only', '-z'], { cwd, encoding: 'utf8' })).toContain(`${odd}.dvc`);
});
