import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { environmentInput, inputNames, type Inputs, readInputs } from '../src/inputs.ts';

const actionYml = readFileSync(join(import.meta.dirname, '../action.yml'), 'utf8');

function inputs(given: Readonly<Record<string, string>>): Inputs {
  return readInputs((name) => given[name] ?? '');
}

test('action.yml has exactly the inputs that are read', () => {
  const section = actionYml.slice(actionYml.indexOf('\ninputs:\n'), actionYml.indexOf('\noutputs:\n'));
  expect([...section.matchAll(/^ {2}([\w-]+):$/gmu)].map(([, name]) => name)).toEqual([...inputNames]);
});

test('the defaults that action.yml names are those of an input that is not given', () => {
  const presets = Object.fromEntries(
    [...actionYml.matchAll(/^ {2}([\w-]+):\n {4}description: .*\n {4}default: '(.*)'$/gmu)].map(([, name, value]) => [name, value]),
  );
  expect(Object.keys(presets)).toEqual([...inputNames]);
  expect(inputs({ ...presets, token: '' })).toEqual(inputs({}));
});

test('nothing given means everything, here, from the usual remote, with the usual care', () => {
  expect(inputs({})).toEqual({
    targets: [],
    workingDirectory: '.',
    roots: undefined,
    rev: undefined,
    repository: undefined,
    path: undefined,
    token: undefined,
    mode: 'pull',
    shard: undefined,
    remote: undefined,
    config: new Map(),
    jobs: undefined,
    retries: 4,
    failOnMissing: true,
    failOnNoCredentials: 'auto',
    link: undefined,
    cacheDir: undefined,
    cache: 'auto',
    cacheWrite: 'auto',
    cachePrefix: 'datapin',
    cacheMaxSize: 4 * 1024 ** 3,
    cacheTimeout: 120,
    allowUnsafePrData: false,
    summary: 'true',
    compareTo: 'auto',
    annotations: true,
  });
});

test('inputs come by the names that the runner gives them', () => {
  const read = environmentInput({ 'INPUT_FAIL-ON-MISSING': 'false', INPUT_JOBS: '8' });
  expect(readInputs(read)).toMatchObject({ failOnMissing: false, jobs: 8 });
});

test('targets are one per line; blank lines and the space around them do not count', () => {
  expect(inputs({ targets: '\n  data/a file.csv.dvc \r\n\n train\n' }).targets).toEqual(['data/a file.csv.dvc', 'train']);
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

test('a shard is a number of a count', () => {
  expect(inputs({ shard: ' 2 / 8 ' }).shard).toEqual({ index: 2, count: 8 });
});

test.for([
  ['500MB', 500_000_000],
  ['1.5 GiB', 1.5 * 1024 ** 3],
  ['0', 0],
  ['64k', 65_536],
] as const)('a size of %s is %d bytes', ([text, bytes]) => {
  expect(inputs({ 'cache-max-size': text }).cacheMaxSize).toBe(bytes);
});

test('kinds of link are tried in the order given', () => {
  expect(inputs({ link: 'hardlink, copy' }).link).toEqual(['hardlink', 'copy']);
});

describe('what is not understood is refused by name', () => {
  test.for([
    [{ jobs: '0' }, 'input jobs: "0" is not a whole number of at least 1'],
    [{ jobs: '2.5' }, 'input jobs: "2.5" is not a whole number of at least 1'],
    [{ jobs: '1e3' }, 'input jobs: "1e3" is not a whole number of at least 1'],
    [{ retries: '-1' }, 'input retries: "-1" is not a whole number of at least 0'],
    [{ 'fail-on-missing': 'no' }, 'input fail-on-missing: "no" is none of true, false'],
    [{ mode: 'push' }, 'input mode: "push" is none of pull, fetch, check, plan'],
    [{ cache: 'yes' }, 'input cache: "yes" is none of auto, true, false, restore-only'],
    [{ link: 'junction' }, 'input link: "junction" is none of reflink, hardlink, symlink, copy'],
    [{ shard: '3/2' }, 'input shard: "3/2" is not of the form N/COUNT with N from 1 to COUNT, such as 2/8'],
    [{ shard: '0/2' }, 'input shard: "0/2" is not of the form N/COUNT with N from 1 to COUNT, such as 2/8'],
    [{ rev: '--upload-pack=x' }, 'input rev: "--upload-pack=x" is not a branch, a tag or a commit'],
    [{ 'compare-to': 'a..b' }, 'input compare-to: "a..b" is not a branch, a tag or a commit'],
    [{ 'cache-prefix': 'a,b' }, 'input cache-prefix: "a,b" is not up to 64 letters, digits, dots, dashes and underscores'],
    [{ 'cache-max-size': 'lots' }, 'input cache-max-size: "lots" is not a size such as 500MB or 4GiB'],
    [{ path: 'out', mode: 'check' }, 'input path: nothing is placed with mode: check'],
    [{ config: 'core.remote=x\nhunter2' }, 'input config: line 2 is not of the form remote.NAME.OPTION=VALUE or SECTION.OPTION=VALUE'],
  ] as const)('%j', ([given, message]) => {
    expect(() => inputs(given)).toThrow(expect.objectContaining({ code: 'usage', message }));
  });
});
