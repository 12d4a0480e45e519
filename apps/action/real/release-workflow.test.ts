import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { findProgram } from '../../../e2e/servers/server-process.ts';

const root = join(import.meta.dirname, '../../..');
const workflow = join(root, '.github/workflows/release-action.yml');

test('actionlint takes the workflow that releases', () => {
  const { status, stdout } = spawnSync(findProgram('actionlint'), ['-no-color', workflow], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, '']);
});

test('act takes it, strictly', () => {
  const home = mkdtempSync(join(tmpdir(), 'act-'));
  const args = ['workflow_dispatch', '--validate', '--strict', '-W', workflow];
  const { status, stderr } = spawnSync(findProgram('act'), args, {
    cwd: root,
    env: { PATH: '/usr/bin:/bin', HOME: home },
    encoding: 'utf8',
  });
  rmSync(home, { recursive: true });
  expect(status, stderr).toBe(0);
});

test('it runs nothing of others that can move', () => {
  const used = [...readFileSync(workflow, 'utf8').matchAll(/uses: (\S+)/gu)].map(([, name = '']) => name);
  expect(used.length).toBeGreaterThan(3);
  expect(used.filter((name) => !/@[0-9a-f]{40}$/u.test(name))).toEqual([]);
});

test('only the job that installs nothing has the credential', () => {
  const [, build = '', release = ''] =
    /\n {2}build:\n(.*?)\n {2}release:\n(.*)$/su.exec(readFileSync(workflow, 'utf8').replaceAll(/\n\s*#.*/gu, '')) ?? [];
  expect(build).not.toContain('secrets.');
  expect(release).toContain('secrets.ACTION_REPOSITORY_TOKEN');
  expect(release).not.toMatch(/npm|npx|pnpm/u);
});
