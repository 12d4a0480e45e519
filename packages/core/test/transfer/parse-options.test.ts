import type { OptionSpec, StoragePlugin } from '@datapin/storage';
import { describe, expect, test } from 'vitest';

import type { RemoteConfig } from '../../src/config/config.ts';
import { parseOption, parseRemoteOptions } from '../../src/transfer/parse-options.ts';

const spec = (type: OptionSpec['type'], rest: Partial<OptionSpec> = {}): OptionSpec => ({ type, description: '', ...rest });

const plugin: StoragePlugin = {
  name: 'blob',
  schemes: ['blob'],
  options: { secure: spec('boolean'), timeout: spec('integer'), password: spec('string', { secret: true, choices: ['a'] }) },
  open: () => Promise.reject(new Error('not opened here')),
};

function remote(options: Record<string, string>): RemoteConfig {
  const entries = Object.entries(options).map(([name, value]) => [name, { value, level: 'project', file: undefined }] as const);
  return { name: 'store', url: 'blob://x', options: new Map(entries), tracked: new Set(), local: new Set() };
}

describe('a value by its type', () => {
  test.each([
    ['boolean', 'TRUE', true],
    ['boolean', 'false', false],
    ['boolean', 'yes', undefined],
    ['integer', '12', 12],
    ['integer', '1.5', undefined],
    ['number', '1.5', 1.5],
    ['number', '', undefined],
    ['boolean-or-path', '/etc/ca.pem', '/etc/ca.pem'],
    ['boolean-or-path', 'False', false],
    ['string', '', ''],
  ] as const)('%s %j is %j', (type, text, value) => {
    expect(parseOption(text, spec(type))).toBe(value);
  });

  test('a choice is taken case aside, anything else is refused', () => {
    expect(parseOption('Post', spec('string', { choices: ['put', 'post'] }))).toBe('post');
    expect(parseOption('patch', spec('string', { choices: ['put', 'post'] }))).toBeUndefined();
  });
});

test('options that core reads itself do not reach the plugin', () => {
  expect(parseRemoteOptions(remote({ jobs: '4', verify: 'true', secure: 'true' }), plugin)).toEqual({ secure: true });
});

test('an option that nobody knows is an error that names it and the remote', () => {
  expect(() => parseRemoteOptions(remote({ colour: 'red' }), plugin)).toThrow(/'store'.*'colour'/u);
});

test('a name of the object prototype is not an option', () => {
  expect(() => parseRemoteOptions(remote({ constructor: 'x' }), plugin)).toThrow(/'constructor'/u);
});

test('a value of the wrong type is an error that shows it', () => {
  expect(() => parseRemoteOptions(remote({ timeout: 'soon' }), plugin)).toThrow(
    /'timeout' of remote 'store': 'soon' is not a whole number/u,
  );
});

test('a secret is not shown even when it is wrong', () => {
  expect(() => parseRemoteOptions(remote({ password: 'hunter2' }), plugin)).toThrow(/its value is not one of/u);
});
