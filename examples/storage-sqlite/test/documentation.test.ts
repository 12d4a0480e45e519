import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '..');
const page = readFileSync(join(folder, '..', '..', 'docs', 'storage-plugins.md'), 'utf8');

/** Blocks of the page that are a file: `**src/plugin.ts**`, an empty line, the block. */
const shown = new Map(
  [...page.matchAll(/^\*\*`(?<path>[^`]+)`\*\*\n\n```ts\n(?<text>.*?)^```$/gmsu)].map(({ groups }) => [groups!['path']!, groups!['text']!]),
);

test('docs/storage-plugins.md shows every file of this plugin, as it is', () => {
  const sources = readdirSync(join(folder, 'src')).map((name) => `src/${name}`);
  expect([...shown.keys()].sort()).toEqual([...sources.filter((path) => path !== 'src/index.ts'), 'test/conformance.test.ts'].sort());
  for (const [path, text] of shown) expect(text, path).toBe(readFileSync(join(folder, path), 'utf8'));
});

test('the one file that the page does not show is as `npm create @datapin/storage` makes it', () => {
  const template = join(folder, '..', '..', 'packages', 'create-storage', 'template');
  expect(readFileSync(join(folder, 'src', 'index.ts'), 'utf8')).toBe(readFileSync(join(template, 'src', 'index.ts'), 'utf8'));
});
