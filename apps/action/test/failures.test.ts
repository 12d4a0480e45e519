import { DatapinError } from '@datapin/core';
import { describe, expect, test } from 'vitest';

import { annotationOfError, annotationsOf } from '../src/failures.ts';
import { missingFile, rules } from './missing-file.ts';

test('a complete pull has nothing to say', () => {
  expect(annotationsOf([], rules)).toEqual([]);
});

describe('the three that look alike elsewhere differ in code and in words', () => {
  test('an object that is not on the remote, told at the line that pins it', () => {
    const [annotation] = annotationsOf([missingFile({})], rules);
    expect(annotation).toEqual({
      level: 'error',
      title: 'datapin: object-missing',
      file: 'data/a.csv.dvc',
      line: 2,
      message:
        "1 file is not on the remote 'origin'. Whoever changed the data may not have pushed it yet: run `datapin push` or `dvc push` where the data is.\n" +
        "- 'data/a.csv' (object 900150983cd24fb0d6963f7d28e17f72) is not on remote 'origin' (s3://bucket)\n" +
        'Pinned by data/a.csv.dvc, line 2, at commit 0123456789ab.',
    });
  });

  test('no credentials', () => {
    const [annotation] = annotationsOf(
      [missingFile({ reason: 'no-credentials', code: 'no-credentials', message: "no credentials for remote 'origin'" })],
      rules,
    );
    expect(annotation?.title).toBe('datapin: no-credentials');
    expect(annotation?.message).toContain("there are no credentials for the remote 'origin'. Give the step the secrets");
    expect(annotation?.message).toContain('- data/a.csv: no credentials');
  });

  test('refused credentials', () => {
    const [annotation] = annotationsOf(
      [missingFile({ reason: 'denied', code: 'credentials-refused', message: "remote 'origin' refused them" })],
      rules,
    );
    expect(annotation?.title).toBe('datapin: credentials-refused');
    expect(annotation?.message).toContain("the remote 'origin' refused the credentials");
  });
});

test('each code, remote and metafile has one annotation, whatever the number of files; five are named', () => {
  const missing = [
    ...Array.from({ length: 7 }, (_, index) => missingFile({ path: `data/${index}` })),
    missingFile({ path: 'other', remote: 'second' }),
    missingFile({ path: 'rotten', reason: 'corrupt', code: 'object-corrupt', message: 'rotten is damaged' }),
  ];
  const annotations = annotationsOf(missing, rules);
  expect(annotations.map(({ title }) => title)).toEqual(['datapin: object-missing', 'datapin: object-missing', 'datapin: object-corrupt']);
  expect(annotations[0]?.message).toContain('7 files are not on');
  expect(annotations[0]?.message).toContain('- … and 2 more');
});

test('many metafiles become five annotations and one that counts the rest', () => {
  const missing = Array.from({ length: 30 }, (_, index) =>
    missingFile({ path: `data/${index}`, metafile: { file: `data/${index}.dvc`, line: 2 } }),
  );
  const annotations = annotationsOf(missing, rules);
  expect(annotations).toHaveLength(6);
  expect(annotations.at(-1)).toMatchObject({ level: 'error', message: expect.stringContaining('25 files more') });
});

test('a metafile that is not in the workspace is named, not pointed at', () => {
  const project = { root: '/elsewhere', prefix: '', isInWorkspace: false, placedAt: '' };
  const [annotation] = annotationsOf([missingFile({ project, metafile: { file: 'data/a.csv.dvc', line: undefined } })], rules);
  expect(annotation).not.toHaveProperty('file');
  expect(annotation?.message).toContain('Pinned by data/a.csv.dvc, at commit');
});

test('names cannot begin a line of their own', () => {
  const [annotation] = annotationsOf([missingFile({ path: 'a\n::error::b', message: 'x' })], rules);
  expect(annotation?.message).toContain(String.raw`- a\n::error::b: x`);
});

test('with fail-on-missing: false only what the remote does not have is a warning', () => {
  const missing = [
    missingFile({}),
    missingFile({ reason: 'denied', code: 'credentials-refused' }),
    missingFile({ reason: 'corrupt', code: 'object-corrupt' }),
    missingFile({ reason: 'failed', code: 'remote-unavailable' }),
  ];
  const levels = annotationsOf(missing, { ...rules, failOnMissing: false }).map(({ level, title }) => `${level} ${title}`);
  expect(levels).toEqual([
    'warning datapin: object-missing',
    'error datapin: credentials-refused',
    'error datapin: object-corrupt',
    'error datapin: remote-unavailable',
  ]);
});

test('a fork without secrets is warned, with what helps', () => {
  const missing = [missingFile({ reason: 'no-credentials', code: 'no-credentials' })];
  const [annotation] = annotationsOf(missing, { ...rules, failOnNoCredentials: false, isFromFork: true });
  expect(annotation).toMatchObject({
    level: 'warning',
    message: expect.stringContaining('GitHub gives no secrets to pull requests from forks'),
  });
});

describe('an error that ends the run', () => {
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
