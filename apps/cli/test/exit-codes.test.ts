import { DatapinError, type ErrorCode } from '@datapin/core';
import { expect, test } from 'vitest';

import { UsageError } from '../src/arguments/usage-error.ts';
import { commands } from '../src/commands/registry.ts';
import { exitCodeOf } from '../src/exit-codes.ts';

/** As real DVC 3.67.1 answers. */
test.each<[string, ErrorCode, number]>([
  ['push', 'unknown-target', 1],
  ['pull', 'unknown-remote', 1],
  ['add', 'locked', 1],
  ['status', 'locked', 255],
  ['status', 'unknown-target', 1],
  ['checkout', 'unsaved-changes', 255],
  ['checkout', 'locked', 255],
  ['check-ignore', 'usage', 255],
  ['list', 'git-failed', 1],
  ['diff', 'unknown-revision', 1],
  ['init', 'already-initialised', 1],
  ['remote add', 'remote-exists', 251],
  ['remote remove', 'unknown-remote', 251],
  ['pull', 'invalid-config', 251],
  ['push', 'unsupported-scheme', 255],
  ['add', 'read-only', 255],
  ['add', 'disk-full', 255],
  ['pull', 'permission-denied', 255],
  ['push', 'plugin-missing', 255],
  ['add', 'not-a-repository', 253],
  ['pull', 'cancelled', 252],
])('%s that fails with %s ends with %i', async (path, code, exitCode) => {
  const command = await commands.find((entry) => entry.path === path)?.load();
  if (command === undefined) throw new Error(`there is no command ${path}`);
  expect(exitCodeOf(new DatapinError(code, 'x'), command.failureCode, command.exitCodes)).toBe(exitCode);
});

test('wrong words on the command line end with 254 for every command', () => {
  expect(exitCodeOf(new UsageError('x'), 1)).toBe(254);
});

test('what nobody foresaw ends with 255', () => {
  expect(exitCodeOf(new TypeError('x'), 1)).toBe(255);
});
