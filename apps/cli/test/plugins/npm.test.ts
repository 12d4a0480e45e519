import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { findNpm } from '../../src/plugins/npm.ts';
import { emptyFolder } from '../empty-folder.ts';
import { writeTree } from './plugin-fixture.ts';

test('npm beside the running Node is preferred, and run as JavaScript', () => {
  const root = emptyFolder();
  writeTree(root, { 'bin/node': '', 'lib/node_modules/npm/bin/npm-cli.js': '' });
  const execPath = join(root, 'bin/node');
  expect(findNpm({ PATH: '/usr/bin' }, execPath)).toEqual({ file: execPath, words: [join(root, 'lib/node_modules/npm/bin/npm-cli.js')] });
});

test('npm is found by the absolute folders of PATH only', () => {
  const root = emptyFolder();
  writeTree(root, { 'nowhere/node': '', 'relative/npm': '#!/bin/sh\n', 'tools/npm-cli.js': '' });
  chmodSync(join(root, 'relative/npm'), 0o755);
  symlinkSync(join(root, 'tools/npm-cli.js'), join(root, 'tools/npm'));
  const execPath = join(root, 'nowhere/node');
  const before = process.cwd();
  process.chdir(root);
  try {
    expect(findNpm({ PATH: `relative:.:${join(root, 'tools')}` }, execPath)).toEqual({
      file: execPath,
      words: [join(root, 'tools/npm-cli.js')],
    });
    expect(() => findNpm({ PATH: 'relative:.' }, execPath)).toThrow('npm was not found');
  } finally {
    process.chdir(before);
  }
});
