import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { parseParams } from '../../src/formats/params-file.ts';
import { stringKeys } from '../../src/formats/python-text.ts';
import { resolveTemplate, type TemplateContext } from '../../src/formats/template.ts';
import { isYamlMap, type YamlValue } from '../../src/formats/yaml-value.ts';

interface Case {
  readonly template: string;
  readonly key: string | null;
  readonly result?: unknown;
  readonly error?: string;
}

const vectors: { readonly context: unknown; readonly cases: readonly Case[] } = JSON.parse(
  readFileSync(new URL('../vectors/templating.json', import.meta.url), 'utf8'),
);
const asYaml = (value: unknown): Promise<YamlValue> => parseParams(JSON.stringify(value), { file: 'x.json' });
const contextOf = async (value: unknown): Promise<TemplateContext> => {
  const map = await asYaml({ wrapped: value });
  const inner = isYamlMap(map) ? map.get('wrapped') : undefined;
  return stringKeys(isYamlMap(inner) ? inner : new Map());
};
const parsing = { bool: 'store_true', list: 'nargs' } as const;

describe('a template', () => {
  it.each(vectors.cases.filter((row) => row.error === undefined))(
    'resolves as in DVC: $template for $key',
    async ({ template, key, result }) => {
      const context = await contextOf(vectors.context);
      const expected = await contextOf({ result });
      expect(resolveTemplate(template, { context, key: key ?? 'deps', parsing })).toEqual(expected.get('result'));
    },
  );

  it.each(vectors.cases.filter((row) => row.error !== undefined))(
    'is refused as by DVC: $template for $key',
    async ({ template, key, error }) => {
      const context = await contextOf(vectors.context);
      // how DVC paints a syntax error is its own affair
      const message = error?.includes('ParseException') === true ? 'is not a valid expression' : (error?.replace(/^\w+: /, '') ?? '');
      expect(() => resolveTemplate(template, { context, key: key ?? 'deps', parsing })).toThrow(message);
    },
  );

  it('resolves inside of lists and mappings, keys too', async () => {
    const context = await contextOf({ a: 'x', n: 1 });
    const template = await contextOf({ '${a}': ['${n}', { b: 'v${n}' }] });
    expect(resolveTemplate(template, { context, key: 'meta', parsing })).toEqual(await contextOf({ x: [1, { b: 'v1' }] }));
  });

  it('counts list items from the end as well', async () => {
    const context = await contextOf({ l: [1, 2] });
    expect(resolveTemplate('${l[-1]}', { context, key: 'cmd', parsing })).toBe(2);
  });
});

describe('a mapping in a command', () => {
  const options = {
    s: "it's",
    e: '',
    t: true,
    f: false,
    n: null,
    x: 1.0,
    l: ['a b', 1, true],
    d: { deep: { er: 'safe_@%+=:,./-' } },
    none: {},
  };
  const command = async (style: { bool: 'store_true' | 'boolean_optional'; list: 'nargs' | 'append' }): Promise<YamlValue> =>
    resolveTemplate('run ${o}', { context: await contextOf({ o: options }), key: 'cmd', parsing: style });

  it('becomes options', async () => {
    expect(await command(parsing)).toBe(`run --s 'it'"'"'s' --e '' --t --n None --x 1 --l 'a b' 1 True --d.deep.er safe_@%+=:,./-`);
  });

  it('becomes options in the style of the configuration', async () => {
    expect(await command({ bool: 'boolean_optional', list: 'append' })).toBe(
      `run --s 'it'"'"'s' --e '' --t --no-f --n None --x 1 --l 'a b' --l 1 --l True --d.deep.er safe_@%+=:,./-`,
    );
  });

  it('must not hold lists in lists', async () => {
    const context = await contextOf({ o: { l: [[1]] } });
    expect(() => resolveTemplate('run ${o}', { context, key: 'cmd', parsing })).toThrow("Cannot interpolate nested iterable in 'l'");
  });
});
