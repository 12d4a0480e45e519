import type { MissingObject } from '@datapin/core';
import { DatapinError } from '@datapin/core';
import { describe, expect, test } from 'vitest';

import { printReport, reportOf } from '../../src/output/error-report.ts';
import { incomplete } from '../../src/output/incomplete.ts';
import { createPrinter } from '../../src/output/printer.ts';
import { fakeHost } from '../fake-host.ts';

const hash = '900150983cd24fb0d6963f7d28e17f72';

function lost(path: string, code: MissingObject['code'] = 'object-missing', message = 'it is not there'): MissingObject {
  return { path, hash, remote: 'store', reason: code === 'object-missing' ? 'missing' : 'failed', code, message, hint: 'Push it.' };
}

describe('objects that were not transferred', () => {
  test('are named with path, object, remote and reason', () => {
    expect(incomplete([lost('a'), lost('d/b', 'io-failed', 'it broke')], 'download')).toMatchObject({
      code: 'transfer-incomplete',
      message: '2 files failed to download',
      hint: 'Push it.',
      details: [
        { message: `'a': it is not there (object ${hash}, remote 'store')` },
        { message: `'d/b': it broke (object ${hash}, remote 'store')` },
      ],
    });
  });

  const down = "remote 'store': the folder /mnt/x does not exist";
  const unreachable = (path: string, of = hash): MissingObject => ({ ...lost(path, 'remote-unavailable', down), hash: of });

  test("have the remote's reason told once, with their number", () => {
    expect(incomplete([unreachable('d', `${hash}.dir`), unreachable('a'), unreachable('b')], 'download')).toMatchObject({
      code: 'remote-unavailable',
      message: `${down}; 1 directory and 2 files not downloaded`,
      hint: 'Push it.',
      details: [],
    });
  });

  test('have it told once among other reasons, too', () => {
    expect(incomplete([lost('a'), unreachable('b'), unreachable('c')], 'upload')).toMatchObject({
      message: '3 files failed to upload',
      details: [{ message: `'a': it is not there (object ${hash}, remote 'store')` }, { message: `2 files: ${down}` }],
    });
  });

  test('are not named twice where the reason names them', () => {
    const message = `'d/a.csv' (object ${hash}) is not on remote 'store'`;
    expect(incomplete([lost('d/a.csv', 'object-missing', message)], 'download')).toMatchObject({
      message: '1 file failed to download',
      details: [{ message }],
    });
  });

  test('have a common code only where they have one', () => {
    expect(incomplete([lost('a', 'remote-unavailable'), lost('b', 'remote-unavailable')], 'upload')?.code).toBe('remote-unavailable');
    expect(incomplete([lost('a'), lost('b', 'remote-unavailable')], 'upload')?.code).toBe('transfer-incomplete');
  });

  test('are nothing to speak of when there are none', () => {
    expect(incomplete([], 'download')).toBeUndefined();
  });
});

describe('a printed error', () => {
  test('lists twenty details and counts the rest', () => {
    const { host, err } = fakeHost();
    const details = Array.from({ length: 23 }, (_, at) => new DatapinError('object-missing', `file ${at}`));
    printReport(
      createPrinter({ ...host, verbosity: 'default' }),
      reportOf(new DatapinError('transfer-incomplete', '23 files failed', { details, hint: 'try again' })),
    );
    const lines = err().trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual(['ERROR: 23 files failed', '  file 0']);
    expect(lines.slice(-3)).toEqual(['  file 19', '  … and 3 more', 'hint: try again']);
  });

  test('of the operating system is told in words, with the path', () => {
    const error = Object.assign(new Error("EROFS: read-only file system, open '/x/y'"), { code: 'EROFS', path: '/x/y' });
    expect(reportOf(error)).toEqual({ code: 'read-only', message: "the file system is read-only: '/x/y'" });
  });

  test('that nobody foresaw says that it is a bug', () => {
    expect(reportOf(new TypeError('x is not a function'))).toMatchObject({
      code: 'unexpected',
      message: 'unexpected error - x is not a function',
      hint: expect.stringContaining('bug'),
    });
  });
});
