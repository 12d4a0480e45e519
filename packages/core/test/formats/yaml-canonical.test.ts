import { expect, test } from 'vitest';

import { readCanonicalYaml } from '../../src/formats/yaml-canonical.ts';
import { readYamlDocument } from '../../src/formats/yaml-document.ts';
import stringVectors from '../vectors/yaml-strings.json' with { type: 'json' };
import updateVectors from '../vectors/yaml-update.json' with { type: 'json' };

const lock = `schema: '2.0'
stages:
  train:
    cmd: python train.py --with 'many options' --that make --the-line long --enough
      to be folded
    params:
      params.yaml:
        lr: 0.001
        name: "two\\nlines"
        none:
        list:
        - 1
        - []
        - 
    outs:
    - path: s3://bucket/a#b
      size: 12
`;
const texts = [
  lock,
  ...updateVectors.flatMap(({ old, result }) => [old, result]),
  ...stringVectors.flatMap((row) => [`outs:\n- path:${row.dvc_path}`, `stages:\n  s:\n    cmd:${row.lock_cmd}`]),
];

/** What the library makes of a text: its value, or that it refuses it. */
function byLibrary(text: string): unknown {
  try {
    return readYamlDocument(text, 'x.dvc');
  } catch {
    return 'refused';
  }
}

/** Texts that are read without the library, but not as the library reads them. */
function disagreements(candidates: readonly string[]): string[] {
  return candidates.filter((text) => {
    const value = readCanonicalYaml(text);
    return value !== undefined && inspect(value) !== inspect(byLibrary(text));
  });
}

function inspect(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    item instanceof Map ? { map: [...item] } : typeof item === 'bigint' ? `${item}n` : item,
  );
}

test('what DVC writes is read as the library reads it', () => {
  expect(disagreements(texts)).toEqual([]);
  expect(texts.filter((text) => readCanonicalYaml(text) !== undefined).length).toBeGreaterThan(texts.length / 3);
});

test('ends of lines of Windows, and a last line without end', () => {
  const value = byLibrary(lock);
  expect(readCanonicalYaml(lock.replaceAll('\n', '\r\n'))).toEqual(value);
  expect(readCanonicalYaml(lock.trimEnd())).toEqual(value);
});

test.each([
  '# c\na: 1\n',
  'a: &x 1\n',
  'a: |\n  x\n',
  'a: [1]\n',
  'a: {b: 1}\n',
  'a: 1\na: 2\n',
  '---\na: 1\n',
  'a: =\n',
  '1: a\n',
  'a: "\\x41"\n',
  'a\n',
  '',
])('leaves to the library: %j', (text) => {
  expect(readCanonicalYaml(text)).toBeUndefined();
});

const pieces =
  ' |\n|- |: |:|  |#| #|\'|"|\\|\\n|a|1|true|[]|{}|~|&a |*a|>|\t|-|?|? |...|---|.|_|<<|=|%|@|!!str |,|\r\n|\u00a0|\u2028|\u0085|é|0x1|2024-01-01|\n\n|\n  |\n    '.split(
    '|',
  );

/** Texts with a few random pieces put in, cut out or overwritten. The same for every run. */
function mutations(count: number): string[] {
  let seed = 20;
  const random = (limit: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed >> 8) % limit;
  };
  return Array.from({ length: count }, () => {
    let text = texts[random(texts.length)] ?? '';
    for (let left = random(4); left >= 0; left -= 1) {
      const at = random(text.length + 1);
      const piece = pieces[random(pieces.length)] ?? '';
      const cut = [0, 1 + random(4), piece.length][random(3)] ?? 0;
      text = text.slice(0, at) + (cut === 0 || random(2) === 0 ? piece : '') + text.slice(at + cut);
    }
    return text;
  });
}

test('what is nearly what DVC writes is read as the library reads it, or left to it', () => {
  expect(disagreements(mutations(4000))).toEqual([]);
});
