import { describe, expect, test } from 'vitest';

import { checkName, checkScheme, schemeOf, unscopedName, variablePrefixOf } from '../src/names.ts';

describe('a package name', () => {
  test.for(['blob', 'datapin-storage-blob', '@acme/datapin-storage-blob', 'a.b_c-1', 'x'.repeat(214)])('%s is one', (name) => {
    expect(() => checkName(name)).not.toThrow();
  });

  test.for([
    '',
    'Blob',
    '.blob',
    '_blob',
    '-blob',
    'a b',
    'a/b',
    '@acme',
    '@acme/',
    '@/blob',
    '@acme/../x',
    '../x',
    'a/../../x',
    'blob\n',
    'böb',
    'a%2fb',
    "it's",
    'node_modules',
    'favicon.ico',
    'fs',
    'x'.repeat(215),
  ])('%j is none', (name) => {
    expect(() => checkName(name)).toThrow(/^(?:'|the name)/u);
  });
});

describe('a URL scheme', () => {
  test.for(['blob', 'x', 'git+ssh', 'a-b.c2'])('%s is one', (scheme) => {
    expect(() => checkScheme(scheme)).not.toThrow();
  });

  test.for(['', 'Blob', '2fast', 'a b', 'a_b', 'a://', 'blob\n'])('%j is none', (scheme) => {
    expect(() => checkScheme(scheme)).toThrow('is no URL scheme');
  });

  test.for(['s3', 'http', 'local', 'remote', 'file'])('%s is taken', (scheme) => {
    expect(() => checkScheme(scheme)).toThrow('has a meaning already');
  });
});

test('a name suggests a scheme', () => {
  const suggestions = ['datapin-storage-blob', '@acme/datapin-storage-blob', 'storage-blob', 'datapin-blob', 'blob'].map(schemeOf);
  expect(suggestions).toEqual(Array.from({ length: 5 }, () => 'blob'));
  expect(['datapin-storage-s3', '@acme/storage-', 'my_blob', '7zip'].map(schemeOf)).toEqual([undefined, undefined, undefined, undefined]);
});

test('the folder is the name without its scope', () => {
  expect([unscopedName('@acme/blob'), unscopedName('blob')]).toEqual(['blob', 'blob']);
});

test('environment variables begin with the scheme', () => {
  expect([variablePrefixOf('blob'), variablePrefixOf('git+ssh')]).toEqual(['BLOB', 'GIT_SSH']);
});
