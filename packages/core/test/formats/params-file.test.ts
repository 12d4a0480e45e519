import { describe, expect, it } from 'vitest';

import { parseParams } from '../../src/formats/params-file.ts';

describe('a params file', () => {
  it('in JSON keeps integers and floats apart, and the order of keys', async () => {
    const params = await parseParams('{"b": 1, "a": 1.0, "c": 1e3, "d": 12345678901234567890, "__proto__": null}', { file: 'p.json' });
    expect(params).toEqual(
      new Map<string, unknown>([
        ['b', 1],
        ['a', { float: 1 }],
        ['c', { float: 1000 }],
        ['d', 12345678901234567890n],
        ['__proto__', null],
      ]),
    );
  });

  it('in TOML keeps integers, floats and dates apart', async () => {
    const text = 'i = 1\nf = 1.0\n[t]\nd = 2024-01-31\ndt = 2024-01-31T10:00:00Z\nms = 2024-01-31T10:00:00.5+01:00\nl = ["a", true]\n';
    expect(await parseParams(text, { file: 'p.TOML' })).toEqual(
      new Map<string, unknown>([
        ['i', 1],
        ['f', { float: 1 }],
        [
          't',
          new Map<string, unknown>([
            ['d', { timestamp: '2024-01-31' }],
            ['dt', { timestamp: '2024-01-31T10:00:00+00:00' }],
            ['ms', { timestamp: '2024-01-31T10:00:00.500000+01:00' }],
            ['l', ['a', true]],
          ]),
        ],
      ]),
    );
  });

  it.each(['p.yaml', 'p.yml', 'p', 'p.d/params'])('with any other name is YAML: %s', async (file) => {
    expect(await parseParams('a: 1\n', { file })).toEqual(new Map([['a', 1]]));
  });

  it.each(['p.yaml', 'p.toml'])('that is empty has no params: %s', async (file) => {
    expect(await parseParams('', { file })).toEqual(new Map());
  });

  it.each([
    ['p.json', '{"a": }', 'invalid-metafile'],
    ['p.toml', 'a = ', 'invalid-metafile'],
    ['p.yaml', 'a: [', 'invalid-metafile'],
    ['p.py', 'a = 1', 'unsupported'],
  ])('%s that cannot be read is named', async (file, text, code) => {
    await expect(parseParams(text, { file })).rejects.toMatchObject({ code, message: expect.stringContaining(file) });
  });
});
