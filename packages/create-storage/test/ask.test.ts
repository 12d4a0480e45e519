import { PassThrough } from 'node:stream';

import { describe, expect, test } from 'vitest';

import { readArguments } from '../src/arguments.ts';
import { type Answers, completeAnswers } from '../src/ask.ts';

/** Asks with a person at the terminal who types these lines and then goes away. */
async function talk(words: readonly string[], typed: readonly string[]): Promise<Answers & { readonly shown: string }> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let shown = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    // a line at a time, each when it is asked for
    if (!text.endsWith(': ')) return;
    const line = lines.shift();
    if (line === undefined) input.end();
    else input.write(`${line}\n`);
  });
  const lines = [...typed];
  return { ...(await completeAnswers(readArguments(words), { input, output })), shown };
}

function withoutTerminal(...words: readonly string[]): Promise<Answers> {
  return completeAnswers(readArguments(words), undefined);
}

describe('without a terminal', () => {
  test('a name is enough when a scheme follows from it', async () => {
    expect(await withoutTerminal('@acme/datapin-storage-blob')).toEqual({ name: '@acme/datapin-storage-blob', scheme: 'blob' });
  });

  test('a scheme may be given', async () => {
    expect(await withoutTerminal('vault', '--scheme', 'vlt')).toEqual({ name: 'vault', scheme: 'vlt' });
  });

  test('what is missing is said', async () => {
    await expect(withoutTerminal()).rejects.toThrow('name the package: npm create @datapin/storage datapin-storage-blob');
    await expect(withoutTerminal('--scheme', 'blob')).rejects.toThrow('name the package');
    await expect(withoutTerminal('datapin-storage-s3')).rejects.toThrow(
      "no URL scheme follows from 'datapin-storage-s3'; give one: --scheme blob",
    );
  });

  test('what cannot be used is refused', async () => {
    await expect(withoutTerminal('../up')).rejects.toThrow("'../up' is no package name");
    await expect(withoutTerminal('blob', '--scheme', 's3')).rejects.toThrow('s3:// has a meaning already');
  });
});

describe('in a terminal', () => {
  test('nothing is asked when everything is known', async () => {
    expect(await talk(['datapin-storage-blob'], [])).toEqual({ name: 'datapin-storage-blob', scheme: 'blob', shown: '' });
  });

  test('name and scheme are asked for; an empty answer takes the suggestion', async () => {
    expect(await talk([], ['datapin-storage-blob', ''])).toMatchObject({ name: 'datapin-storage-blob', scheme: 'blob' });
    expect(await talk([], ['datapin-storage-blob', 'blb'])).toMatchObject({ scheme: 'blb' });
    expect(await talk(['--scheme', 'blob'], [''])).toMatchObject({ name: 'datapin-storage-blob', scheme: 'blob' });
  });

  test('an answer that cannot be used is asked for again, with the reason', async () => {
    const { name, shown } = await talk([], ['', 'My Plugin', 'my-plugin', 'http', 'mine']);
    expect(name).toBe('my-plugin');
    expect(shown).toContain("'My Plugin' is no package name");
    expect(shown).toContain('http:// has a meaning already');
  });

  test('who goes away gets nothing written', async () => {
    await expect(talk([], ['my-plugin'])).rejects.toThrow('no answer came; nothing was written');
  });
});

test('options that are not known, or too many names, are refused', () => {
  expect(() => readArguments(['--schema', 'x'])).toThrow("Unknown option '--schema'; --help shows what can be given");
  expect(() => readArguments(['--scheme'])).toThrow(/--scheme.*; --help shows/u);
  expect(() => readArguments(['a', 'b'])).toThrow('one name is enough: a, b');
});
