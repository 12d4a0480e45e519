import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { keepOutputs, runWorkflow, type WorkflowOptions, type WorkflowRun } from '../harness/act.ts';
import { type CacheService, startCacheService } from '../harness/cache-service.ts';
import { tokenFor } from '../harness/cache-token.ts';
import { type Content, type DataRepository, makeDataRepository } from '../harness/data-repository.ts';
import { type EventName, eventOf } from '../harness/events.ts';
import { type S3Remote, startS3Remote } from '../harness/s3-remote.ts';

// The staged Action in workflows, by act: a real runner's order of steps, files, events and expressions; an S3 server, the cache service's stand-in, no network.

const main = 'refs/heads/main';
let s3: S3Remote;
let service: CacheService;

beforeAll(async () => {
  s3 = await startS3Remote();
  service = await startCacheService();
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});
afterEach(() => service.check());

async function newRepository(data: Readonly<Record<string, Content>>): Promise<DataRepository> {
  const repository = await makeDataRepository(await s3.bucket());
  onTestFinished(() => repository[Symbol.dispose]());
  repository.pin(data);
  await repository.commit('data');
  return repository;
}

interface JobOptions extends Partial<WorkflowOptions> {
  /** Lines of `with:`. */
  readonly inputs?: readonly string[];
  readonly on?: EventName;
  readonly credentials?: boolean;
  /** What runs after the pull, where the data is. */
  readonly last?: string;
}

/** One job that checks out, pulls, leaves its outputs, and keeps the workspace's data in `$RESULT/data`. */
async function runJob(
  repository: DataRepository,
  { inputs = [], on = 'push to main', credentials = true, last = 'true', ...rest }: JobOptions = {},
): Promise<WorkflowRun> {
  const event = eventOf(on, 'private');
  const given = inputs.length === 0 ? '' : `\n        with:\n${inputs.map((line) => `          ${line}`).join('\n')}`;
  const workflow = `on: [${event.name}]
jobs:
  pull:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: org/data-pull@v1
        id: data${given}
${keepOutputs()}
      - if: always()
        run: |
          ${last}`;
  const run = await runWorkflow({
    work: repository.work,
    workflow,
    event,
    cache: { url: service.url, token: tokenFor(on === 'push to main' ? main : event.ref) },
    ...rest,
    env: { ...rest.env, ...(credentials ? s3.credentials : {}) },
  });
  onTestFinished(() => run[Symbol.dispose]());
  return run;
}

/** Requests for data since the last call. */
function objectRequests(): readonly string[] {
  return s3.requests().filter((request) => request.startsWith('GetObject'));
}

const keepData = 'cp -a . "$RESULT/data"';

describe('the Actions cache', () => {
  const data = { 'one.txt': 'one', 'two.txt': 'two', images: { 'a.jpg': 'a', 'b.jpg': 'b', 'sub/c.jpg': 'c' } };

  test('cold: all is downloaded and saved; warm: nothing is downloaded; one changed pin: only its object', async () => {
    const repository = await newRepository(data);
    objectRequests();
    const cold = await runJob(repository);
    expect(cold.code, cold.log).toBe(0);
    expect(cold.outputs()).toMatchObject({
      'cache-hit': 'false',
      'cache-result': 'miss',
      'downloaded-files': '5',
      files: '5',
      complete: 'true',
    });
    expect(objectRequests()).toHaveLength(6); // five files and a directory object

    const warm = await runJob(repository, { last: keepData });
    expect(warm.code, warm.log).toBe(0);
    expect(warm.outputs()).toMatchObject({
      'cache-hit': 'true',
      'cache-result': 'exact',
      'downloaded-files': '0',
      'downloaded-bytes': '0',
      complete: 'true',
    });
    expect(objectRequests()).toEqual([]);
    expect(readFileSync(join(warm.result, 'data/images/sub/c.jpg'), 'utf8')).toBe('c');

    repository.pin({ images: { ...data.images, 'b.jpg': 'changed' } });
    await repository.commit('changed');
    const changed = await runJob(repository);
    expect(changed.outputs()).toMatchObject({ 'cache-hit': 'false', 'cache-result': 'partial', 'downloaded-files': '1', complete: 'true' });
    expect(objectRequests()).toHaveLength(2); // the file, and the directory object that names it
    expect((await runJob(repository)).outputs()).toMatchObject({ 'cache-hit': 'true', 'cache-result': 'exact' });
    expect(objectRequests()).toEqual([]);
  });

  test('a poisoned entry is refused, and its objects are downloaded', async () => {
    const repository = await newRepository({ 'good.txt': 'the right bytes' });
    await runJob(repository);
    const entry = service.entries().at(-1);
    if (entry === undefined) throw new Error('nothing was saved');
    const archive = zstdDecompressSync(Buffer.concat(service.archive(entry).map((file) => readFileSync(file)))).toString('latin1');
    service.replace(entry, zstdCompressSync(Buffer.from(archive.replace('the right bytes', 'the wrong bytes'), 'latin1')));
    objectRequests();
    const run = await runJob(repository, { last: keepData });
    expect(run.code, run.log).toBe(0);
    expect(run.outputs()).toMatchObject({ 'cache-hit': 'false', 'downloaded-files': '1', complete: 'true' });
    expect(run.told('warning').join('\n')).toContain('cache-damaged');
    expect(readFileSync(join(run.result, 'data/good.txt'), 'utf8')).toBe('the right bytes');
    expect(objectRequests()).toHaveLength(1);
  });

  test("a fork's pull request has no secrets: what the default branch saved is enough, and without it there is a clear notice", async () => {
    const repository = await newRepository({ 'known.txt': 'saved by the default branch' });
    await runJob(repository);
    objectRequests();
    const served = await runJob(repository, { on: 'pull request from a fork', credentials: false });
    expect(served.code, served.log).toBe(0);
    expect(served.outputs()).toMatchObject({ 'cache-hit': 'true', complete: 'true', 'downloaded-files': '0' });
    repository.pin({ 'new.txt': 'never seen before' });
    await repository.commit('more');
    const lacking = await runJob(repository, { on: 'pull request from a fork', credentials: false });
    expect(lacking.code, lacking.log).toBe(0);
    expect(lacking.outputs()).toMatchObject({ complete: 'false', missing: expect.stringContaining('no-credentials') });
    expect(lacking.told('warning').join('\n')).toContain('GitHub gives no secrets to pull requests from forks');
    expect(objectRequests()).toEqual([]);
  });
});

describe('what is pulled', () => {
  test('the shards of a matrix share nothing and make up the whole', async () => {
    const files = Object.fromEntries(Array.from({ length: 23 }, (_, index) => [`part-${index}.bin`, 'x'.repeat(index * 100 + 1)]));
    const repository = await newRepository({ data: files, 'single.txt': 'single', 'other.txt': 'other' });
    const workflow = `on: push
jobs:
  pull:
    strategy:
      matrix: { shard: [1, 2, 3] }
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: org/data-pull@v1
        id: data
        with:
          shard: \${{ matrix.shard }}/3
      - env:
          MANIFEST: \${{ steps.data.outputs.manifest }}
        run: |
          cp "$MANIFEST" "$RESULT/\${{ matrix.shard }}.json"
          find data single.txt other.txt -type f 2>/dev/null | sort > "$RESULT/\${{ matrix.shard }}.txt" || true`;
    const run = await runJob(repository, { workflow });
    expect(run.code, run.log).toBe(0);
    const shards = [1, 2, 3].map((shard) =>
      readFileSync(join(run.result, `${shard}.txt`), 'utf8')
        .trim()
        .split('\n'),
    );
    const all = [...Object.keys(files).map((name) => `data/${name}`), 'single.txt', 'other.txt'].sort();
    expect(shards.flat().sort()).toEqual(all);
    const sizes = [1, 2, 3].map((shard) => {
      const manifest = JSON.parse(readFileSync(join(run.result, `${shard}.json`), 'utf8')) as {
        readonly files: readonly { readonly size: number }[];
      };
      return manifest.files.reduce((sum, { size }) => sum + size, 0);
    });
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(1.2);
  });

  test('rev: the data of a tag, beside what is checked out', async () => {
    const repository = await newRepository({ 'a.txt': 'first' });
    await repository.git('tag', 'v1');
    repository.pin({ 'a.txt': 'second' });
    const second = await repository.commit('second');
    const run = await runJob(repository, { inputs: ['rev: v1', 'path: old'], last: keepData });
    expect(run.code, run.log).toBe(0);
    expect(readFileSync(join(run.result, 'data/old/a.txt'), 'utf8')).toBe('first');
    expect(existsSync(join(run.result, 'data/a.txt'))).toBe(false);
    expect(run.outputs()['rev']).not.toBe(second);
  });

  test('repository: the data of another repository at a tag', async () => {
    const registry = await newRepository({ cats: { 'felix.jpg': 'felix' }, dogs: { 'rex.jpg': 'rex' } });
    await registry.git('tag', 'v2.1.0');
    const repository = await newRepository({ 'own.txt': 'own' });
    const inputs = [`repository: file://${registry.work}`, 'rev: v2.1.0', 'targets: cats', 'path: inputs'];
    const run = await runJob(repository, { inputs, last: keepData });
    expect(run.code, run.log).toBe(0);
    expect(run.outputs()).toMatchObject({ files: '1', complete: 'true' });
    expect(readFileSync(join(run.result, 'data/inputs/cats/felix.jpg'), 'utf8')).toBe('felix');
    expect(existsSync(join(run.result, 'data/own.txt'))).toBe(false);
  });
});

describe('mode: check', () => {
  test('fails a pull request whose data was not pushed, and names commit and file; downloads nothing', async () => {
    const repository = await newRepository({ 'pushed.txt': 'pushed', images: { 'a.jpg': 'a' } });
    repository.pin({ 'forgotten.txt': 'never pushed' }, { push: false });
    const commit = await repository.commit('forgot to push');
    objectRequests();
    const run = await runJob(repository, {
      on: 'pull request',
      inputs: ['mode: check'],
      event: eventOf('pull request', 'private', { head: commit }),
    });
    expect(run.code, run.log).toBe(1);
    const [error = '', ...others] = run.told('error').filter((text) => text.includes('datapin'));
    expect(others).toEqual([]);
    expect(error).toContain('datapin: object-missing');
    expect(error).toContain('"file":"forgotten.txt.dvc"');
    expect(error).toContain(commit.slice(0, 7));
    expect(error).toMatch(/push/u);
    expect(JSON.parse(run.outputs()['missing'] ?? '')).toMatchObject([{ path: 'forgotten.txt', reason: 'missing' }]);
    expect(objectRequests().filter((request) => !request.endsWith('.dir'))).toEqual([]);

    repository.pin({ 'forgotten.txt': 'never pushed' }); // now it is
    const again = await runJob(repository, { on: 'pull request', inputs: ['mode: check'] });
    expect(again.code, again.log).toBe(0);
    expect(again.outputs()).toMatchObject({ complete: 'true', missing: '[]' });
  });
});

describe('a cancelled job', () => {
  test('leaves nothing half done, and the next run has all', async () => {
    const repository = await newRepository({ 'a.txt': 'a', data: { 'b.txt': 'b' } });
    service.fail({ on: 'lookup', kind: 'hang', times: 2 });
    const workflow = `on: push
jobs:
  pull:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: org/data-pull@v1
      - run: touch "$RESULT/went-on"
      - if: always()
        run: git status --porcelain --ignored > "$RESULT/status"`;
    const cancelled = await runJob(repository, {
      workflow,
      onLine({ msg = '' }, act) {
        if (msg.includes('The Actions cache is on')) setTimeout(act.cancel, 300);
      },
    });
    expect(cancelled.code, cancelled.log).not.toBe(0);
    expect(existsSync(join(cancelled.result, 'went-on'))).toBe(false);
    const status = join(cancelled.result, 'status');
    const left = existsSync(status)
      ? readFileSync(status, 'utf8')
          .split('\n')
          .filter((line) => line !== '' && !/ \.dvc\/(?:tmp|cache)\/$/u.test(line))
      : [];
    expect(left.filter((line) => !line.includes('.github/'))).toEqual([]);
    service.rest();
    const run = await runJob(repository);
    expect(run.code, run.log).toBe(0);
    expect(run.outputs()).toMatchObject({ complete: 'true', files: '2' });
  });
});

test("PyGMT's shape, 172 files with a pin each: a warm run downloads nothing, a changed pin costs one download", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 172 }, (_, index) => [`baseline/test_${index}.png`, `image ${index}`.repeat(1000)]),
  );
  const repository = await newRepository(files);
  objectRequests();
  const cold = await runJob(repository);
  expect(cold.code, cold.log).toBe(0);
  expect(objectRequests()).toHaveLength(172);
  expect(service.entries().length).toBeGreaterThan(0);

  const started = performance.now();
  const warm = await runJob(repository);
  const seconds = (performance.now() - started) / 1000;
  expect(warm.outputs(), warm.log).toMatchObject({ files: '172', 'downloaded-files': '0', 'cache-hit': 'true' });
  expect(objectRequests()).toEqual([]);
  const step = warm.steps.find(({ stage, step: name }) => stage === 'Main' && name.includes('data-pull'))?.seconds ?? Number.NaN;
  process.stdout.write(
    `172 pins, warm, under act: the whole run ${seconds.toFixed(2)} s, the step ${step.toFixed(2)} s (the goal is 3 s)\n`,
  );

  repository.pin({ 'baseline/test_7.png': 'a new baseline' });
  await repository.commit('new baseline');
  const changed = await runJob(repository);
  expect(changed.outputs(), changed.log).toMatchObject({ files: '172', 'downloaded-files': '1', complete: 'true' });
  expect(objectRequests()).toHaveLength(1);
});
