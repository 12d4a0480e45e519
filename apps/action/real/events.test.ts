import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, test, type TestContext } from 'vitest';

import { type CacheService, startCacheService } from '../harness/cache-service.ts';
import { readOnlyTokenFor, tokenFor } from '../harness/cache-token.ts';
import { type DataRepository, makeDataRepository } from '../harness/data-repository.ts';
import { type EventName, eventNames, eventOf, type Visibility } from '../harness/events.ts';
import { type Job, readAction, startJob, type StepResult } from '../harness/runner.ts';
import { type S3Remote, startS3Remote } from '../harness/s3-remote.ts';

// What started the run, who can see the repository, what opens the remote, and what the cache input says: every combination that decides
// about the Actions cache and about failing. The rules stand in the README; this is their table.

let s3: S3Remote;
let service: CacheService;
let cells = 0;

beforeAll(async () => {
  s3 = await startS3Remote();
  service = await startCacheService();
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});
afterEach(() => service.check());

const remotes = ['open', 'with credentials', 'without credentials'] as const;
type RemoteKind = (typeof remotes)[number];

/** Tests run side by side here: each cleans up after itself by its own context. */
type Scope = Pick<TestContext, 'onTestFinished'>;

async function repositoryOn(kind: RemoteKind, name: string, { onTestFinished }: Scope): Promise<DataRepository> {
  const repository = await makeDataRepository(kind === 'open' ? undefined : await s3.bucket());
  onTestFinished(() => repository[Symbol.dispose]());
  repository.pin({ 'a.txt': `first file of ${name}`, data: { 'x.txt': 'x', 'deep/y.txt': 'y' } });
  await repository.commit('data');
  return repository;
}

interface Cell {
  readonly event: EventName;
  readonly visibility?: Visibility | undefined;
  readonly remote?: RemoteKind;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly token?: string;
  readonly service?: boolean;
}

interface Outcome {
  readonly step: StepResult;
  readonly post: StepResult | undefined;
  /** Whether the cache was asked, and whether anything was saved. */
  readonly asked: boolean;
  readonly saved: boolean;
  readonly work: string;
}

/** A job of its own: main, then post, with keys that no other cell has. */
async function run(cell: Cell, scope: Scope): Promise<Outcome> {
  const { event: name, visibility, remote = 'open', inputs = {}, env = {}, token, service: on = true } = cell;
  const prefix = `cell${(cells += 1)}`;
  const repository = await repositoryOn(remote, prefix, scope);
  const event = eventOf(name, visibility);
  const job: Job = startJob({
    workspace: repository.work,
    event,
    // what is checked out is what the event is about
    env: {
      GITHUB_SHA: (await repository.git('rev-parse', 'HEAD')).trim(),
      ...(remote === 'with credentials' ? s3.credentials : {}),
      ...env,
    },
    ...(on ? { cache: { url: service.url, token: token ?? tokenFor(event.ref) } } : {}),
  });
  scope.onTestFinished(() => job[Symbol.dispose]());
  const step = await job.main({ 'cache-prefix': prefix, ...inputs });
  const post = await job.post();
  const mine = service.requests().filter(({ key }) => key.startsWith(`${prefix}-`));
  return {
    step,
    post,
    asked: mine.some(({ operation }) => operation === 'lookup'),
    saved: mine.some(({ operation }) => operation === 'finalize'),
    work: repository.work,
  };
}

/** Every output is set, whatever happened, and no step of ours ends by a crash. */
function expectAllOutputs({ step, post }: Outcome): void {
  expect(Object.keys(step.outputs).sort(), step.log).toEqual([...readAction().outputs].sort());
  expect(step.log).not.toContain('datapin: unexpected');
  expect(post?.code, post?.log).toBe(0);
}

const uncached: ReadonlySet<EventName> = new Set([
  'push of a tag',
  'release',
  'pull_request_target from a fork',
  'workflow_run after a fork',
]);
const writing: ReadonlySet<EventName> = new Set(['push to main', 'schedule', 'workflow_dispatch', 'repository_dispatch']);

describe.concurrent('with all inputs left alone', () => {
  const cellsOf = (...kinds: readonly RemoteKind[]): readonly (Cell & { readonly remote: RemoteKind })[] =>
    eventNames.flatMap((event) =>
      (['public', 'private'] as const).flatMap((visibility) => kinds.map((remote) => ({ event, visibility, remote }))),
    );
  /** Whether the cache is to be asked: not where others cause the run, not where it would make public what is not. */
  const asks = ({ event, visibility, remote }: Cell): boolean => !uncached.has(event) && !(visibility === 'public' && remote !== 'open');

  test.for(cellsOf('open', 'with credentials'))('$event, $visibility repository, remote $remote', async (cell, scope) => {
    const outcome = await run(cell, scope);
    expectAllOutputs(outcome);
    expect(outcome.step.code, outcome.step.log).toBe(0);
    expect(outcome.step.outputs).toMatchObject({
      complete: 'true',
      missing: '[]',
      files: '3',
      'downloaded-files': '3',
      'cache-hit': 'false',
    });
    expect(existsSync(join(outcome.work, 'data/deep/y.txt'))).toBe(true);
    expect({ asked: outcome.asked, saved: outcome.saved, result: outcome.step.outputs['cache-result'] }, outcome.step.log).toEqual({
      asked: asks(cell),
      saved: asks(cell) && writing.has(cell.event),
      result: asks(cell) ? 'miss' : 'off',
    });
  });

  test.for(cellsOf('without credentials'))('$event, $visibility repository, remote $remote', async (cell, scope) => {
    const isForgiven = cell.event === 'pull request from a fork';
    const outcome = await run(cell, scope);
    expectAllOutputs(outcome);
    expect(outcome.step.code, outcome.step.log).toBe(isForgiven ? 0 : 1);
    const told = outcome.step.commands
      .filter(({ name }) => name === (isForgiven ? 'warning' : 'error'))
      .map(({ properties }) => properties['title']);
    expect(told).toContain('datapin: no-credentials');
    expect(outcome.step.outputs).toMatchObject({ complete: 'false', missing: expect.stringContaining('no-credentials'), files: '0' });
    expect({ asked: outcome.asked, saved: outcome.saved }).toEqual({ asked: asks(cell), saved: false });
  });
});

describe.concurrent('with the inputs cache and cache-write', () => {
  const saves = { asked: true, saved: true };
  const restores = { asked: true, saved: false };
  const nothing = { asked: false, saved: false };

  test.for<readonly [EventName, Visibility, RemoteKind, Readonly<Record<string, string>>, typeof saves]>([
    ['push to main', 'public', 'with credentials', { cache: 'true' }, saves],
    ['push to main', 'public', 'with credentials', { cache: 'restore-only' }, restores],
    ['push to main', 'private', 'with credentials', { cache: 'false' }, nothing],
    ['push to main', 'private', 'with credentials', { cache: 'true', 'cache-write': 'never' }, restores],
    ['push to main', 'private', 'open', { 'cache-write': 'never' }, restores],
    ['push to a branch', 'private', 'with credentials', { cache: 'true' }, restores],
    ['push to a branch', 'private', 'with credentials', { 'cache-write': 'always' }, saves],
    ['push to a branch', 'public', 'open', { cache: 'true', 'cache-write': 'always' }, saves],
    ['push of a tag', 'private', 'open', { cache: 'true' }, restores],
    ['push of a tag', 'private', 'open', { 'cache-write': 'always' }, nothing],
    ['release', 'public', 'open', { cache: 'true', 'cache-write': 'always' }, saves],
    ['pull request', 'public', 'open', { 'cache-write': 'always' }, saves],
    ['pull request from a fork', 'public', 'open', { cache: 'true', 'cache-write': 'always' }, restores],
    ['pull request from a fork', 'private', 'without credentials', { cache: 'true' }, restores],
    ['pull_request_target from a fork', 'public', 'open', { cache: 'true', 'cache-write': 'always' }, restores],
    ['workflow_run after a fork', 'public', 'open', { cache: 'restore-only' }, restores],
    ['merge_group', 'private', 'open', { cache: 'true' }, restores],
    ['schedule', 'public', 'with credentials', { cache: 'true' }, saves],
  ])('%s, %s repository, remote %s, %j', async ([event, visibility, remote, inputs, expected], scope) => {
    const outcome = await run({ event, visibility, remote, inputs }, scope);
    expectAllOutputs(outcome);
    expect({ asked: outcome.asked, saved: outcome.saved }, outcome.step.log + outcome.post?.log).toEqual(expected);
  });

  test.for(['check', 'plan'])('mode: %s asks no cache', async (mode, scope) => {
    const outcome = await run({ event: 'push to main', visibility: 'private', inputs: { mode, cache: 'true' } }, scope);
    expectAllOutputs(outcome);
    expect(outcome).toMatchObject(nothing);
    expect(existsSync(join(outcome.work, 'a.txt'))).toBe(false);
  });
});

describe.concurrent('with circumstances', () => {
  const main = { event: 'push to main', visibility: 'private' } as const;

  test('a runner of its own keeps its disk: the cache is off', async (scope) => {
    const outcome = await run({ ...main, env: { RUNNER_ENVIRONMENT: 'self-hosted' } }, scope);
    expectAllOutputs(outcome);
    expect(outcome).toMatchObject({ asked: false, saved: false, step: { code: 0, outputs: { 'cache-result': 'off', complete: 'true' } } });
  });

  test('cache-dir takes its place', async (scope) => {
    const shared = await makeDataRepository();
    scope.onTestFinished(() => shared[Symbol.dispose]());
    const outcome = await run({ ...main, inputs: { 'cache-dir': join(shared.dir, 'shared cache') } }, scope);
    expectAllOutputs(outcome);
    expect(outcome).toMatchObject({ asked: false, saved: false, step: { code: 0, outputs: { 'cache-result': 'off', complete: 'true' } } });
    expect(existsSync(join(shared.dir, 'shared cache/files/md5'))).toBe(true);
    expect(existsSync(join(outcome.work, '.dvc/cache'))).toBe(false);
  });

  test('no cache service: nothing is tried', async (scope) => {
    const outcome = await run({ ...main, service: false }, scope);
    expectAllOutputs(outcome);
    expect(outcome.step).toMatchObject({ code: 0, outputs: { 'cache-result': 'unavailable', complete: 'true' } });
    expect(outcome.step.sightings.filter(({ kind }) => kind === 'connect')).toEqual([]);
  });

  test('a service without a token: nothing is tried', async (scope) => {
    const outcome = await run({ ...main, env: { ACTIONS_RUNTIME_TOKEN: undefined } }, scope);
    expectAllOutputs(outcome);
    expect(outcome).toMatchObject({ asked: false, step: { code: 0, outputs: { 'cache-result': 'unavailable', complete: 'true' } } });
  });

  test.for([
    ['none', false, false],
    ['read', true, false],
    ['write', true, true],
    ['write-only', false, true],
  ] as const)('ACTIONS_CACHE_MODE=%s', async ([mode, asked, saved], scope) => {
    const outcome = await run({ ...main, env: { ACTIONS_CACHE_MODE: mode } }, scope);
    expectAllOutputs(outcome);
    expect(outcome.step.code, outcome.step.log).toBe(0);
    expect({ asked: outcome.asked, saved: outcome.saved }).toEqual({ asked, saved });
  });

  test('a token that only reads: nothing is saved, and nobody is alarmed', async (scope) => {
    const outcome = await run({ ...main, token: readOnlyTokenFor('refs/heads/main') }, scope);
    expectAllOutputs(outcome);
    expect(outcome).toMatchObject({ asked: true, saved: false, step: { code: 0 } });
    expect([...outcome.step.commands, ...(outcome.post?.commands ?? [])].filter(({ name }) => /^(?:error|warning)$/u.test(name))).toEqual(
      [],
    );
  });

  test.for<Readonly<Record<string, string | undefined>>>([
    { GITHUB_EVENT_PATH: undefined },
    { GITHUB_EVENT_PATH: '/nowhere/event.json' },
    { GITHUB_EVENT_NAME: undefined, GITHUB_EVENT_PATH: undefined, GITHUB_REF: undefined, GITHUB_REPOSITORY: undefined },
  ])('an event that nobody tells of: %j', async (env, scope) => {
    const outcome = await run({ event: 'push to main', env }, scope);
    expectAllOutputs(outcome);
    expect(outcome.step).toMatchObject({ code: 0, outputs: { complete: 'true' } });
  });

  test('a payload without a repository, as act has it, is taken for a public one', async (scope) => {
    const outcome = await run({ event: 'push to main', remote: 'with credentials' }, scope);
    expectAllOutputs(outcome);
    expect(outcome).toMatchObject({ asked: false, saved: false, step: { code: 0 } });
  });

  test('a server of their own is not on the internet: unknown visibility counts as private; its cache speaks version 1', async (scope) => {
    const outcome = await run(
      {
        event: 'push to main',
        remote: 'with credentials',
        env: { GITHUB_SERVER_URL: 'https://ghes.example.com', GITHUB_API_URL: 'https://ghes.example.com/api/v3' },
      },
      scope,
    );
    expectAllOutputs(outcome);
    expect(outcome.step).toMatchObject({ code: 0, outputs: { 'cache-result': 'unavailable', complete: 'true' } });
  });
});

describe.concurrent('with pins of a stranger where secrets are at hand', () => {
  /** A job that has checked out the fork's own commit. */
  async function atForksHead(event: EventName, inputs: Readonly<Record<string, string>>, scope: Scope): Promise<StepResult> {
    const repository = await repositoryOn('open', event, scope);
    const head = (await repository.git('rev-parse', 'HEAD')).trim();
    using job = startJob({ workspace: repository.work, event: eventOf(event, 'public', { head }) });
    return await job.main(inputs);
  }

  test.for(['pull_request_target from a fork', 'workflow_run after a fork'] as const)('%s: refused', async (event, scope) => {
    const step = await atForksHead(event, {}, scope);
    expect(step.code).toBe(1);
    expect(step.log).toContain('allow-unsafe-pr-data');
    expect(step.outputs).toMatchObject({ complete: 'false', files: '0' });
    expect(Object.keys(step.outputs).sort()).toEqual([...readAction().outputs].sort());
  });

  test.for(['pull_request_target from a fork', 'workflow_run after a fork'] as const)(
    '%s: allowed where the workflow says so',
    async (event, scope) => {
      const step = await atForksHead(event, { 'allow-unsafe-pr-data': 'true' }, scope);
      expect(step.code, step.log).toBe(0);
      expect(step.outputs).toMatchObject({ complete: 'true' });
    },
  );

  test.for(['pull request', 'pull request from a fork'] as const)('%s has none, and is served', async (event, scope) => {
    expect(await atForksHead(event, {}, scope)).toMatchObject({ code: 0, outputs: { complete: 'true' } });
  });
});

describe.concurrent('whatever the outcome, every output is set', () => {
  test.for<readonly [string, Readonly<Record<string, string>>, number]>([
    ['an input that is not understood', { mode: 'push' }, 1],
    ['a target that is not pinned', { targets: 'nothing.dvc' }, 1],
    ['a remote that is not there', { remote: 'elsewhere' }, 1],
    ['a folder that is not there', { 'working-directory': 'nowhere' }, 1],
    ['a revision that is not there', { rev: 'v9.9.9' }, 1],
    ['a config that is not understood', { config: 'remote.store' }, 1],
    ['a shard that cannot be', { shard: '5/4' }, 1],
    ['a fetch', { mode: 'fetch' }, 0],
    ['a plan', { mode: 'plan' }, 0],
    ['a check', { mode: 'check' }, 0],
    ['one of two shards', { shard: '2/2' }, 0],
  ])('%s', async ([, inputs, code], scope) => {
    const outcome = await run({ event: 'push to main', visibility: 'private', inputs }, scope);
    expectAllOutputs(outcome);
    expect(outcome.step.code, outcome.step.log).toBe(code);
    expect(outcome.step.outputs['complete']).toMatch(/^(?:true|false)$/u);
    expect(outcome.step.outputs['cache-hit']).toMatch(/^(?:true|false)$/u);
    for (const name of ['missing', 'cache-keys', 'roots'])
      expect(Array.isArray(JSON.parse(outcome.step.outputs[name] ?? '')), name).toBe(true);
  });
});
