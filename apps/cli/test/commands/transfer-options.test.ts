import type { MissingObject } from '@datapin/core';
import { DatapinError } from '@datapin/core';
import { describe, expect, test } from 'vitest';

import { nothingDone, warnMissing, warnWithoutRemote } from '../../src/commands/transfer-options.ts';
import { createPrinter } from '../../src/output/printer.ts';
import { fakeHost } from '../fake-host.ts';

const hash = '900150983cd24fb0d6963f7d28e17f72';

function lost(path: string, of = hash): MissingObject {
  return { path, hash: of, remote: 'store', reason: 'missing', code: 'object-missing', message: `'${path}' is not on remote 'store'` };
}

describe('what is neither here nor on the remote', () => {
  test('is counted and named', () => {
    const { host, err } = fakeHost();
    warnMissing([lost('d', `${hash}.dir`), lost('a'), lost('b')], createPrinter({ ...host, verbosity: 'default' }));
    expect(err()).toBe(
      'WARNING: 1 directory and 2 files are neither in the cache nor on the remote:\n' +
        `  'd' is not on remote 'store' (object ${hash}.dir)\n` +
        `  'a' is not on remote 'store' (object ${hash})\n` +
        `  'b' is not on remote 'store' (object ${hash})\n`,
    );
  });

  test('is not up to date', () => {
    expect(nothingDone('pushed', [])).toBe('Everything is up to date.');
    expect(nothingDone('pushed', [lost('a')])).toBe('Nothing pushed; 1 file is missing.');
    expect(nothingDone('fetched', [lost('a'), lost('b')])).toBe('Nothing fetched; 2 files are missing.');
  });
});

describe('without a default remote', () => {
  function warned(remotes: readonly string[], options: { readonly remote?: string; readonly error?: DatapinError } = {}): string {
    const { host, err } = fakeHost();
    const config = { core: {}, remotes: new Map(remotes.map((name) => [name, {}])) };
    warnWithoutRemote(
      { config },
      { remote: undefined, error: undefined, ...options, printer: createPrinter({ ...host, verbosity: 'default' }) },
    );
    return err();
  }

  test('the hint can be followed', () => {
    expect(warned([])).toContain('hint: `datapin remote add -d <name> <url>` adds one.');
    expect(warned(['store'])).toContain('hint: `datapin remote default <name>` sets one.');
  });

  test('nothing is said where a remote is named, or where the error says it', () => {
    expect(warned(['store'], { remote: 'store' })).toBe('');
    expect(warned([], { error: new DatapinError('no-remote', 'no remote is configured') })).toBe('');
    expect(warned([], { error: new DatapinError('object-corrupt', 'damaged') })).not.toBe('');
  });
});
