import type { Storage, StoragePlugin } from '@datapin/storage';
import { describe, expect, test } from 'vitest';

import { type GuaranteeResult, memoryPlugin, planSuite, runSuite, type StorageUnderTest, testAtRemote } from '../src/run.ts';
import { httpStorePlugin } from './http-store/plugin.ts';
import { startHttpStore, storeToken } from './http-store/server.ts';

let remotes = 0;

function memory(more: Partial<StorageUnderTest> = {}): StorageUnderTest {
  return {
    plugin: memoryPlugin(),
    start: async () => ({
      emptyRemote: async () => ({ url: `memory://runs-${(remotes += 1)}` }),
      secrets: ['hunter2'],
      [Symbol.asyncDispose]: async () => {},
    }),
    ...more,
  };
}

/** The memory plugin with some methods replaced. */
function changed(change: Record<string, unknown>): StoragePlugin {
  const plugin = memoryPlugin();
  return { ...plugin, open: async (remote, host) => ({ ...(await plugin.open(remote, host)), ...change }) };
}

async function run(underTest: StorageUnderTest, ...ids: readonly string[]): Promise<readonly GuaranteeResult[]> {
  const results: GuaranteeResult[] = [];
  for await (const result of runSuite(underTest, { select: ({ id }) => ids.includes(id) })) results.push(result);
  return results;
}

describe('a run tells', () => {
  test('what is kept', async () => {
    expect(await run(memory(), 'stat/size')).toMatchObject([{ id: 'stat/size', area: 'stat', verdict: 'kept' }]);
  });

  test('what is broken, why, and where to look, without secrets', async () => {
    const stat = (): Promise<never> => Promise.reject(new Error('failed', { cause: new Error('login of me:hunter2 failed') }));
    const [result] = await run(memory({ plugin: changed({ stat }) }), 'stat/size');
    expect(result).toMatchObject({ verdict: 'broken', reason: 'failed: login of me:*** failed', look: '`stat`' });
  });

  test('what deviates, with the declared reason', async () => {
    const plugin = changed({ stat: async (key: string) => ({ key, size: 1 }) });
    const [result] = await run(memory({ plugin, deviations: { 'stat/*': 'it does not know' } }), 'stat/size');
    expect(result).toMatchObject({ verdict: 'deviates', reason: 'it does not know' });
  });

  test('that a deviation is over', async () => {
    const [result] = await run(memory({ deviations: { 'stat/size': 'it does not know' } }), 'stat/size');
    expect(result).toMatchObject({ verdict: 'broken', reason: 'the promise is kept: take this deviation out' });
  });

  test('nothing of that where it deviates sometimes', async () => {
    const [result] = await run(memory({ deviations: { 'stat/size': { reason: 'it lags', sometimes: true } } }), 'stat/size');
    expect(result).toMatchObject({ verdict: 'kept' });
  });

  test('what is not offered, and what is not tried', async () => {
    const lacks = { list: 'it is an archive', refusedRemote: 'everybody may' };
    const results = await run(memory({ plugin: changed({ list: undefined }), lacks }), 'listing/nothing', 'errors/refused');
    expect(results.map(({ id, verdict, need, reason }) => [id, verdict, need, reason])).toEqual([
      ['listing/nothing', 'not-offered', 'list', 'it is an archive'],
      ['errors/refused', 'not-tried', 'refusedRemote', 'everybody may'],
    ]);
  });

  test('that something is offered although it was declared as lacking', async () => {
    const [result] = await run(memory({ lacks: { list: 'it is an archive' } }), 'listing/nothing');
    expect(result).toMatchObject({ verdict: 'broken', reason: expect.stringContaining('`list` is there') });
  });

  test('that something is missing and was not declared', async () => {
    const [result] = await run(memory({ plugin: changed({ list: undefined }) }), 'traits/methods');
    expect(result).toMatchObject({ verdict: 'broken', reason: expect.stringContaining('declare it in `lacks`') });
  });
});

test.for([
  ['deviation "stat/nothing" names no guarantee', { deviations: { 'stat/nothing': 'x' } }],
  ['deviation "tls/trusted" names no guarantee', { deviations: { 'tls/trusted': 'x' } }],
  ['"listing" in `lacks` is nothing', { lacks: Object.fromEntries([['listing', 'x']]) }],
  ['"keys/plus" is declared without a reason', { deviations: { 'keys/plus': ' ' } }],
] as const)('a declaration that means nothing is refused: %s', ([message, conformance]) => {
  expect(() => planSuite(conformance)).toThrow(message);
});

describe('a run on a remote that exists', () => {
  test('uses a folder of its own and leaves nothing', async () => {
    const plugin = memoryPlugin();
    plugin.objects.set('there/before', Uint8Array.of(1));
    const told: string[] = [];
    const report = await testAtRemote(
      { plugin, remote: { url: 'memory://there' } },
      { select: ({ area }) => area === 'removing' || area === 'plugin', onResult: ({ id }) => told.push(id) },
    );
    expect(report.results.map(({ verdict }) => verdict)).toEqual(report.results.map(() => 'kept'));
    expect(told).toEqual(report.results.map(({ id }) => id));
    expect(report.folder).toMatch(/^memory:\/\/there\/datapin-test-[0-9a-f]{12}$/u);
    expect([...plugin.objects.keys()]).toEqual(['there/before']);
    expect(report.left).toBeUndefined();
  });

  test('without a listing, removes what it wrote', async () => {
    const plugin = memoryPlugin();
    const without: StoragePlugin = {
      ...plugin,
      open: async (remote, host) => {
        return { ...(await plugin.open(remote, host)), list: undefined } as unknown as Storage;
      },
    };
    const report = await testAtRemote({ plugin: without, remote: { url: 'memory://there' } }, { select: ({ area }) => area === 'plugin' });
    expect([report.left, [...plugin.objects.keys()]]).toEqual([undefined, []]);
  });

  test('says so when it cannot remove', async () => {
    const report = await testAtRemote(
      { plugin: changed({ remove: undefined }), remote: { url: 'memory://there' } },
      { select: ({ area }) => area === 'stat' },
    );
    expect(report.left).toBe('the plugin offers no `remove`');
  });

  test('puts the failing proxy in the place of the origin', async () => {
    await using store = await startHttpStore();
    const report = await testAtRemote(
      {
        plugin: httpStorePlugin(),
        remote: { url: 'http-store://there', options: { endpoint: store.origin, token: storeToken } },
        httpOrigin: store.origin,
        refusedOptions: { token: 'wrong token' },
      },
      {
        select: ({ id }) => ['status/503', 'connections/unknown-host', 'errors/refused', 'errors/unreachable', 'tls/trusted'].includes(id),
      },
    );
    expect(Object.fromEntries(report.results.map(({ id, verdict }) => [id, verdict]))).toEqual({
      'errors/refused': 'kept',
      'errors/unreachable': 'kept',
      'status/503': 'kept',
      'connections/unknown-host': 'kept',
      'tls/trusted': 'not-tried',
    });
  });

  test('refuses an origin that is not part of the remote', async () => {
    const remote = { url: 'memory://there' };
    await expect(testAtRemote({ plugin: memoryPlugin(), remote, httpOrigin: 'http://127.0.0.1:1' })).rejects.toThrow(
      'neither the URL nor an option of the remote has http://127.0.0.1:1',
    );
  });
});
