import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { DatapinError } from '../src/errors.ts';
import { ioError } from '../src/io-error.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: something, write`), { code, syscall: 'write', errno: -1 });
}

describe('a failed system call', () => {
  it.each([
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EACCES', 'permission-denied'],
    ['EPERM', 'permission-denied'],
    ['EROFS', 'read-only'],
    ['EIO', 'io-failed'],
    ['EWHATEVER', 'io-failed'],
  ])('%s is %s to the user', (errno, code) => {
    expect(ioError(systemError(errno), 'cannot write data.csv')).toMatchObject({
      code,
      message: expect.stringMatching(/^cannot write data\.csv: ./u),
    });
  });

  it('that makes folders on a read-only file system is not taken for a missing one', () => {
    const asNodeTellsIt = Object.assign(new Error('ENOENT: no such file or directory, mkdir'), { code: 'ENOENT', syscall: 'mkdir' });
    expect(ioError(asNodeTellsIt, 'cannot write data.csv')).toMatchObject({ code: 'read-only' });
  });

  it('of Node itself is recognised', () => {
    let error: unknown;
    try {
      readFileSync('/nothing/there');
    } catch (thrown) {
      error = ioError(thrown, 'cannot read it');
    }
    expect(error).toMatchObject({ code: 'io-failed', message: 'cannot read it: no such file or directory' });
  });
});

describe('anything else', () => {
  it('stays what it is', () => {
    const programming = new TypeError('x is not a function');
    const known = new DatapinError('locked', 'locked');
    expect(ioError(programming, 'cannot write')).toBe(programming);
    expect(ioError(known, 'cannot write')).toBe(known);
  });
});
