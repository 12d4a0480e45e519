/** The packages as npm would publish them, installed in an empty folder, on every Node they promise to run on, and on one too old. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mustRun, run, type Outcome } from '../harness/run.ts';
import { openSandbox, type Sandbox } from '../harness/sandbox.ts';
import { startVersitygw, type Versitygw } from '../servers/versitygw.ts';

const root = join(import.meta.dirname, '..', '..');
const packed = ['apps/cli', 'packages/storage', 'packages/storage-s3'];
const contents = 'pulled by the packed program\n';

let sandbox: Sandbox;
let s3: Versitygw;
let env: NodeJS.ProcessEnv;
let program: string;

beforeAll(async () => {
  sandbox = openSandbox('packed');
  s3 = await startVersitygw();
  await s3.createBucket('packed');
  env = { ...sandbox.env, AWS_ACCESS_KEY_ID: s3.accessKey, AWS_SECRET_ACCESS_KEY: s3.secretKey, AWS_DEFAULT_REGION: 'us-east-1' };
  // nothing installed by this test may come from where the workspace's plugins are linked
  delete env['DATAPIN_PLUGIN_DIR'];

  const tarballs = mkdtempSync(join(tmpdir(), 'datapin-tarballs-'));
  // npm and pnpm need the machine's own settings to reach a registry
  for (const folder of packed)
    await mustRun('pnpm', ['pack', '--pack-destination', tarballs], { cwd: join(root, folder), env: process.env });
  const folder = join(sandbox.dir, 'installed');
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const files = readdirSync(tarballs).map((name) => join(tarballs, name));
  await mustRun('npm', ['install', '--silent', '--no-audit', '--no-fund', ...files], { cwd: folder, env: process.env });
  rmSync(tarballs, { recursive: true });
  program = join(folder, 'node_modules', 'datapin', 'bin', 'datapin.mjs');

  const origin = join(sandbox.dir, 'origin');
  mkdirSync(origin);
  const options = { cwd: origin, env };
  writeFileSync(join(origin, 'file.txt'), contents);
  await mustRun('git', ['init', '-q'], options);
  await mustRun('dvc', ['init', '-q'], options);
  await mustRun('dvc', ['remote', 'add', '-q', '-d', 'store', 's3://packed/store'], options);
  await mustRun('dvc', ['remote', 'modify', 'store', 'endpointurl', s3.endpoint], options);
  await mustRun('dvc', ['add', '-q', 'file.txt'], options);
  await mustRun('dvc', ['push', '-q'], options);
  await mustRun('git', ['add', '-A'], options);
  await mustRun('git', ['commit', '-q', '-m', 'data'], options);
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
  sandbox[Symbol.dispose]();
});

async function pullWith(node: string, name: string): Promise<Outcome & { readonly work: string }> {
  const work = join(sandbox.dir, name);
  await mustRun('git', ['clone', '-q', join(sandbox.dir, 'origin'), work], { cwd: sandbox.dir, env });
  return { ...(await run(node, [program, 'pull'], { cwd: work, env })), work };
}

describe.for([
  { name: 'Node 22.13', node: 'node-22.13' },
  { name: 'Node 24', node: process.execPath },
])('on $name', ({ name, node }) => {
  test('the installed program and plugin pull from S3 and say nothing but what they did', async () => {
    const { code, stderr, work } = await pullWith(node, name.replace(' ', '-'));
    expect(code, stderr).toBe(0);
    expect(readFileSync(join(work, 'file.txt'), 'utf8')).toBe(contents);
    expect(stderr).not.toMatch(/warning|experimental/iu);
  });
});

test('Node 20 gets one sentence', async () => {
  const { code, stdout, stderr } = await pullWith('node-20', 'node-20');
  expect(code).not.toBe(0);
  expect(`${stdout}${stderr}`.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain('22.13');
});

test('the packages hold what they need and nothing else', async () => {
  const names = readdirSync(join(program, '..', '..'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
  expect(names.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))).toEqual([]);
  expect(names).toContain('LICENSE');
});
