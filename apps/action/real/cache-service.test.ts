import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as toolkit from '@actions/cache';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { type CacheService, startCacheService } from '../harness/cache-service.ts';
import { cacheToken, readOnlyTokenFor, tokenFor } from '../harness/cache-token.ts';

// The stand-in for GitHub's service is judged by GitHub's own client: what that one sends is understood, and nothing else.

const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'workspace-')));
const data = join(workspace, 'data');
const main = 'refs/heads/main';
const pull = 'refs/pull/7/merge';
let service: CacheService;

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true); // the client talks to the runner
  mkdirSync(data);
  service = await startCacheService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  rmSync(workspace, { recursive: true });
});
beforeEach(() => {
  for (const entry of service.entries()) service.evict(entry);
  service.rest();
  Object.assign(process.env, {
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: workspace,
    ACTIONS_RESULTS_URL: service.url,
    ACTIONS_CACHE_SERVICE_V2: 'True',
  });
  as(tokenFor(main));
});
afterEach(() => service.check());

function as(token: string): void {
  process.env['ACTIONS_RUNTIME_TOKEN'] = token;
}

async function save(key: string, content: string): Promise<number> {
  writeFileSync(join(data, 'file'), content);
  return toolkit.saveCache([data], key);
}

/** The key that was found and what the file held. */
async function restore(key: string, ...restoreKeys: readonly string[]): Promise<readonly [string | undefined, string | undefined]> {
  writeFileSync(join(data, 'file'), 'as before');
  const found = await toolkit.restoreCache([data], key, [...restoreKeys]);
  return [found, readFileSync(join(data, 'file'), 'utf8')];
}

describe('keys', () => {
  test('an exact key is found', async () => {
    expect(await save('data-1', 'one')).toBeGreaterThan(0);
    expect(await restore('data-1')).toEqual(['data-1', 'one']);
    expect(service.requests().map(({ operation, outcome }) => `${operation} ${outcome}`)).toEqual([
      'reserve ok',
      'upload ok',
      'finalize ok',
      'lookup hit',
      'download ok',
    ]);
  });

  test('a key begins like another; the newest counts', async () => {
    await save('data-1', 'one');
    await save('data-2', 'two');
    expect(await restore('data-3', 'other-', 'data-')).toEqual(['data-2', 'two']);
    expect(await restore('data-')).toEqual(['data-2', 'two']);
    expect(await restore('data-1', 'data-')).toEqual(['data-1', 'one']);
  });

  test('an entry never changes', async () => {
    await save('data-1', 'one');
    expect(await save('data-1', 'changed')).toBe(-1);
    expect(await restore('data-1')).toEqual(['data-1', 'one']);
  });

  test('other paths are another version', async () => {
    await save('data-1', 'one');
    expect(await toolkit.restoreCache([join(workspace, 'elsewhere')], 'data-1')).toBe(undefined);
  });
});

describe('scopes', () => {
  test("a pull request reads the default branch's caches, after its own; nobody reads those of a pull request", async () => {
    await save('data-1', 'of main');
    as(tokenFor(pull));
    expect(await restore('data-1')).toEqual(['data-1', 'of main']);
    await save('data-1', 'of the pull request');
    expect(await restore('data-1')).toEqual(['data-1', 'of the pull request']);
    as(tokenFor('refs/heads/other'));
    expect(await restore('data-1')).toEqual(['data-1', 'of main']);
    as(tokenFor(main));
    expect(await restore('data-1')).toEqual(['data-1', 'of main']);
  });

  test('a token that only reads saves nothing', async () => {
    as(readOnlyTokenFor(main));
    expect(await save('data-1', 'one')).toBe(-1);
    expect(service.entries()).toEqual([]);
    expect(service.requests()).toEqual([{ operation: 'reserve', key: 'data-1', outcome: 'denied' }]);
  });

  test('a token that reads nothing gets nothing', async () => {
    await save('data-1', 'one');
    as(cacheToken([{ ref: main, access: 'write' }]));
    expect(await restore('data-1')).toEqual([undefined, 'as before']);
  });
});

test('a large archive comes in blocks', async () => {
  const large = join(data, 'large');
  for (let megabytes = 0; megabytes < 130; megabytes += 10) writeFileSync(large, randomBytes(10 * 2 ** 20), { flag: 'a' });
  const before = createHash('md5').update(readFileSync(large)).digest('hex');
  await toolkit.saveCache([large], 'large');
  expect(service.requests().filter(({ outcome }) => outcome === 'block').length).toBeGreaterThan(1);
  rmSync(large);
  expect(await toolkit.restoreCache([large], 'large')).toBe('large');
  expect(createHash('md5').update(readFileSync(large)).digest('hex')).toBe(before);
  rmSync(large);
});

describe('what goes wrong', () => {
  test('a cut download is a miss', async () => {
    await save('data-1', 'one');
    service.fail({ on: 'download', kind: 'cut' });
    expect((await restore('data-1'))[0]).toBe(undefined);
  });

  test('429 is not tried again', async () => {
    service.fail({ on: 'lookup', kind: 429 });
    expect((await restore('data-1'))[0]).toBe(undefined);
    expect(service.requests().map(({ outcome }) => outcome)).toEqual(['429']);
  });

  test('a request that the service does not know is told', async () => {
    const response = await fetch(`${service.url}twirp/github.actions.results.api.v1.CacheService/DeleteCacheEntry`, { method: 'POST' });
    expect(response.status).toBe(400);
    expect(() => service.check()).toThrow('no such method: DeleteCacheEntry');
  });
});
