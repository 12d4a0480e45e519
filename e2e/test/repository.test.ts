/** What a newcomer and the CI meet first: the demo, and workflows that GitHub accepts. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../harness/run.ts';

const root = join(import.meta.dirname, '..', '..');
const workflows = join('.github', 'workflows');

test('npm run demo shows the whole way and ends well', async () => {
  const { code, stdout, stderr } = await run('npm', ['run', '--silent', 'demo'], { cwd: root, env: process.env });
  expect(code, stdout + stderr).toBe(0);
  for (const line of ['$ datapin pull', '$ datapin init', '$ datapin add photos', '$ datapin push', 'Data and pipelines are up to date.']) {
    expect(stdout).toContain(line);
  }
});

describe.for(readdirSync(join(root, workflows)))('.github/workflows/%s', (name) => {
  test('actionlint has nothing to say', async () => {
    const { code, stdout, stderr } = await run('actionlint', ['-shellcheck=', '-pyflakes=', join(workflows, name)], {
      cwd: root,
      env: process.env,
    });
    expect(stdout + stderr).toBe('');
    expect(code).toBe(0);
  });

  test('act finds it valid', async () => {
    const { code, stdout, stderr } = await run(
      'act',
      ['--validate', '--strict', '-P', 'ubuntu-latest=-self-hosted', '-W', join(workflows, name)],
      { cwd: root, env: process.env },
    );
    expect(code, stdout + stderr).toBe(0);
  });
});
