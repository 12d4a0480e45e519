import { expect, test } from 'vitest';

import { emitYaml } from '../../src/formats/yaml-emit.ts';
import { type YamlMap, type YamlValue, yamlEquals } from '../../src/formats/yaml-value.ts';
import { parseYaml } from '../../src/formats/yaml-load.ts';
import nestedVectors from '../vectors/yaml-strings-nested.json' with { type: 'json' };
import stringVectors from '../vectors/yaml-strings.json' with { type: 'json' };
import { parseExactJson, readVectorText } from './exact-json.ts';

interface StringVector {
  readonly v: string;
  readonly dvc_path: string;
  readonly dvc_path_lossy?: boolean;
  readonly lock_cmd: string;
  readonly lock_cmd_lossy?: boolean;
}

const strings: readonly StringVector[] = stringVectors;

function dvcFile(path: string): string {
  return emitYaml(new Map([['outs', [new Map([['path', path]])]]])).replace('outs:\n- path:', '');
}

function lockFile(cmd: string): string {
  return emitYaml(new Map([['stages', new Map([['s', new Map([['cmd', cmd]])]])]])).replace('stages:\n  s:\n    cmd:', '');
}

test.each(strings.filter((row) => row.dvc_path_lossy !== true))('a path is written as DVC writes it: $v', (row) => {
  expect(dvcFile(row.v)).toBe(row.dvc_path);
});

test.each(strings.filter((row) => row.lock_cmd_lossy !== true))('a command is written as DVC writes it: $v', (row) => {
  expect(lockFile(row.v)).toBe(row.lock_cmd);
});

test.each(strings.filter((row) => row.dvc_path_lossy === true || row.lock_cmd_lossy === true))(
  'what DVC cannot read back itself goes into double quotes: $v',
  (row) => {
    expect(row.dvc_path_lossy === true ? dvcFile(row.v) : lockFile(row.v)).toMatch(/^ ".*"\n$/su);
  },
);

test.each(strings)('what is written reads back: $v', async ({ v }) => {
  const value = new Map([['outs', [new Map([['path', v]])]]]);
  expect(await parseYaml(emitYaml(value), { file: 'x.dvc' })).toEqual(value);
});

/** The vectors that DVC itself can read back; it wrote the others so that nobody can. */
async function readable(column: 'list_item' | 'map_key', valueOf: (text: string) => YamlMap): Promise<string[]> {
  const found: string[] = [];
  for (const row of nestedVectors) {
    const read = await parseYaml(row[column], { file: 'vector' }).catch(() => null);
    if (read !== null && yamlEquals(read, valueOf(row.v))) {
      found.push(row.v);
    }
  }
  return found;
}

const itemOf = (text: string): YamlMap => new Map([['k', [text]]]);
const keyOf = (text: string): YamlMap => new Map([['stages', new Map([[text, new Map([['cmd', 'x']])]])]]);
const readableItems = await readable('list_item', itemOf);
const readableKeys = await readable('map_key', keyOf);

test('DVC fails to read back three list items and four keys', () => {
  expect([nestedVectors.length - readableItems.length, nestedVectors.length - readableKeys.length]).toEqual([3, 4]);
});

test.each(nestedVectors.filter((row) => readableItems.includes(row.v)))('a list item is written as DVC writes it: $v', (row) => {
  expect(emitYaml(itemOf(row.v))).toBe(row.list_item);
});

test.each(nestedVectors.filter((row) => readableKeys.includes(row.v)))('a key is written as DVC writes it: $v', (row) => {
  expect(emitYaml(keyOf(row.v))).toBe(row.map_key);
});

test.each(nestedVectors)('list items and keys read back: $v', async ({ v }) => {
  expect(await parseYaml(emitYaml(itemOf(v)), { file: 'x.dvc' })).toEqual(itemOf(v));
  expect(await parseYaml(emitYaml(keyOf(v)), { file: 'x.dvc' })).toEqual(keyOf(v));
});

const values = parseExactJson(await readVectorText('yaml-values.json')) as readonly ReadonlyMap<string, YamlValue>[];

test.each(values.map((row) => ({ value: special(row.get('value') ?? null), yaml: row.get('yaml') })))('$yaml', ({ value, yaml }) => {
  expect(emitYaml(new Map([['k', value]]))).toBe(yaml);
});

/** The vectors' stand-ins for what JSON cannot say. */
function special(value: YamlValue): YamlValue {
  const numbers = new Map([
    ['<inf>', Infinity],
    ['<-inf>', -Infinity],
    ['<nan>', Number.NaN],
  ]);
  const float = typeof value === 'string' ? numbers.get(value) : undefined;
  return float === undefined ? value : { float };
}

test('keys from 123 characters on are written with a question mark', () => {
  const [short, long] = ['x'.repeat(122), 'x'.repeat(123)];
  expect(emitYaml(new Map([[short, new Map([['a', 1]])]]))).toBe(`${short}:\n  a: 1\n`);
  expect(emitYaml(new Map([[long, new Map([['a', 1]])]]))).toBe(`? ${long}\n: a: 1\n`);
});
