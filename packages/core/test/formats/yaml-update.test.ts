import { readFile } from 'node:fs/promises';

import { expect, test } from 'vitest';

import { parseDvcFile, renderDvcFile } from '../../src/formats/dvc-file.ts';
import { updateYaml } from '../../src/formats/yaml-update.ts';
import type { YamlMap } from '../../src/formats/yaml-value.ts';
import { parseExactJson, readVectorText } from './exact-json.ts';

const vectors = (parseExactJson(await readVectorText('yaml-update.json')) as readonly YamlMap[]).map((row) => ({
  old: row.get('old') as string,
  state: row.get('state') as YamlMap,
  result: row.get('result') as string,
}));

test.each(vectors)('a file is rewritten as DVC rewrites it: $old', async ({ old, state, result }) => {
  expect(await updateYaml(old, state, { file: 'x.dvc' })).toBe(result);
});

const golden = new URL('../../../../e2e/fixtures/09-annotations/golden/', import.meta.url);

test.each(['a.txt', 'b.txt', 'c.txt', 'd.txt', 'multi', 'dir'])('%s.dvc of the annotated repository ends as with DVC', async (name) => {
  const before = await readFile(new URL(`${name}.dvc.before`, golden), 'utf8');
  const after = await readFile(new URL(`${name}.dvc.after`, golden), 'utf8');
  // a granular change forgets the size of a directory, which the next full one adds at the end
  const forgotten = name === 'dir' ? await rewrite(before, after.replace(/ {2}size: 12\n/u, '')) : before;
  expect(await rewrite(forgotten, after)).toBe(after);
});

/** The text of a file that is made to say what another says. */
async function rewrite(before: string, after: string): Promise<string> {
  return renderDvcFile(await parseDvcFile(after, 'after.dvc'), before);
}

const say = (entries: YamlMap): Promise<string> =>
  updateYaml('# lead\nb: 1 # one\na:   # list\n- x\n- y # why\n# end\n', entries, { file: 'x.dvc' });

test('a file that says the same already gets the quotes and spaces of DVC', async () => {
  const out = new Map<string, string | number>([
    ['path', '1e3'],
    ['size', 3],
  ]);
  expect(await updateYaml('outs: [ { path: "1e3" , size: 3} ]   # odd\n', new Map([['outs', [out]]]), { file: 'x.dvc' })).toBe(
    "outs: [{path: '1e3', size: 3}]       # odd\n",
  );
});

test('a new value keeps the comment of the old one', async () => {
  expect(
    await say(
      new Map<string, number | string[]>([
        ['b', 2],
        ['a', ['x', 'z']],
      ]),
    ),
  ).toBe('# lead\nb: 2 # one\na:   # list\n- x\n- z # why\n# end\n');
});

test('a key that is gone takes its comment along', async () => {
  expect(await say(new Map([['a', ['x', 'y']]]))).toBe('# lead\na:   # list\n- x\n- y # why\n# end\n');
});

test('a list of another length loses the comments of its items only', async () => {
  expect(
    await say(
      new Map<string, number | string[]>([
        ['b', 1],
        ['a', ['x']],
      ]),
    ),
  ).toBe('# lead\nb: 1 # one\na:   # list\n- x\n');
});

test('the order in which the new state is given does not matter', async () => {
  expect(
    await say(
      new Map<string, number | string[]>([
        ['c', 3],
        ['a', ['x', 'y']],
        ['b', 1],
      ]),
    ),
  ).toBe('# lead\nb: 1 # one\na:   # list\n- x\n- y # why\n# end\nc: 3\n');
});

test('numbers that stay keep how they are written', async () => {
  const text = 'a: 0x1F\nb: 1.50\nc: 1_000\nd: ~\ne: 1\n';
  const state = new Map<string, number | { float: number } | null>([
    ['a', 31],
    ['b', { float: 1.5 }],
    ['c', 1000],
    ['d', null],
    ['e', 2],
  ]);
  expect(await updateYaml(text, state, { file: 'x.dvc' })).toBe('a: 0x1F\nb: 1.50\nc: 1_000\nd:\ne: 2\n');
});

test('a block scalar stays one when its text changes', async () => {
  expect(
    await updateYaml(
      'a: | # why\n    one\nb: 1\n',
      new Map<string, number | string>([
        ['a', 'two\nthree'],
        ['b', 1],
      ]),
      { file: 'x.dvc' },
    ),
  ).toBe('a: |- # why\n  two\n  three\nb: 1\n');
});

test('aliases become values', async () => {
  const text = 'a: &x\n  k: 1\nb: *x\nc: 1\n';
  const value = new Map([['k', 1]]);
  expect(
    await updateYaml(
      text,
      new Map<string, number | YamlMap>([
        ['a', value],
        ['b', value],
        ['c', 2],
      ]),
      { file: 'x.dvc' },
    ),
  ).toBe('a:\n  k: 1\nb:\n  k: 1\nc: 2\n');
});

test('a text that is no YAML is refused', async () => {
  await expect(updateYaml('a: [', new Map(), { file: 'x.dvc' })).rejects.toMatchObject({ code: 'invalid-metafile' });
});
