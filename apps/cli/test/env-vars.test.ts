import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { envVars } from '../src/env-vars.ts';

test('the documentation lists every variable, in the same words', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/environment-variables.md'), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  expect(rows).toEqual(Object.entries(envVars).map(([name, description]) => `| \`${name}\` | ${description} |`));
});

test('nothing but the start of the program touches process.env', () => {
  const sources = join(import.meta.dirname, '../src');
  const readers = globSync('**/*.ts', { cwd: sources }).filter((file) => readFileSync(join(sources, file), 'utf8').includes('process.env'));
  expect(readers).toEqual(['main.ts']);
});
