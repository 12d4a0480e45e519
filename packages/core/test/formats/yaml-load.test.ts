import { expect, test } from 'vitest';

import { readCanonicalYaml } from '../../src/formats/yaml-canonical.ts';
import { readYamlDocument } from '../../src/formats/yaml-document.ts';
import { parseYaml } from '../../src/formats/yaml-load.ts';
import { isYamlList, isYamlMap, type YamlKey, type YamlMap, type YamlValue } from '../../src/formats/yaml-value.ts';
import { parseExactJson, readVectorText } from './exact-json.ts';

interface LoadVector {
  readonly yaml: string;
  readonly value: YamlValue;
  readonly fails: boolean;
}

const vectors: readonly LoadVector[] = (parseExactJson(await readVectorText('yaml-load.json')) as readonly YamlMap[]).map((row) => ({
  yaml: row.get('yaml') as string,
  value: plain(row.get('value') ?? null),
  fails: row.has('error'),
}));

/** The vectors' notation for what JSON cannot say: `$map`, `$int`, `$float`, `$date`. */
function plain(value: YamlValue): YamlValue {
  if (isYamlList(value)) {
    return value.map(plain);
  }
  if (!isYamlMap(value)) {
    return value;
  }
  const [[kind, content] = ['', null]] = value;
  const text = typeof content === 'string' ? content : '';
  switch (kind) {
    case '$map':
      return new Map((content as readonly [YamlValue, YamlValue][]).map(([key, item]) => [plain(key) as YamlKey, plain(item)]));
    case '$int':
      return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
    case '$float':
      return { float: Number(text.replace('inf', 'Infinity')) };
    case '$date':
      return { timestamp: text };
    default:
      throw new Error(`unknown notation in the vectors`);
  }
}

test.each(vectors.filter((row) => !row.fails))('$yaml', async ({ yaml, value }) => {
  expect(await parseYaml(yaml, { file: 'x.dvc' })).toEqual(value);
});

test.each(vectors.filter((row) => row.fails))('$yaml is refused', async ({ yaml }) => {
  await expect(parseYaml(yaml, { file: 'x.dvc' })).rejects.toMatchObject({ code: 'invalid-metafile' });
});

test.each(vectors)('reading without the library agrees with it, or leaves it to it: $yaml', ({ yaml, value, fails }) => {
  for (const text of [yaml, `${yaml}\n`]) {
    const canonical = readCanonicalYaml(text);
    expect(canonical === undefined || !fails).toBe(true);
    expect(canonical ?? value).toEqual(value);
  }
});

test.each([
  ['a: x\u2028 y\n', 'x\u2028y'],
  ["a: 'x\u2028   y'\n", 'x\u2028y'],
  ["a: 'x \u2029\u2028   y'\n", 'x\u2029\u2028y'],
  ["a: 'x\u0085   y'\n", 'x y'],
])('breaks of lines that only ruamel.yaml knows are folded as it does: %j', (text, value) => {
  expect(readYamlDocument(text, 'x.dvc')).toEqual(new Map([['a', value]]));
});
