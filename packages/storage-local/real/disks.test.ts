import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

/** Runs try-disk.ts in a mount namespace of its own, on a small file system made for it. */
function tryDisk(options: string, readOnly: boolean): { readonly results: unknown; readonly files: string } {
  const folder = mkdtempSync(join(tmpdir(), 'disk-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const script = [
    'set -e',
    `mount -t tmpfs -o ${options} disk "$1"`,
    'echo content > "$1/there"',
    ...(readOnly ? ['mount -o remount,ro "$1"'] : []),
    '"$2" -C @datapin/source "$3" "$1"',
    'cd "$1" && find . -name ".*.tmp" -o -name large',
  ].join('\n');
  const program = join(import.meta.dirname, 'try-disk.ts');
  const run = spawnSync('unshare', ['-rm', 'sh', '-c', script, 'sh', folder, process.execPath, program], { encoding: 'utf8' });
  expect(run.status, run.stderr).toBe(0);
  const [line = '', ...files] = run.stdout.split('\n');
  return { results: JSON.parse(line), files: files.join('') };
}

test('a full disk is quota-exceeded, and the half-written object gives its space back', () => {
  const { results, files } = tryDisk('size=1m', false);
  expect(results).toEqual({ read: 'done', tooLarge: 'quota-exceeded', small: 'done', filling: 'quota-exceeded', remove: 'done' });
  expect(files).toBe('');
});

test('a disk out of inodes is quota-exceeded', () => {
  const { results } = tryDisk('size=10m,nr_inodes=20', false);
  expect(results).toMatchObject({ tooLarge: 'done', small: 'done', filling: 'quota-exceeded' });
});

test('a read-only disk can be read, anything else is forbidden', () => {
  const { results } = tryDisk('size=1m', true);
  expect(results).toEqual({ read: 'done', tooLarge: 'forbidden', small: 'forbidden', filling: 'forbidden', remove: 'done' });
});
