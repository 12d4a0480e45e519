import { join } from 'node:path';
import { expect, test } from 'vitest';

import { packageEntry } from '../../src/plugins/package-entry.ts';
import { emptyFolder } from '../empty-folder.ts';
import { writeTree } from './plugin-fixture.ts';

test.each([
  ['a text', { exports: './a.js' }, 'a.js'],
  ['the member "."', { exports: { '.': './a.js', './b': './b.js' } }, 'a.js'],
  ['conditions', { exports: { require: './a.cjs', import: './a.js' } }, 'a.js'],
  [
    'nested conditions',
    { exports: { '.': { browser: './x.js', node: { require: './a.cjs', import: './a.js' }, default: './d.js' } } },
    'a.js',
  ],
  ['a default', { exports: { '.': { '@datapin/source': './src/a.ts', default: './a.js' } } }, 'a.js'],
  ['a list', { exports: { '.': [{ browser: './x.js' }, './a.js'] } }, 'a.js'],
  ['main, where there are no exports', { main: 'lib/a.js' }, 'lib/a.js'],
  ['index.js, where there is nothing', {}, 'index.js'],
  ['nothing, where only others are exported', { exports: { './b': './b.js' } }, undefined],
  ['nothing outside of the package', { exports: './../a.js' }, undefined],
])('the entry is %s', (_, manifest, file) => {
  const folder = emptyFolder();
  writeTree(folder, { 'package.json': manifest });
  expect(packageEntry(folder, new Set(['node', 'import']))).toBe(file === undefined ? undefined : join(folder, file));
});

test.each([
  ['a part that is exported', { exports: { '.': './a.js', './run': { import: './run.js' } } }, 'run.js'],
  ['nothing for a part that is not', { exports: { '.': './a.js' } }, undefined],
  ['nothing, where the one entry has conditions', { exports: { import: './a.js' } }, undefined],
  ['nothing, where there are no exports', { main: 'a.js' }, undefined],
])('the entry of a part is %s', (_, manifest, file) => {
  const folder = emptyFolder();
  writeTree(folder, { 'package.json': manifest });
  expect(packageEntry(folder, new Set(['node', 'import']), './run')).toBe(file === undefined ? undefined : join(folder, file));
});
