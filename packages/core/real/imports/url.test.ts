/** `dvc import-url`, made by real DVC, from a folder of this machine and from S3. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseRemoteUrl, type Storage } from '@datapin/storage';
import { sourceOf } from '@datapin/storage-testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Moto, startMoto } from '../../../../e2e/servers/moto.ts';
import s3Plugin from '../../../storage-s3/src/index.ts';
import { type ImportScene, missed, openImportScene, type RealRepository, treeOf } from './import-scene.ts';

const bucket = 'plain-bucket';
const versioned = 'versioned-bucket';

let moto: Moto;
let scene: ImportScene;
beforeAll(async () => {
  moto = await startMoto();
  await moto.createBucket(bucket);
  await moto.createVersionedBucket(versioned);
  scene = await openImportScene({
    AWS_ACCESS_KEY_ID: moto.accessKey,
    AWS_SECRET_ACCESS_KEY: moto.secretKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: moto.endpoint,
  });
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  await moto[Symbol.asyncDispose]();
});

/** A bucket as seen without DVC. */
async function openBucket(name: string): Promise<Storage> {
  const options = { endpointurl: moto.endpoint, access_key_id: moto.accessKey, secret_access_key: moto.secretKey };
  return s3Plugin.open({ name, url: parseRemoteUrl(`s3://${name}`), options, tracked: new Set() }, { env: {}, warn: () => undefined });
}

async function put(name: string, key: string, content: string): Promise<void> {
  await using storage = await openBucket(name);
  await storage.write?.(key, sourceOf(Buffer.from(content)));
}

async function remove(name: string, key: string): Promise<void> {
  await using storage = await openBucket(name);
  await storage.remove?.([key]);
}

let count = 0;

/** A repository with a default remote that imports with real DVC, and a fresh clone of it. `push`: the data is also pushed. */
async function importing(
  imports: readonly (readonly string[])[],
  { push = false } = {},
): Promise<Record<'consumer' | 'ours', RealRepository>> {
  count += 1;
  const consumer = await scene.repository(`consumer-${count}`, { remote: `store-${count}` });
  for (const args of imports) await consumer.dvc('import-url', '-q', ...args);
  await consumer.commit();
  if (push) await consumer.dvc('push', '-q');
  return { consumer, ours: await scene.clone(consumer, `ours-${count}`) };
}

function bytesOf(repository: RealRepository): readonly string[] {
  return treeOf(repository).map((entry) => `${entry.path} ${entry.type === 'file' ? entry.sha256 : entry.target}`);
}

/** Files of the clone's data by path. */
function dataOf(repository: RealRepository): readonly string[] {
  return treeOf(repository)
    .map(({ path }) => path)
    .filter((path) => !path.startsWith('.dvc') && !path.endsWith('.dvc') && path !== '.gitignore');
}

describe('from a folder of this machine', () => {
  beforeAll(() => {
    mkdirSync(join(scene.dir, 'ext/folder/sub'), { recursive: true });
    writeFileSync(join(scene.dir, 'ext/file.txt'), 'file');
    writeFileSync(join(scene.dir, 'ext/folder/a'), 'a');
    writeFileSync(join(scene.dir, 'ext/folder/sub/b'), 'b');
  });
  const imports = [
    ['../ext/file.txt', 'file.txt'],
    ['../ext/folder', 'folder'],
  ];

  it('what was pushed comes from the remote', async () => {
    const { consumer, ours } = await importing(imports, { push: true });
    expect(await scene.ourPull(ours)).toMatchObject({ result: { complete: true } });
    expect(bytesOf(ours)).toEqual(bytesOf(consumer));
    expect(await scene.status(ours)).toEqual({});
  });

  it('what was not downloaded yet comes from there', async () => {
    const { ours } = await importing(imports.map((args) => ['--no-download', ...args]));
    expect(await scene.ourPull(ours)).toMatchObject({ result: { complete: true } });
    expect(dataOf(ours)).toEqual(['file.txt', 'folder/a', 'folder/sub/b']);
    expect([ours.read('file.txt'), ours.read('folder/sub/b')]).toEqual(['file', 'b']);
    expect(await ours.git('status', '--porcelain')).toBe('');
  });

  it('what is not there any more, or has changed since, is not taken', async () => {
    for (const file of ['gone.txt', 'changed.txt']) writeFileSync(join(scene.dir, 'ext', file), file);
    const { ours } = await importing(['gone.txt', 'changed.txt'].map((file) => ['--no-download', `../ext/${file}`, file]));
    rmSync(join(scene.dir, 'ext/gone.txt'));
    writeFileSync(join(scene.dir, 'ext/changed.txt'), 'changed');
    expect(missed(await scene.ourPull(ours))).toEqual(['changed.txt: source-changed', 'gone.txt: object-missing']);
    expect(dataOf(ours)).toEqual([]);
  });
});

describe('from S3', () => {
  beforeAll(async () => {
    await put(bucket, 'in/file.txt', 'file');
    await put(bucket, 'in/folder/a', 'a');
    await put(bucket, 'in/folder/sub/b', 'b');
    await put(bucket, 'in/folder/odd name+%/ü', 'odd');
  });
  const imports = [
    [`s3://${bucket}/in/file.txt`, 'file.txt'],
    [`s3://${bucket}/in/folder`, 'folder'],
  ];

  it('what was pushed comes from the remote', async () => {
    const { consumer, ours } = await importing(imports, { push: true });
    expect(await scene.ourPull(ours)).toMatchObject({ result: { complete: true } });
    expect(bytesOf(ours)).toEqual(bytesOf(consumer));
    expect(await scene.status(ours)).toEqual({});
  });

  it('what was not downloaded yet comes from there', async () => {
    const { consumer, ours } = await importing(imports.map((args) => ['--no-download', ...args]));
    await scene.theirPull(consumer);
    expect(await scene.ourPull(ours)).toMatchObject({ result: { complete: true } });
    expect(dataOf(ours).length).toBe(4);
    expect(bytesOf(ours)).toEqual(bytesOf(consumer));
    expect(await ours.git('status', '--porcelain')).toBe('');
  });

  it('what has changed since it was imported is not taken', async () => {
    await put(bucket, 'changing.txt', 'one');
    await put(bucket, 'changing/a', 'a');
    const { ours } = await importing([
      ['--no-download', `s3://${bucket}/changing.txt`, 'changing.txt'],
      ['--no-download', `s3://${bucket}/changing`, 'folder'],
    ]);
    await put(bucket, 'changing.txt', 'two');
    await put(bucket, 'changing/b', 'b');
    expect(missed(await scene.ourPull(ours))).toEqual(['changing.txt: source-changed', 'folder: source-changed']);
    expect(dataOf(ours)).toEqual([]);
  });

  it('a remote is where it is: `remote://`', async () => {
    count += 1;
    const consumer = await scene.repository(`consumer-${count}`);
    await consumer.dvc('remote', 'add', '-q', 'lake', `s3://${bucket}/in`);
    await consumer.dvc('import-url', '-q', '--no-download', 'remote://lake/file.txt', 'file.txt');
    await consumer.dvc('import-url', '-q', '--no-download', 'remote://lake/folder', 'folder');
    await consumer.commit();
    const ours = await scene.clone(consumer, `ours-${count}`);
    await scene.theirPull(consumer);
    expect(await scene.ourPull(ours)).toMatchObject({ result: { complete: true } });
    expect(bytesOf(ours)).toEqual(bytesOf(consumer));
  });
});

describe('from a bucket that keeps versions (`--version-aware`)', () => {
  it('the versions that were imported come, whatever is there now', async () => {
    await put(versioned, 'in/file.txt', 'one');
    await put(versioned, 'in/folder/a', 'a one');
    await put(versioned, 'in/folder/b', 'b one');
    const { consumer, ours } = await importing([
      ['--version-aware', `s3://${versioned}/in/file.txt`, 'file.txt'],
      ['--version-aware', `s3://${versioned}/in/folder`, 'folder'],
    ]);
    const placed = bytesOf(consumer);
    await put(versioned, 'in/file.txt', 'two');
    await put(versioned, 'in/folder/a', 'a two');
    await put(versioned, 'in/folder/c', 'c two');
    await remove(versioned, 'in/folder/b');
    const outcome = await scene.ourPull(ours);
    expect([missed(outcome), outcome.result?.complete]).toEqual([[], true]);
    expect(bytesOf(ours)).toEqual(placed);
    expect(await scene.status(ours)).toEqual({});

    await consumer.dvc('update', '-q', 'file.txt.dvc', 'folder.dvc');
    await consumer.commit();
    await ours.git('pull', '-q');
    expect(await scene.ourPull(ours)).toMatchObject({ result: { complete: true } });
    expect(bytesOf(ours)).toEqual(bytesOf(consumer));
    await ours.git('checkout', '-q', 'HEAD~1');
    expect(await scene.ourPull(ours)).toMatchObject({ result: { complete: true } });
    expect(bytesOf(ours)).toEqual(placed);
  });

  it('also when nothing was downloaded', async () => {
    await put(versioned, 'partial/file.txt', 'one');
    await put(versioned, 'partial/folder/a', 'a one');
    const { consumer, ours } = await importing([
      ['--version-aware', '--no-download', `s3://${versioned}/partial/file.txt`, 'file.txt'],
      ['--version-aware', '--no-download', `s3://${versioned}/partial/folder`, 'folder'],
    ]);
    await put(versioned, 'partial/file.txt', 'two');
    await put(versioned, 'partial/folder/a', 'a two');
    await scene.theirPull(consumer);
    const outcome = await scene.ourPull(ours);
    expect([missed(outcome), outcome.result?.complete]).toEqual([[], true]);
    expect(bytesOf(ours)).toEqual(bytesOf(consumer));
  });
});
