import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { readSection, withTables } from '../action-docs.mjs';

const folder = join(import.meta.dirname, '../../apps/action');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const action = read('action.yml');

test('the tables in the README are those of action.yml (node scripts/action-docs.mjs writes them)', () => {
  expect(read('README.md')).toBe(withTables(read('README.md'), action));
});

test.for(['inputs', 'outputs'] as const)('every one of the %s is described, and has a type', (section) => {
  const entries = readSection(action, section);
  expect(entries.length).toBeGreaterThan(10);
  expect(entries.filter(({ description }) => description === '')).toEqual([]);
  const types = new RegExp(`^${section}:\\n((?: .*\\n)*)`, 'mu').exec(read('action-types.yml'))?.[1] ?? '';
  expect([...types.matchAll(/^ {2}([\w-]+):/gmu)].map(([, name]) => name)).toEqual(entries.map(({ name }) => name));
});

test('defaults are of their type', () => {
  const types = read('action-types.yml');
  for (const { name, preset = '' } of readSection(action, 'inputs')) {
    const block = new RegExp(`^  ${name}:(.*\\n(?: {4}.*\\n)*)`, 'mu').exec(types)?.[1] ?? '';
    const allowed = /^ {4}allowed-values: \[(.*)\]$/mu
      .exec(block)?.[1]
      ?.split(', ')
      .map((value) => value.replaceAll("'", ''));
    const shape =
      allowed === undefined
        ? /boolean/u.test(block)
          ? /^(?:true|false)$/u
          : /integer/u.test(block)
            ? /^\d*$/u
            : /^/u
        : new RegExp(`^(?:${allowed.join('|')})$`, 'u');
    expect(preset, name).toMatch(shape);
  }
});
