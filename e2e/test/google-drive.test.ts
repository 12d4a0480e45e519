import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type FakeDrive, startFakeDrive } from '../servers/google-drive/fake-drive.ts';
import { folderType } from '../servers/google-drive/file-store.ts';
import { add, addRemote, init, openProject, pull, type Project, push } from '../../packages/core/src/index.ts';
import plugin from '../../packages/storage-gdrive/src/index.ts';
import { randomBytes } from '../../packages/storage-testkit/src/index.ts';

const objects = 500;
const context = { signal: new AbortController().signal, report: () => undefined };
const revisions = { allBranches: false, allTags: false, allCommits: false };
const transfer = { ...revisions, targets: [], glob: false, withDeps: false, recursive: false, remote: undefined, jobs: undefined };

/** The answers that Drive gave, without those that it refused for their rate. */
interface Bill {
  readonly served: number;
  readonly refused: number;
}

/** Google Drive at its worst: 10 requests a second, every twentieth meets a fault (errors, resets, lost answers, cut bodies). */
describe('500 objects and a Drive that is slow, limited and unreliable', () => {
  let drive: FakeDrive;
  let folder: string;
  let remote: string;
  const root = (): string => join(folder, 'repository');

  async function open(): Promise<Project> {
    const env = { ...drive.serviceAccountEnv(), HOME: join(folder, 'home'), PATH: process.env['PATH'] };
    return openProject({ cwd: root(), env, storages: { load: async () => plugin } });
  }

  async function bill(work: () => Promise<unknown>): Promise<Bill> {
    drive.resetCounts();
    await work();
    const { served, refused } = drive.counts;
    return { served, refused };
  }

  beforeAll(async () => {
    drive = await startFakeDrive({ requestsPerSecond: 10, faultRate: 0.05, seed: 7 });
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'datapin-gdrive-')));
    remote = drive.newFolder('remote');
    mkdirSync(join(root(), 'data'), { recursive: true });
    for (let index = 0; index < objects; index++) writeFileSync(join(root(), 'data', `${index}.bin`), randomBytes(100 + index, index));
    await init({ directory: root(), env: {}, noScm: true, subdir: false, force: false }, context);
    const options = { cwd: root(), env: { HOME: join(folder, 'home') }, storages: { load: async () => plugin } };
    await addRemote({ options, level: undefined }, { name: 'store', url: `gdrive://${remote}/project`, default: true, force: false });
    const targets = { targets: ['data'], glob: false, noCommit: false, noRelink: false, force: false, out: undefined };
    await add(await open(), { ...targets, toRemote: false, remote: undefined, jobs: undefined }, context);
  });

  afterAll(async () => {
    await drive[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test('go up whole, none of them twice, for 1.15 requests each and 50', async () => {
    const cost = await bill(async () => {
      const result = await push(await open(), transfer, context);
      expect({ pushed: result.pushed, failed: result.failed, missing: result.missing }).toEqual({
        pushed: objects + 1,
        failed: [],
        missing: [],
      });
    });
    const stored = [...drive.store.files.values()].filter(
      ({ id }) => id !== remote && !['My Drive', 'appDataFolder'].includes(drive.store.get(id)?.name ?? ''),
    );
    const files = stored.filter(({ mimeType }) => mimeType !== folderType);
    const folders = stored.length - files.length;
    expect(files).toHaveLength(objects + 1);
    expect(new Set(drive.store.tree(remote)).size).toBe(objects + 1);
    expect(drive.openUploads()).toEqual([]);
    console.log(
      `up: ${cost.served} requests for ${objects + 1} objects and ${folders} folders, ${cost.refused} refused, ${drive.counts.faults} met a fault`,
    );
    expect(cost.served).toBeLessThanOrEqual(1.15 * (objects + folders) + 50);
    expect(cost.refused).toBeLessThanOrEqual((cost.served + cost.refused) / 10);
  });

  test('cost 30 requests at most when they are pushed again', async () => {
    const cost = await bill(async () => {
      const result = await push(await open(), transfer, context);
      expect(result.pushed).toBe(0);
    });
    console.log(`again: ${cost.served} requests, ${cost.refused} refused`);
    expect(cost.served).toBeLessThanOrEqual(30);
  });

  test('come down whole for 1.15 requests each and 50', async () => {
    rmSync(join(root(), 'data'), { recursive: true });
    rmSync(join(root(), '.dvc', 'cache'), { recursive: true });
    const cost = await bill(async () => {
      const result = await pull(await open(), { ...transfer, force: false, allowMissing: false }, context);
      expect(result.complete).toBe(true);
    });
    console.log(`down: ${cost.served} requests, ${cost.refused} refused, ${drive.counts.faults} met a fault`);
    expect(readdirSync(join(root(), 'data'))).toHaveLength(objects);
    for (let index = 0; index < objects; index++) {
      expect(Buffer.compare(readFileSync(join(root(), 'data', `${index}.bin`)), randomBytes(100 + index, index))).toBe(0);
    }
    expect(cost.served).toBeLessThanOrEqual(1.15 * objects + 50);
    expect(cost.refused).toBeLessThanOrEqual((cost.served + cost.refused) / 10);
  });
});
