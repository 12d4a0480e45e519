import { expect, test } from 'vitest';

import { type DataIndex, type IndexedOutput } from '../../src/status/data-index.ts';
import { type DataChange, diffIndexes, type DiffOptions } from '../../src/status/diff-index.ts';
import { md5 } from '../project/metafiles.ts';

/** Output → content; for a directory its files, `null` when the list of them is not known. */
type Outputs = Readonly<Record<string, string | Readonly<Record<string, string>> | null>>;

function index(outputs: Outputs): DataIndex {
  return new Map(Object.entries(outputs).map(([path, content]) => [path, indexed(path, content)]));
}

function indexed(path: string, content: Outputs[string]): IndexedOutput {
  const isDir = typeof content !== 'string';
  const value = isDir ? `${md5(JSON.stringify(content))}.dir` : md5(content ?? '');
  const files = Object.entries(isDir && content !== null ? content : {}).map(([relpath, text]) => ({ relpath, md5: md5(text) }));
  return {
    entry: { path, isDir, id: { algorithm: 'md5', value }, hash: `md5:${value}` },
    files: async () => (content === null ? undefined : files.sort((a, b) => (a.relpath < b.relpath ? -1 : 1))),
  };
}

/** `type path`, for a rename `renamed old > new`. */
async function differences(old: Outputs, now: Outputs, options: Partial<DiffOptions> = {}): Promise<string[]> {
  const changes: DataChange[] = [];
  await diffIndexes({ old: index(old), now: index(now) }, { shallow: false, compareKinds: false, ...options }, (change) =>
    changes.push(change),
  );
  return changes
    .filter(({ type }) => type !== 'unchanged')
    .map(({ type, old: before, new: after }) =>
      type === 'renamed' ? `renamed ${before?.path} > ${after?.path}` : `${type} ${(after ?? before)?.path}`,
    )
    .sort();
}

test('files are compared one by one', async () => {
  expect(await differences({ a: '1', b: '2', c: '3' }, { a: '1', b: 'x', d: '4' })).toEqual(['added d', 'deleted c', 'modified b']);
});

test('directories are compared with their files', async () => {
  const old = { d: { a: '1', b: '2', 'x/c': '3' } };
  const now = { d: { a: '1', b: 'x', 'x/d': '4' } };
  expect(await differences(old, now)).toEqual(['added d/x/d', 'deleted d/x/c', 'modified d', 'modified d/b']);
});

test('a shallow look stops at directories', async () => {
  expect(await differences({ d: { a: '1' } }, { d: { a: '2' } }, { shallow: true })).toEqual(['modified d']);
});

test('names are matched whatever sorts between them', async () => {
  const files = { 'a-b': '1', 'a/b': '2', a0: '3', '\u{1F600}': '4', '\uFFEE': '5' };
  expect(await differences({ d: files }, { d: { ...files, 'a.b': '6' } })).toEqual(['added d/a.b', 'modified d']);
});

test('what moves with the same content is renamed', async () => {
  expect(await differences({ a: '1' }, { b: '1' })).toEqual(['renamed a > b']);
  expect(await differences({ d: { a: '1' } }, { d: { 'x/a': '1' } })).toEqual(['modified d', 'renamed d/a > d/x/a']);
});

test('of several that could be meant, renames pair them in the order of their paths', async () => {
  expect(await differences({ b: '1', a: '1', c: '1' }, { z: '1', y: '1' })).toEqual(['deleted c', 'renamed a > y', 'renamed b > z']);
});

test('a directory that is split into outputs keeps its unchanged files', async () => {
  const changes = await differences({ d: { a: '1', b: '2' } }, { 'd/a': '1', 'd/b': 'x' });
  expect(changes).toEqual(['deleted d', 'modified d/b']);
});

test('files whose directory is not known on the other side are unknown, with the folders between', async () => {
  expect(await differences({ d: null }, { d: { a: '1', 'x/y/b': '2' } })).toEqual([
    'modified d',
    'unknown d/a',
    'unknown d/x',
    'unknown d/x/y',
    'unknown d/x/y/b',
  ]);
  expect(await differences({ d: { a: '1' } }, { d: null })).toEqual(['modified d']);
});

test('only what is included is looked at, renames too', async () => {
  const includes = (path: string): boolean => path.startsWith('d/x');
  const old = { d: { a: '1', 'x/b': '2' }, e: '3' };
  expect(await differences(old, { d: { 'x/a': '1', 'x/c': '2' } }, { includes })).toEqual(['added d/x/a', 'renamed d/x/b > d/x/c']);
});

test('an entry without a hash is one only when kinds are compared', async () => {
  const bare: DataIndex = new Map([
    ['a', { entry: { path: 'a', isDir: false, id: undefined, hash: undefined }, files: async () => undefined }],
  ]);
  const types = async (compareKinds: boolean): Promise<string[]> => {
    const changes: string[] = [];
    await diffIndexes({ old: new Map(), now: bare }, { shallow: false, compareKinds }, ({ type }) => changes.push(type));
    return changes;
  };
  expect([await types(false), await types(true)]).toEqual([[], ['added']]);
});
