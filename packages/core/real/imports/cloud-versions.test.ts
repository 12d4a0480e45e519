/** Remotes that keep versions (`version_aware`, `worktree`), pushed by real DVC: each version that a metafile names comes from the bucket by its id. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Moto, startMoto } from '../../../../e2e/servers/moto.ts';
import { type ImportScene, missed, openImportScene, type RealRepository, treeOf } from './import-scene.ts';

const bucket = 'versions';

let moto: Moto;
let scene: ImportScene;
beforeAll(async () => {
  moto = await startMoto();
  await moto.createVersionedBucket(bucket);
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

const bytesOf = (repository: RealRepository): readonly string[] =>
  treeOf(repository).map((entry) => `${entry.path} ${entry.type === 'file' ? entry.sha256 : entry.target}`);

describe.each(['version_aware', 'worktree'])('%s', (option) => {
  let repository: RealRepository;
  /** What the work tree was at each commit. */
  const versions = new Map<string, readonly string[]>();
  beforeAll(async () => {
    repository = await scene.repository(option);
    await repository.dvc('remote', 'add', '-q', '-d', 'cloud', `s3://${bucket}/${option}`);
    await repository.dvc('remote', 'modify', 'cloud', option, 'true');
    const save = async (): Promise<void> => {
      await repository.dvc('push', '-q');
      versions.set(await repository.commit(), bytesOf(repository));
    };
    repository.write('file.txt', 'one');
    repository.write('run.sh', '#!/bin/sh\n', 0o755);
    repository.write('data/a', 'a one');
    repository.write('data/sub/b', 'b one');
    repository.write('data/odd name+%/ü', 'odd');
    await repository.dvc('add', '-q', 'file.txt', 'run.sh', 'data');
    await save();
    repository.write('file.txt', 'two');
    repository.write('data/a', 'a two');
    repository.write('data/c', 'c two');
    rmSync(join(repository.dir, 'data/sub'), { recursive: true });
    await repository.dvc('add', '-q', 'file.txt', 'data');
    await save();
  });

  it('the newest versions and older ones come by `git checkout` and pull', async () => {
    const ours = await scene.clone(repository, `${option}-ours`);
    for (const [commit, expected] of [...versions].toReversed()) {
      await ours.git('checkout', '-q', commit);
      const outcome = await scene.ourPull(ours);
      expect([missed(outcome), outcome.result?.complete]).toEqual([[], true]);
      expect(bytesOf(ours)).toEqual(expected);
      expect(await scene.status(ours)).toEqual({});
      expect(await ours.git('status', '--porcelain')).toBe('');
    }
  });

  it('a second pull downloads nothing', async () => {
    const ours = await scene.clone(repository, `${option}-again`);
    await scene.ourPull(ours);
    expect(await scene.ourPull(ours)).toMatchObject({
      result: { complete: true, fetch: { fetched: 0 }, checkout: { added: [], modified: [] } },
    });
  });

  it('modes are those that real DVC leaves: its push forgets the executable bit', async () => {
    const [ours, theirs] = [await scene.clone(repository, `${option}-modes`), await scene.clone(repository, `${option}-theirs`)];
    const { code, said } = await scene.theirPull(theirs);
    expect(code, said).toBe(0);
    await scene.ourPull(ours);
    expect(treeOf(ours)).toEqual(treeOf(theirs));
  });

  it('a part of a directory', async () => {
    const ours = await scene.clone(repository, `${option}-part`);
    await ours.git('checkout', '-q', [...versions.keys()][0] ?? '');
    expect(await scene.ourPull(ours, { targets: ['data/sub'] })).toMatchObject({ result: { complete: true, files: 1 } });
    expect(
      treeOf(ours)
        .filter(({ path }) => path.startsWith('data/'))
        .map(({ path }) => path),
    ).toEqual(['data/sub/b']);
  });

  it('all commits', async () => {
    const ours = await scene.clone(repository, `${option}-all`);
    const outcome = await scene.ourPull(ours, { allCommits: true });
    expect(missed(outcome)).toEqual([]);
    for (const [commit, expected] of versions) {
      await ours.git('checkout', '-q', commit);
      expect(await scene.ourPull(ours)).toMatchObject({ result: { complete: true, fetch: { fetched: 0 } } });
      expect(bytesOf(ours)).toEqual(expected);
    }
  });

  it('a version that the bucket has lost is missing; everything else comes', async () => {
    const ours = await scene.clone(repository, `${option}-lost`);
    const pinned = ours.read('file.txt.dvc');
    ours.write('file.txt.dvc', pinned.replace(/version_id: .*/u, 'version_id: 00000000-0000-4000-8000-000000000000'));
    const outcome = await scene.ourPull(ours);
    expect(missed(outcome)).toEqual(['file.txt: object-missing']);
    expect(treeOf(ours).some(({ path }) => path === 'data/a')).toBe(true);
  });

  it('a file without version information is not guessed at', async () => {
    const ours = await scene.clone(repository, `${option}-unversioned`);
    ours.write('file.txt.dvc', ours.read('file.txt.dvc').replace(/ {2}cloud:[^]*$/u, ''));
    const outcome = await scene.ourPull(ours);
    expect(missed(outcome)).toEqual(['file.txt: unsupported']);
    expect(treeOf(ours).some(({ path }) => path === 'file.txt')).toBe(false);
  });
});
