import { DatapinError } from '@datapin/core';
import { describe, expect, test } from 'vitest';

import { annotationOfError, annotationsOf } from '../src/failures.ts';
import { missingObject, pullResult } from './pull-result.ts';

test('a complete pull has nothing to say', () => {
  expect(annotationsOf(pullResult({}), true)).toEqual([]);
});

describe('the three that look alike elsewhere differ in code and in words', () => {
  test('an object that is not on the remote', () => {
    const [annotation] = annotationsOf(pullResult({ missing: [missingObject({})] }), true);
    expect(annotation).toEqual({
      level: 'error',
      title: 'datapin: object-missing',
      message:
        "1 file is not on the remote 'origin'. Whoever changed the data may not have pushed it yet: run `datapin push` or `dvc push` where the data is.\n" +
        "- 'data/a.csv' (object 900150983cd24fb0d6963f7d28e17f72) is not on remote 'origin' (s3://bucket)",
    });
  });

  test('no credentials', () => {
    const missing = [missingObject({ reason: 'no-credentials', code: 'no-credentials', message: "no credentials for remote 'origin'" })];
    const [annotation] = annotationsOf(pullResult({ missing }), true);
    expect(annotation?.title).toBe('datapin: no-credentials');
    expect(annotation?.message).toContain("there are no credentials for the remote 'origin'. Give the step the secrets");
    expect(annotation?.message).toContain('- data/a.csv: no credentials');
  });

  test('refused credentials', () => {
    const missing = [missingObject({ reason: 'denied', code: 'credentials-refused', message: "remote 'origin' refused them" })];
    const [annotation] = annotationsOf(pullResult({ missing }), true);
    expect(annotation?.title).toBe('datapin: credentials-refused');
    expect(annotation?.message).toContain("the remote 'origin' refused the credentials");
  });
});

test('each code and each remote has one annotation, whatever the number of files; five are named', () => {
  const missing = [
    ...Array.from({ length: 7 }, (_, index) => missingObject({ path: `data/${index}` })),
    missingObject({ path: 'other', remote: 'second' }),
    missingObject({ path: 'rotten', reason: 'corrupt', code: 'object-corrupt', message: 'rotten is damaged' }),
  ];
  const annotations = annotationsOf(pullResult({ missing }), true);
  expect(annotations.map(({ title }) => title)).toEqual(['datapin: object-missing', 'datapin: object-missing', 'datapin: object-corrupt']);
  expect(annotations[0]?.message).toContain('7 files are not on');
  expect(annotations[0]?.message.split('\n').at(-1)).toBe('- … and 2 more');
});

test('with fail-on-missing: false only what the remote does not have is a warning', () => {
  const missing = [
    missingObject({}),
    missingObject({ reason: 'denied', code: 'credentials-refused' }),
    missingObject({ reason: 'corrupt', code: 'object-corrupt' }),
    missingObject({ reason: 'failed', code: 'remote-unavailable' }),
  ];
  const levels = annotationsOf(pullResult({ missing }), false).map(({ level, title }) => `${level} ${title}`);
  expect(levels).toEqual([
    'warning datapin: object-missing',
    'error datapin: credentials-refused',
    'error datapin: object-corrupt',
    'error datapin: remote-unavailable',
  ]);
});

test('what is in the cache and yet not in place is told by itself', () => {
  const [annotation] = annotationsOf(pullResult({ failed: ['data'] }), true);
  expect(annotation).toEqual({ level: 'error', title: 'datapin: checkout-incomplete', message: '1 file is not in place:\n- data' });
});

describe('an error that ends the pull', () => {
  test('is told with its code, its hint and what is behind it', () => {
    const error = new DatapinError('no-remote', 'no remote is configured', {
      hint: 'Add one.',
      details: [new DatapinError('usage', 'first')],
    });
    expect(annotationOfError(error)).toEqual({
      level: 'error',
      title: 'datapin: no-remote',
      message: 'no remote is configured\nAdd one.\n- first',
    });
  });

  test('that nobody foresaw is called a bug', () => {
    expect(annotationOfError(new TypeError('x is not a function'))).toMatchObject({
      title: 'datapin: unexpected',
      message: 'x is not a function\nThis is a bug in datapin; please report it.',
    });
  });
});
