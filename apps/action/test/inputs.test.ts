import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import { inputNames, type Inputs, readInputs } from '../src/inputs.ts';

const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'workspace-')));
mkdirSync(join(workspace, 'sub/project'), { recursive: true });
afterAll(() => rmSync(workspace, { recursive: true }));

function inputs(given: Readonly<Record<string, string>>): Inputs {
  return readInputs((name) => given[name] ?? '', workspace);
}

test('action.yml has exactly the inputs that are read', () => {
  const text = readFileSync(join(import.meta.dirname, '../action.yml'), 'utf8');
  const section = text.slice(text.indexOf('\ninputs:\n'), text.indexOf('\noutputs:\n'));
  expect([...section.matchAll(/^ {2}([\w-]+):$/gmu)].map(([, name]) => name)).toEqual([...inputNames]);
});

test('nothing given means everything, here, from the usual remote', () => {
  expect(inputs({})).toEqual({
    targets: [],
    workingDirectory: workspace,
    remote: undefined,
    config: new Map(),
    jobs: undefined,
    failOnMissing: true,
  });
});

test('targets are one per line; blank lines and the space around them do not count', () => {
  expect(inputs({ targets: '\n  data/a file.csv.dvc \r\n\n train\n' }).targets).toEqual(['data/a file.csv.dvc', 'train']);
});

test('the working directory is relative to the workspace', () => {
  expect(inputs({ 'working-directory': 'sub/project' }).workingDirectory).toBe(join(workspace, 'sub/project'));
});

test('settings go to the end of the line and may hold any sign', () => {
  const config = 'remote.origin.url = s3://bucket/a=b\n\n  remote.origin.secret_access_key=a/b+c==\ncore.remote=origin\nremote.x.password=';
  expect([...inputs({ config }).config]).toEqual([
    ['remote.origin.url', 's3://bucket/a=b'],
    ['remote.origin.secret_access_key', 'a/b+c=='],
    ['core.remote', 'origin'],
    ['remote.x.password', ''],
  ]);
});

describe('what is not understood is refused by name', () => {
  test.for([
    [{ jobs: '0' }, 'input jobs: "0" is not a whole number of at least 1'],
    [{ jobs: '2.5' }, 'input jobs: "2.5" is not a whole number of at least 1'],
    [{ jobs: '1e3' }, 'input jobs: "1e3" is not a whole number of at least 1'],
    [{ 'fail-on-missing': 'no' }, 'input fail-on-missing: "no" is neither true nor false'],
    [{ 'working-directory': 'nowhere' }, 'input working-directory: nowhere is not a directory'],
    [{ config: 'core.remote=x\nhunter2' }, 'input config: line 2 is not of the form remote.NAME.OPTION=VALUE or SECTION.OPTION=VALUE'],
  ] as const)('%j', ([given, message]) => {
    expect(() => inputs(given)).toThrow(expect.objectContaining({ code: 'usage', message }));
  });
});
