import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { checkOutFixture, type FixtureCheckout, readExpected } from '../../../e2e/harness/fixture.ts';
import { type Outcome, run } from '../../../e2e/harness/run.ts';
import { findProgram } from '../../../e2e/servers/server-process.ts';
import { startVersitygw, type Versitygw } from '../../../e2e/servers/versitygw.ts';
import { readAction } from '../harness/runner.ts';

const staged = join(import.meta.dirname, '../../../out/data-pull');
const secret = 'versity-secret-key';

/** What the workflow's last step writes down, and what the runner was told. */
interface Job extends Outcome {
  readonly outputs: Readonly<Record<string, string>>;
  /** Title and text of every error. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** The workspace at the end. */
  readonly workspace: string;
}

const workflow = (given: string, env: string): string => `
on: push
jobs:
  pull:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: org/data-pull@v1
        id: data
        env: { AWS_EC2_METADATA_DISABLED: 'true', ${env} }
        with: { ${given} }
      - if: always()
        env:
          OUTPUTS: \${{ toJSON(steps.data.outputs) }}
        run: |
          printf '%s' "$OUTPUTS" > "$RESULT/outputs.json"
          cp -a . "$RESULT/workspace"
`;

const credentials = 'AWS_ACCESS_KEY_ID: versity-access, AWS_SECRET_ACCESS_KEY: "${{ secrets.KEY }}"';

let server: Versitygw;
let buckets = 0;

beforeAll(async () => {
  if (!existsSync(join(staged, 'action.yml'))) throw new Error(`the Action is not staged in ${staged}: run \`npm run stage:action\``);
  server = await startVersitygw();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Repository extends FixtureCheckout {
  /** The remote's objects as files. */
  readonly bucket: string;
}

/** A repository that real DVC made and pushed, its remote moved to the S3 server. */
async function repositoryOnS3(name: string, rev: string): Promise<Repository> {
  const checkout = await checkOutFixture(name, rev);
  onTestFinished(() => checkout[Symbol.dispose]());
  const bucket = `bucket-${(buckets += 1)}`;
  await server.createBucket(bucket);
  cpSync(join(checkout.dir, 'remote'), join(server.dir, bucket, 'data'), { recursive: true });
  const config = `[core]\n    remote = store\n['remote "store"']\n    url = s3://${bucket}/data\n    endpointurl = ${server.endpoint}\n    region = us-east-1\n`;
  writeFileSync(join(checkout.project, '.dvc', 'config'), config);
  return { ...checkout, [Symbol.dispose]: () => checkout[Symbol.dispose](), bucket: join(server.dir, bucket, 'data') };
}

/** Runs the staged Action as `org/data-pull@v1` in a workflow, by act, without a container and without a network. */
async function runAction(repository: Repository, given: string, env = credentials): Promise<Job> {
  const { dir, work } = repository;
  const result = join(dir, 'result');
  mkdirSync(join(work, '.github/workflows'), { recursive: true });
  mkdirSync(result);
  writeFileSync(join(work, '.github/workflows/pull.yml'), workflow(given, env));
  const quiet = ['--pull=false', '--action-offline-mode', '--no-cache-server', '--json'];
  const mapped = ['-P', 'ubuntu-latest=-self-hosted', '--local-repository', `org/data-pull@v1=${staged}`];
  const args = ['push', '-W', '.github/workflows/pull.yml', ...quiet, ...mapped, '--env', `RESULT=${result}`, '-s', `KEY=${secret}`];
  const path = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':');
  const outcome = await run(findProgram('act'), args, { cwd: work, env: { PATH: path, HOME: join(dir, 'home') } });
  const outputs = join(result, 'outputs.json');
  const said = outcome.stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));
  const told = (command: string): readonly string[] =>
    said.filter((line) => line['command'] === command).map((line) => `${JSON.stringify(line['kvPairs'])} ${String(line['arg'])}`);
  return {
    ...outcome,
    outputs: existsSync(outputs) ? (JSON.parse(readFileSync(outputs, 'utf8')) as Record<string, string>) : {},
    errors: told('error'),
    warnings: told('warning'),
    workspace: join(result, 'workspace'),
  };
}

/** Lines of the log with a secret in them, but for the one that tells the runner to mask it. */
function linesThatShow(job: Job, text: string): readonly string[] {
  return job.stdout.split('\n').filter((line) => line.includes(text) && !line.includes('add-mask'));
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** The object of a tracked file, by its content as real DVC left it. */
function objectOf(repository: Repository, file: string): string {
  const [, md5 = ''] = /md5: '?([0-9a-f]{32})/u.exec(readFileSync(join(repository.project, `${file}.dvc`), 'utf8')) ?? [];
  return join(repository.bucket, 'files/md5', md5.slice(0, 2), md5.slice(2));
}

describe('the staged Action under act, on a repository made by DVC and an S3 server', () => {
  test.for(['01-single-file', '03-dir-mixed', '04-legacy-2x'])('pulls %s as real DVC does and sets every output', async (name) => {
    const rev = name === '04-legacy-2x' ? 'mixed' : 'main';
    const repository = await repositoryOnS3(name, rev);
    const job = await runAction(repository, '');
    expect(job.errors, job.stdout).toEqual([]);
    expect(job.code).toBe(0);
    const pulled = readExpected(name, rev)
      .files.filter((entry) => entry.type === 'file')
      .filter(({ git }) => !git);
    for (const file of pulled) expect(sha256(join(job.workspace, file.path)), file.path).toBe(file.sha256);
    expect(Object.keys(job.outputs).sort()).toEqual([...readAction().outputs].sort());
    expect(job.outputs).toMatchObject({
      'data-hash': expect.stringMatching(/^[0-9a-f]{64}$/u),
      files: String(pulled.length),
      bytes: String(pulled.reduce((sum, { size }) => sum + size, 0)),
      'downloaded-files': expect.stringMatching(/^[1-9]\d*$/u),
      'downloaded-bytes': expect.stringMatching(/^\d+$/u),
      'cache-result': 'off',
      complete: 'true',
      missing: '[]',
      roots: '["."]',
    });
  });

  test('pulls only its targets', async () => {
    const repository = await repositoryOnS3('01-single-file', 'main');
    const job = await runAction(repository, 'targets: hello.txt, jobs: 2');
    expect(job.code, job.stdout).toBe(0);
    expect(job.outputs).toMatchObject({ files: '1', 'downloaded-files': '1', complete: 'true' });
    expect(existsSync(join(job.workspace, 'hello.txt'))).toBe(true);
  });

  test('takes credentials from its settings, and shows them to nobody', async () => {
    const repository = await repositoryOnS3('01-single-file', 'main');
    const config = '"remote.store.access_key_id=versity-access\\nremote.store.secret_access_key=versity-secret-key"';
    const job = await runAction(repository, `config: ${config}`, 'AWS_REGION: us-east-1');
    expect(job.code, job.stdout).toBe(0);
    expect(job.outputs).toMatchObject({ complete: 'true' });
    expect(linesThatShow(job, secret)).toEqual([]);
  });
});

describe('it fails in different words', () => {
  test('object-missing: one object was not pushed; the others are brought all the same', async () => {
    const repository = await repositoryOnS3('01-single-file', 'main');
    rmSync(objectOf(repository, 'hello.txt'));
    const job = await runAction(repository, '');
    expect(job.code).toBe(1);
    expect(job.errors.join('\n')).toContain('datapin: object-missing');
    expect(job.errors.join('\n')).toContain("1 file is not on the remote 'store'");
    expect(job.outputs['complete']).toBe('false');
    expect(JSON.parse(job.outputs['missing'] ?? '')).toEqual([
      { path: 'hello.txt', md5: expect.stringMatching(/^[0-9a-f]{32}$/u), remote: 'store', reason: 'missing' },
    ]);
    expect(Number(job.outputs['files'])).toBeGreaterThan(0);
  });

  test('object-missing as a warning, where the workflow says so', async () => {
    const repository = await repositoryOnS3('01-single-file', 'main');
    rmSync(objectOf(repository, 'hello.txt'));
    const job = await runAction(repository, "fail-on-missing: 'false'");
    expect(job.code, job.stdout).toBe(0);
    expect(job.warnings.join('\n')).toContain('datapin: object-missing');
    expect(job.outputs).toMatchObject({ complete: 'false', missing: expect.stringContaining('"hello.txt"') });
  });

  test('no-credentials: the step was given none', async () => {
    const job = await runAction(await repositoryOnS3('01-single-file', 'main'), '', 'AWS_REGION: us-east-1');
    expect(job.code).toBe(1);
    expect(job.errors.join('\n')).toContain('datapin: no-credentials');
    expect(job.errors.join('\n')).toContain("there are no credentials for the remote 'store'");
    expect(job.outputs).toMatchObject({ complete: 'false', files: '0', missing: expect.stringContaining('"no-credentials"') });
  });

  test('credentials-refused: the server does not accept them', async () => {
    const wrong = 'AWS_ACCESS_KEY_ID: versity-access, AWS_SECRET_ACCESS_KEY: not-the-right-one';
    const job = await runAction(await repositoryOnS3('01-single-file', 'main'), '', wrong);
    expect(job.code).toBe(1);
    expect(job.errors.join('\n')).toContain('datapin: credentials-refused');
    expect(job.errors.join('\n')).toContain("the remote 'store' refused the credentials");
    expect(job.outputs).toMatchObject({ complete: 'false', missing: expect.stringContaining('"denied"') });
    expect(linesThatShow(job, 'not-the-right-one')).toEqual([]);
  });

  test('object-corrupt: the bytes are not those that are pinned, and are not kept', async () => {
    const repository = await repositoryOnS3('01-single-file', 'main');
    const object = objectOf(repository, 'hello.txt');
    chmodSync(object, 0o644);
    writeFileSync(
      object,
      readFileSync(object).map((byte, index) => (index === 0 ? byte ^ 1 : byte)),
    );
    const job = await runAction(repository, '');
    expect(job.code).toBe(1);
    expect(job.errors.join('\n')).toContain('datapin: object-corrupt');
    expect(existsSync(join(job.workspace, 'hello.txt'))).toBe(false);
  });

  test('usage: an input that is not understood; every output is set', async () => {
    const job = await runAction(await repositoryOnS3('01-single-file', 'main'), "jobs: 'many'");
    expect(job.code).toBe(1);
    expect(job.errors.join('\n')).toContain('datapin: usage');
    expect(job.outputs).toMatchObject({ 'data-hash': '', files: '0', complete: 'false', missing: '[]' });
  });

  test('not-a-repository: nothing was checked out where it looks', async () => {
    const repository = await repositoryOnS3('01-single-file', 'main');
    rmSync(join(repository.work, '.dvc'), { recursive: true });
    const job = await runAction(repository, '');
    expect(job.code).toBe(1);
    expect(job.errors.join('\n')).toContain('datapin: not-a-repository');
  });
});
