import { expect, test } from 'vitest';

import { parseDvcFile, renderDvcFile } from '../../src/formats/dvc-file.ts';
import type { OutputRecord, StageFile } from '../../src/formats/metafile.ts';

const md5 = 'dfa617cc1b90bf5ce52da03c5937264a';
const flags = { cache: true, persist: false, push: true } as const;

function stageOf(...outs: OutputRecord[]): StageFile {
  return { frozen: false, alwaysChanged: false, deps: [], outs };
}

async function problemOf(text: string): Promise<string> {
  const error = await parseDvcFile(text, 'data.dvc').catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'DatapinError', code: 'invalid-metafile' });
  return (error as Error).message;
}

test('an output of DVC 3', async () => {
  const text = `outs:\n- md5: ${md5}.dir\n  size: 351\n  nfiles: 27\n  hash: md5\n  path: data\n`;
  const stage = stageOf({ path: 'data', hash: { name: 'md5', value: `${md5}.dir` }, hashName: 'md5', size: 351, nfiles: 27, ...flags });
  expect(await parseDvcFile(text, 'data.dvc')).toEqual(stage);
  expect(await renderDvcFile(stage)).toBe(text);
});

test('an output of DVC 2 has no hash name and is hashed as text', async () => {
  const text = `outs:\n- md5: ${md5}\n  size: 3\n  path: a.txt\n`;
  const stage = stageOf({ path: 'a.txt', hash: { name: 'md5-dos2unix', value: md5 }, size: 3, ...flags });
  expect(await parseDvcFile(text, 'a.txt.dvc')).toEqual(stage);
  expect(await renderDvcFile(stage)).toBe(text);
});

test('a new record needs no hash name, its hash says it', async () => {
  const stage = stageOf({ path: 'a', hash: { name: 'md5', value: md5 }, ...flags });
  expect(await renderDvcFile(stage)).toBe(`outs:\n- md5: ${md5}\n  hash: md5\n  path: a\n`);
});

test('an import that was not downloaded has a hash name and no hash', async () => {
  const text = 'outs:\n- hash: md5\n  path: nd\n';
  const stage = stageOf({ path: 'nd', hashName: 'md5', ...flags });
  expect(await parseDvcFile(text, 'nd.dvc')).toEqual(stage);
  expect(await renderDvcFile(stage)).toBe(text);
});

test('every field in the order of DVC', async () => {
  const text = `desc: of the stage
md5: 438d64e5521621761cd507c02d2ed6a0
wdir: sub
frozen: true
deps:
- etag: a8a78d0ff555c931f045b6f448129846
  size: 2
  version_id: 1ae7b4a2
  hash: md5
  path: s3://bucket/z
  fs_config:
    version_aware: true
outs:
- md5: ${md5}
  size: 0
  isexec: true
  hash: md5
  path: z
  desc: of the output
  type: model
  labels:
  - a
  - b
  meta:
    k: 1.0
  cache: false
  persist: true
  remote: other
  push: false
always_changed: true
meta:
- 1
`;
  expect(await renderDvcFile(await parseDvcFile(text, 'z.dvc'))).toBe(text);
});

test('what has its default is not written', async () => {
  const text =
    'wdir: .\nfrozen: false\nouts:\n- path: a\n  hash: md5\n  cache: true\n  persist: false\n  push: true\n  isexec: false\n  desc: ""\nmeta: {}\n';
  expect(await renderDvcFile(await parseDvcFile(text, 'a.dvc'))).toBe('outs:\n- hash: md5\n  path: a\n');
});

test('paths are kept when read, and normalised when written, as DVC does', async () => {
  const stage = await parseDvcFile('wdir: ./sub/\nouts:\n- path: ./x/../a\n  hash: md5\n', 'a.dvc');
  expect([stage.wdir, stage.outs[0]?.path]).toEqual(['./sub/', './x/../a']);
  expect(await renderDvcFile(stage)).toBe('wdir: sub\nouts:\n- hash: md5\n  path: a\n');
});

test('hashes are kept as written', async () => {
  const stage = await parseDvcFile(`outs:\n- md5: ${md5.toUpperCase()}\n  hash: md5\n  path: a\n`, 'a.dvc');
  expect(stage.outs[0]?.hash?.value).toBe(md5.toUpperCase());
});

test('a hash that is null or empty is none', async () => {
  const stage = await parseDvcFile("outs:\n- md5:\n  path: a\n- md5: ''\n  path: b\n", 'a.dvc');
  expect(stage.outs.map((out) => out.hash)).toEqual([undefined, undefined]);
});

test('a hash that looks like a number is quoted', async () => {
  const digits = '554441e6542'.padEnd(32, '1');
  const stage = stageOf({ path: 'a', hash: { name: 'md5', value: digits }, ...flags });
  expect(await renderDvcFile(stage)).toContain(`- md5: '${digits}'\n`);
});

test('a file outside the project goes by the checksum of its store', async () => {
  const text = `deps:\n- checksum: '"abc"'\n  size: 1\n  hash: md5\n  path: https://example.org/x\nouts:\n- hash: md5\n  path: x\n`;
  const stage = await parseDvcFile(text, 'x.dvc');
  expect(stage.deps[0]?.hash).toEqual({ name: 'checksum', value: '"abc"' });
  expect(await renderDvcFile(stage)).toBe(text);
});

test('versions on a remote, for a file and for the files of a directory', async () => {
  const text = `outs:
- hash: md5
  path: d
  files:
  - relpath: '1'
    md5: ${md5}
    size: 2
    cloud:
      s3v:
        etag: ${md5}
        version_id: 5f61ae5f
- md5: ${md5}
  hash: md5
  path: z
`;
  const stage = await parseDvcFile(text, 'd.dvc');
  const cloud = { remote: 's3v', etag: md5, versionId: '5f61ae5f' };
  expect(stage.outs[0]?.files).toEqual([{ relpath: '1', hash: { name: 'md5', value: md5 }, size: 2, cloud }]);
  expect(await renderDvcFile(stage)).toBe(text);
});

test('imports from a repository and from a database', async () => {
  const text = `frozen: true
deps:
- path: dir/f3
  repo:
    url: ../g1
    rev: main
    rev_lock: fd5bfccb85871c09c71027cff88df2c2d69dfd10
    config:
      core:
        remote: r
    remote: r
- db:
    connection: c
    query: select 1
outs:
- hash: md5
  path: f3
`;
  const stage = await parseDvcFile(text, 'f3.dvc');
  expect(stage.deps[0]?.repo).toMatchObject({
    url: '../g1',
    rev: 'main',
    revLock: 'fd5bfccb85871c09c71027cff88df2c2d69dfd10',
    remote: 'r',
  });
  expect(stage.deps[1]?.path).toBeUndefined();
  expect(await renderDvcFile(stage)).toBe(text);
});

test('`locked` is the old name of `frozen`', async () => {
  expect((await parseDvcFile('locked: true\n', 'a.dvc')).frozen).toBe(true);
});

test.each(['', '# nothing\n', '{}\n', 'outs:\ndeps:\n'])('nothing in it is no output: %j', async (text) => {
  expect(await parseDvcFile(text, 'a.dvc')).toEqual(stageOf());
});

test('keys that JavaScript knows are keys like any other', async () => {
  const stage = await parseDvcFile('meta:\n  __proto__:\n    polluted: true\n', 'a.dvc');
  expect(stage.meta).toEqual(new Map([['__proto__', new Map([['polluted', true]])]]));
  expect('polluted' in {}).toBe(false);
  expect(await problemOf('__proto__: 1\n')).toContain('__proto__');
});

test.each([
  ['outs:\n- path: a\n  colour: red\n', "'data.dvc' validation failed: extra keys not allowed, in outs -> 0 -> colour, line 3."],
  ['cmd: echo\n', "'data.dvc' validation failed: extra keys not allowed, in cmd, line 1."],
  ['outs:\n- path: a\n  metric: true\n', "'data.dvc' validation failed: extra keys not allowed, in outs -> 0 -> metric, line 3."],
  ['outs:\n- md5: abc\n', "'data.dvc' validation failed: required key not provided, in outs -> 0 -> path, line 2."],
  ['outs:\n- path: 12\n', "'data.dvc' validation failed: expected str, but found int, in outs -> 0 -> path, line 2."],
  ['outs: a\n', "'data.dvc' validation failed: expected a list, but found str, in outs, line 1."],
  ['outs:\n- path: a\n  size: big\n', "'data.dvc' validation failed: expected int, but found str, in outs -> 0 -> size, line 3."],
  ['outs:\n- path: a\n  cache: yes\n', "'data.dvc' validation failed: expected bool, but found str, in outs -> 0 -> cache, line 3."],
  ['outs:\n- path: a\n  md5: ab\n', "'data.dvc' validation failed: length of value must be at least 3, in outs -> 0 -> md5, line 3."],
  [
    'outs:\n- path: a\n  cloud:\n    x: {}\n    y: {}\n',
    "'data.dvc' validation failed: length of value must be at most 1, in outs -> 0 -> cloud, line 3.",
  ],
  ['- a\n', "'data.dvc' validation failed: expected a dictionary, but found a list, line 1."],
])('what the schema does not allow is refused by file, key and line: %j', async (text, message) => {
  expect(await problemOf(text)).toBe(message);
});

test.each([
  ['outs:\n- path: a\n- path: [\n', /^'data\.dvc' is not valid YAML: line 4, column 1: /u],
  ['outs:\n  - path: a\n path: b\n', /^'data\.dvc' is not valid YAML: line 3, column /u],
  ['outs: []\nouts: []\n', /^'data\.dvc' is not valid YAML: line 2, column 1: the key 'outs' is given twice$/u],
  ['meta: !!python/object:os.system x\n', /^'data\.dvc' is not valid YAML: line 1, column \d+: the tag '.*' is not supported$/u],
  ['meta: *nowhere\n', /^'data\.dvc' is not valid YAML: line 1, column 7: /u],
  ['a: 1\n---\nb: 2\n', /^'data\.dvc' is not valid YAML: line 2, column 1: /u],
])('what is no YAML is refused by file and line: %j', async (text, message) => {
  expect(await problemOf(text)).toMatch(message);
});

test('the markers of a merge conflict are named', async () => {
  const text = 'outs:\n<<<<<<< ours\n- path: a\n=======\n- path: b\n>>>>>>> theirs\n';
  await expect(parseDvcFile(text, 'data.dvc')).rejects.toMatchObject({ hint: expect.stringContaining('merge conflict') });
});

test('aliases that unfold beyond all bounds are refused', async () => {
  const levels = Array.from({ length: 12 }, (_, level) => `  l${level + 1}: &l${level + 1} [${Array(10).fill(`*l${level}`).join(', ')}]\n`);
  expect(await problemOf(`meta:\n  l0: &l0 x\n${levels.join('')}`)).toContain('aliases stand for too many values');
});

test.each([201, 50_000])('a text that is nested %i levels deep is refused', async (levels) => {
  expect(await problemOf(`meta: ${'['.repeat(levels)}${']'.repeat(levels)}\n`)).toMatch(
    /^'data\.dvc' is not valid YAML: .*nested too deeply/u,
  );
});

test('blocks that are nested too deeply are refused', async () => {
  const block = Array.from({ length: 300 }, (_, level) => `${' '.repeat(level)}k:\n`).join('');
  expect(await problemOf(`meta:\n${block.replaceAll(/^/gmu, ' ').trimEnd()}\n`)).toMatch(
    /^'data\.dvc' is not valid YAML: .*nested too deeply/u,
  );
});

test('long runs of spaces cost no time', async () => {
  const text = `meta: a${' '.repeat(1_000_000)}b\ndesc: '\u2028${' '.repeat(1_000_000)}x'\n`;
  expect((await parseDvcFile(text, 'data.dvc')).desc).toBe('\u2028x');
});

test('a text that is too long is refused unread', async () => {
  expect(await problemOf(' '.repeat(64 * 1024 * 1024 + 1))).toBe("'data.dvc' is too large to be read as YAML: 67108865 characters.");
});
