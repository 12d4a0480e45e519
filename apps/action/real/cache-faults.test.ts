import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';

import { freePort } from '../../../e2e/servers/server-process.ts';
import type { CacheFault } from '../harness/cache-fault.ts';
import { type CacheService, type CacheServiceOptions, startCacheService } from '../harness/cache-service.ts';
import type { CacheEntry } from '../harness/cache-store.ts';
import { tokenFor } from '../harness/cache-token.ts';
import { type DataRepository, makeDataRepository, md5 } from '../harness/data-repository.ts';
import { eventOf } from '../harness/events.ts';
import { type Job, readAction, startJob, type StepResult } from '../harness/runner.ts';

// Whatever the cache service does: the data is complete and right, the step is green, and soon. Without a cache it comes from the remote.

const contents = { 'a.txt': 'first file', data: { 'x.txt': 'x'.repeat(300_000), 'deep/y.txt': 'y' } };
const main = 'refs/heads/main';
/** The repository of all tests, and a service that has its data. */
let repository: DataRepository;
let filled: CacheService;

beforeAll(async () => {
  repository = await makeDataRepository();
  repository.pin(contents);
  await repository.commit('data');
  filled = await startCacheService();
  using job = startJob({
    workspace: repository.work,
    event: eventOf('push to main', 'private'),
    cache: { url: filled.url, token: tokenFor(main) },
  });
  await job.main();
  await job.post();
  if (filled.entries().length !== 2) throw new Error('the cache was not filled');
});
afterAll(async () => {
  filled.check();
  await filled[Symbol.asyncDispose]();
  repository[Symbol.dispose]();
});

/** Tests run side by side here: each cleans up after itself by its own context. */
type Scope = Pick<TestContext, 'onTestFinished'>;

/** A service of its own for each test, with the data or without. */
async function newService(
  { onTestFinished }: Scope,
  { withData, ...options }: CacheServiceOptions & { readonly withData: boolean },
): Promise<CacheService> {
  const service = await startCacheService(options);
  if (withData) service.adopt(filled.entries());
  onTestFinished(async () => {
    await service[Symbol.asyncDispose]();
    service.check();
  });
  return service;
}

/** A job in a new checkout of the repository. */
async function newJob(
  { onTestFinished }: Scope,
  service: Pick<CacheService, 'url'>,
  source = repository,
): Promise<Job & { readonly workspace: string }> {
  const workspace = join(source.dir, `checkout-${randomUUID()}`);
  await source.git('clone', '-q', source.work, workspace);
  const job = startJob({ workspace, event: eventOf('push to main', 'private'), cache: { url: service.url, token: tokenFor(main) } });
  onTestFinished(() => job[Symbol.dispose]());
  return { ...job, workspace, [Symbol.dispose]: () => job[Symbol.dispose]() };
}

function expectComplete(step: StepResult, workspace: string): void {
  expect(step.code, step.log).toBe(0);
  expect(Object.keys(step.outputs).sort()).toEqual([...readAction().outputs].sort());
  expect(step.outputs).toMatchObject({ complete: 'true', files: '3' });
  expect(readFileSync(join(workspace, 'a.txt'), 'utf8')).toBe(contents['a.txt']);
  expect(readFileSync(join(workspace, 'data/x.txt'), 'utf8')).toBe(contents.data['x.txt']);
  expect(readFileSync(join(workspace, 'data/deep/y.txt'), 'utf8')).toBe(contents.data['deep/y.txt']);
}

describe.concurrent('a service in a good way', () => {
  test('gives everything: nothing is downloaded, nothing is saved again', async (scope) => {
    const service = await newService(scope, { withData: true });
    const job = await newJob(scope, service);
    const step = await job.main();
    expectComplete(step, job.workspace);
    expect(step.outputs).toMatchObject({ 'cache-hit': 'true', 'cache-result': 'exact', 'downloaded-files': '0', 'downloaded-bytes': '0' });
    expect((await job.post())?.code).toBe(0);
    expect(service.requests().filter(({ operation }) => operation === 'reserve')).toEqual([]);
    expect(await repository.git('-C', job.workspace, 'status', '--porcelain')).toBe('');
  });

  test('gives everything also where archives come in one piece', async (scope) => {
    const service = await newService(scope, { withData: true, servesParts: false });
    const job = await newJob(scope, service);
    const step = await job.main();
    expectComplete(step, job.workspace);
    expect(step.outputs).toMatchObject({ 'cache-hit': 'true', 'cache-result': 'exact', 'downloaded-files': '0' });
  });

  test('one changed file of a directory: the older entry gives the rest, one object and its listing are downloaded', async (scope) => {
    const service = await newService(scope, { withData: true });
    using changed = await makeDataRepository();
    changed.pin({ ...contents, data: { ...contents.data, 'deep/y.txt': 'changed' } });
    await changed.commit('changed');
    const job = await newJob(scope, service, changed);
    const step = await job.main();
    expect(step.code, step.log).toBe(0);
    expect(readFileSync(join(job.workspace, 'data/deep/y.txt'), 'utf8')).toBe('changed');
    expect(step.outputs).toMatchObject({ 'cache-result': 'partial', 'cache-hit': 'false', complete: 'true', 'downloaded-files': '1' });
    await job.post();
    expect(service.requests().filter(({ operation }) => operation === 'finalize')).toHaveLength(1);
  });
});

describe.concurrent('a service in a bad way costs the cache, not the step', () => {
  const faults: readonly CacheFault[] = [
    { on: 'lookup', kind: 500 },
    { on: 'lookup', kind: 503 },
    { on: 'lookup', kind: 429 },
    { on: 'lookup', kind: 403 },
    { on: 'lookup', kind: 'html' },
    { on: 'lookup', kind: 'hang' },
    { on: 'lookup', kind: 'reset' },
    { on: 'download', kind: 500 },
    { on: 'download', kind: 404 },
    { on: 'download', kind: 403 },
    { on: 'download', kind: 'html' },
    { on: 'download', kind: 'cut' },
    { on: 'download', kind: 'stall' },
    { on: 'download', kind: 'hang' },
    { on: 'download', kind: 'reset' },
  ];

  test.for(faults)('$kind on $on', async (fault, scope) => {
    const service = await newService(scope, { withData: true });
    service.fail(fault);
    const job = await newJob(scope, service);
    const step = await job.main({ 'cache-timeout': '2' });
    expectComplete(step, job.workspace);
    expect(step.outputs).toMatchObject({ 'cache-hit': 'false', 'downloaded-files': '3' });
    expect(step.outputs['cache-result']).toMatch(/^(?:unavailable|miss)$/u);
    expect((await job.post())?.code).toBe(0);
  });

  test.for(['cut', 'stall'] as const)('%s in the middle of an archive that comes in one piece', async (kind, scope) => {
    const service = await newService(scope, { withData: true, servesParts: false });
    service.fail({ on: 'download', kind });
    const job = await newJob(scope, service);
    const step = await job.main({ 'cache-timeout': '2' });
    expectComplete(step, job.workspace);
    expect(step.outputs['cache-result']).toBe('unavailable');
  });

  test.for<CacheFault>([
    { on: 'lookup', kind: 503, times: 1 },
    { on: 'download', kind: 500, times: 1 },
    { on: 'download', kind: 'reset', times: 1 },
    { on: 'download', kind: 'cut', times: 2 },
  ])('$kind on $on that is over at the next try is not noticed', async (fault, scope) => {
    const service = await newService(scope, { withData: true });
    service.fail(fault);
    const job = await newJob(scope, service);
    const step = await job.main();
    expectComplete(step, job.workspace);
    expect(step.outputs).toMatchObject({ 'cache-hit': 'true', 'downloaded-files': '0' });
  });

  test('refused: nobody listens', async (scope) => {
    const job = await newJob(scope, { url: `http://127.0.0.1:${await freePort()}/` });
    const step = await job.main();
    expectComplete(step, job.workspace);
    expect(step.outputs['cache-result']).toBe('unavailable');
    expect((await job.post())?.code).toBe(0);
  });

  test.for<CacheFault>([
    { on: 'reserve', kind: 500 },
    { on: 'reserve', kind: 429 },
    { on: 'reserve', kind: 403 },
    { on: 'reserve', kind: 'html' },
    { on: 'reserve', kind: 'reset' },
    { on: 'upload', kind: 403 },
    { on: 'finalize', kind: 500 },
    { on: 'finalize', kind: 'html' },
  ])('$kind on $on: nothing is saved, the post step is green', async (fault, scope) => {
    const service = await newService(scope, { withData: false });
    service.fail(fault);
    const job = await newJob(scope, service);
    expectComplete(await job.main({ 'cache-timeout': '3' }), job.workspace);
    const post = await job.post();
    expect(post?.code, post?.log).toBe(0);
    expect(post?.commands.filter(({ name }) => name === 'error')).toEqual([]);
    expect(service.entries()).toEqual([]);
  });

  test('somebody else saves the same meanwhile', async (scope) => {
    const service = await newService(scope, { withData: false });
    const job = await newJob(scope, service);
    await job.main();
    service.adopt(filled.entries());
    const post = await job.post();
    expect(post?.code).toBe(0);
    expect(post?.commands.filter(({ name }) => name === 'error' || name === 'warning')).toEqual([]);
    expect(service.entries()).toHaveLength(2);
  });
});

describe.concurrent('an entry that is not what it should be', () => {
  function bytesOf(service: CacheService, entry: CacheEntry): Buffer {
    return Buffer.concat(service.archive(entry).map((file) => readFileSync(file)));
  }

  async function afterReplacing(scope: Scope, change: (archive: Buffer) => Uint8Array): Promise<StepResult> {
    const service = await newService(scope, { withData: true });
    for (const entry of service.entries()) service.replace(entry, change(bytesOf(service, entry)));
    const job = await newJob(scope, service);
    const step = await job.main({ 'cache-timeout': '20' });
    expectComplete(step, job.workspace);
    for (const content of [contents['a.txt'], ...Object.values(contents.data)]) {
      const hash = md5(content);
      expect(readFileSync(join(job.workspace, '.dvc/cache/files/md5', hash.slice(0, 2), hash.slice(2)), 'utf8')).toBe(content);
    }
    return step;
  }

  test('poisoned: other bytes under the same names are refused and downloaded', async (scope) => {
    const step = await afterReplacing(scope, (archive) =>
      zstdCompressSync(
        Buffer.from(
          zstdDecompressSync(archive).toString('latin1').replace('first file', 'FIRST FILE').replaceAll('xxxx', 'oooo'),
          'latin1',
        ),
      ),
    );
    expect(step.outputs).toMatchObject({ 'cache-hit': 'false' });
    expect(Number(step.outputs['downloaded-files'])).toBeGreaterThanOrEqual(2);
    expect(step.log).toMatch(/damaged|not what/iu);
  });

  test.for<readonly [string, (archive: Buffer) => Uint8Array]>([
    ['truncated', (archive) => archive.subarray(0, archive.length >> 1)],
    ['empty', () => Buffer.alloc(0)],
    ['noise', () => Buffer.from('this is no archive'.repeat(1000))],
    ['compressed noise', () => zstdCompressSync(Buffer.alloc(100_000, 'noise'))],
    ['zeros', () => zstdCompressSync(Buffer.alloc(100_000))],
    ['one bit flipped', (archive) => archive.map((byte, index) => (index === archive.length - 20 ? byte ^ 8 : byte))],
    ['the archive ends within an object', (archive) => zstdCompressSync(zstdDecompressSync(archive).subarray(0, 515))],
  ])('%s: downloaded', async ([, change], scope) => {
    const step = await afterReplacing(scope, change);
    expect(step.outputs).toMatchObject({ complete: 'true' });
  });

  test('a local cache whose objects were changed between the steps is not saved', async (scope) => {
    const service = await newService(scope, { withData: false });
    const job = await newJob(scope, service);
    await job.main();
    const hash = md5(contents['a.txt']);
    const object = join(job.workspace, '.dvc/cache/files/md5', hash.slice(0, 2), hash.slice(2));
    rmSync(object); // it is read-only
    writeFileSync(object, 'FIRST FILE');
    const post = await job.post();
    expect(post?.code).toBe(0);
    for (const entry of service.entries()) expect(zstdDecompressSync(bytesOf(service, entry)).includes('FIRST FILE')).toBe(false);
  });
});
