/** `dvc import`, made by real DVC, pulled in a fresh clone: the same files as real DVC places, and DVC finds the work tree clean. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type ImportScene, missed, openImportScene, type RealRepository, treeOf } from './import-scene.ts';

let scene: ImportScene;
let source: RealRepository;
beforeAll(async () => {
  scene = await openImportScene();
  source = await scene.repository('source', { remote: 'source-store' });
  source.write('file.txt', 'first');
  source.write('run.sh', '#!/bin/sh\n', 0o755);
  source.write('data/a.txt', 'a');
  source.write('data/sub/b.txt', 'b');
  source.write('data/sub/deep/c.txt', 'c');
  source.write('plain.txt', 'in git\r\n');
  source.write('code/main.py', 'print()\n');
  source.write('code/run.sh', '#!/bin/sh\n', 0o755);
  source.write('code/deep/x.py', 'x\n');
  source.write('mixed/git.txt', 'git');
  source.write('mixed/file.txt', 'tracked');
  source.write('mixed/folder/x', 'x');
  await source.dvc('add', '-q', 'file.txt', 'run.sh', 'data', 'mixed/file.txt', 'mixed/folder');
  await source.commit('first');
  await source.git('tag', 'v1');
  await source.dvc('push', '-q');
  source.write('file.txt', 'second');
  source.write('data/new.txt', 'new');
  await source.dvc('add', '-q', 'file.txt', 'data');
  await source.commit('second');
  await source.dvc('push', '-q');
});
afterAll(() => scene[Symbol.asyncDispose]());

let count = 0;

interface Importing {
  /** Where real DVC made the imports: what it placed then is what counts. */
  readonly consumer: RealRepository;
  /** Fresh clones. */
  readonly theirs: RealRepository;
  readonly ours: RealRepository;
}

async function importing(...imports: readonly (readonly string[])[]): Promise<Importing> {
  count += 1;
  const consumer = await scene.repository(`consumer-${count}`);
  for (const args of imports) await consumer.dvc('import', '-q', ...args);
  return cloned(consumer);
}

async function cloned(consumer: RealRepository): Promise<Importing> {
  await consumer.commit();
  const theirs = await scene.clone(consumer, `theirs-${count}`);
  return { consumer, theirs, ours: await scene.clone(consumer, `ours-${count}`) };
}

interface Pulled {
  readonly missing: readonly string[];
  readonly complete: boolean | undefined;
  /** Files that are not as they should be. */
  readonly differences: readonly string[];
  readonly status: unknown;
  readonly gitStatus: string;
}

/** A pull after which everything is there that real DVC placed when it imported, and nothing else. */
const asImported: Pulled = { missing: [], complete: true, differences: [], status: {}, gitStatus: '' };

/** Pulls in a fresh clone. */
async function pulled({ consumer, ours }: Importing): Promise<Pulled> {
  const outcome = await scene.ourPull(ours);
  return {
    missing: missed(outcome),
    complete: outcome.result?.complete,
    differences: differences(filesOf(consumer), filesOf(ours)),
    status: await scene.status(ours),
    gitStatus: await ours.git('status', '--porcelain'),
  };
}

/** The same; files are also compared, with their modes, with those that real DVC's own pull places. */
async function pulledByBoth(clones: Importing): Promise<Pulled> {
  const result = await pulled(clones);
  const { code, said } = await scene.theirPull(clones.theirs);
  expect(code, said).toBe(0);
  return { ...result, differences: [...result.differences, ...differences(filesOf(clones.theirs, true), filesOf(clones.ours, true))] };
}

function filesOf(repository: RealRepository, withModes = false): readonly string[] {
  return treeOf(repository).map((entry) =>
    entry.type === 'file' ? `${entry.path} ${entry.sha256} ${withModes ? entry.mode : ''}` : `${entry.path} -> ${entry.target}`,
  );
}

function differences(expected: readonly string[], actual: readonly string[]): readonly string[] {
  return [...expected.filter((file) => !actual.includes(file)), ...actual.filter((file) => !expected.includes(file))];
}

describe('what the source tracks', () => {
  it.each([
    ['a file', ['../source', 'file.txt']],
    ['an executable file', ['../source', 'run.sh']],
    ['a directory', ['../source', 'data']],
    ['a file in a directory', ['../source', 'data/a.txt']],
    ['a folder in a directory', ['../source', 'data/sub']],
    ['a directory in a folder', ['../source', 'mixed/folder', '-o', 'elsewhere']],
    ['under another name', ['../source', 'file.txt', '-o', 'other.txt']],
    ['at a tag', ['../source', 'file.txt', '--rev', 'v1']],
    ['a directory at a tag', ['../source', 'data', '--rev', 'v1']],
  ])('%s', async (_, args) => {
    expect(await pulledByBoth(await importing(args))).toEqual(asImported);
  });

  it('several imports, and one into a folder', async () => {
    count += 1;
    const consumer = await scene.repository(`consumer-${count}`);
    consumer.write('in/here/readme', 'x');
    await consumer.dvcIn('in/here', 'import', '-q', '../../../source', 'data');
    await consumer.dvc('import', '-q', join(scene.dir, 'source'), 'file.txt');
    // Real DVC takes relative sources as seen from the current folder, so its own pull does not find this one from the root.
    expect(await pulled(await cloned(consumer))).toEqual(asImported);
  });

  it('an older pin, after a `git checkout` of an older commit of ours', async () => {
    count += 1;
    const consumer = await scene.repository(`consumer-${count}`);
    await consumer.dvc('import', '-q', '--rev', 'v1', '../source', 'data');
    await consumer.commit();
    await consumer.dvc('update', '-q', '--rev', 'HEAD', 'data.dvc');
    await consumer.commit();
    const { ours } = await cloned(consumer);
    const names = (): readonly string[] => treeOf(ours).map(({ path }) => path);
    await scene.ourPull(ours);
    expect(names()).toContain('data/new.txt');
    await ours.git('checkout', '-q', 'HEAD~2');
    expect(await scene.ourPull(ours)).toMatchObject({ result: { complete: true } });
    expect(names()).toContain('data/a.txt');
    expect(names()).not.toContain('data/new.txt');
    expect(await scene.status(ours)).toEqual({});
  });

  it('a second pull downloads nothing', async () => {
    const { ours } = await importing(['../source', 'data']);
    await scene.ourPull(ours);
    expect(await scene.ourPull(ours)).toMatchObject({ result: { complete: true, fetch: { fetched: 0 }, checkout: { added: [] } } });
  });

  it('a part of an imported directory', async () => {
    const { ours } = await importing(['../source', 'data']);
    expect(await scene.ourPull(ours, { targets: ['data/sub'] })).toMatchObject({ result: { complete: true, files: 2 } });
    expect(
      treeOf(ours)
        .filter(({ path }) => path.startsWith('data/'))
        .map(({ path }) => path),
    ).toEqual(['data/sub/b.txt', 'data/sub/deep/c.txt']);
  });
});

describe('what the source keeps in git', () => {
  it.each([
    ['a file', ['../source', 'plain.txt']],
    ['a folder', ['../source', 'code']],
    ['a file at a tag', ['../source', 'code/main.py', '--rev', 'v1']],
  ])('%s', async (_, args) => {
    expect(await pulledByBoth(await importing(args))).toEqual(asImported);
  });

  it('a folder with tracked data in it: real DVC cannot pull it again, here the pinned hash is what counts', async () => {
    const { ours } = await importing(['../source', 'mixed']);
    expect(await scene.ourPull(ours)).toMatchObject({ result: { complete: true } });
    const placed = Object.fromEntries(treeOf(ours).map(({ path }) => [path, true]));
    expect(Object.keys(placed)).toEqual(expect.arrayContaining(['mixed/git.txt', 'mixed/file.txt', 'mixed/folder/x']));
    expect(await scene.status(ours)).toEqual({});
  });
});

describe('partial imports (`--no-download`)', () => {
  it.each([
    ['a file', ['--no-download', '../source', 'file.txt']],
    ['a directory', ['--no-download', '../source', 'data']],
    ['a file of git', ['--no-download', '../source', 'plain.txt']],
    ['at a tag', ['--no-download', '--rev', 'v1', '../source', 'data']],
  ])('%s', async (_, args) => {
    const { theirs, ours } = await importing(args);
    const { code, said } = await scene.theirPull(theirs);
    expect(code, said).toBe(0);
    expect(await scene.ourPull(ours)).toMatchObject({ result: { complete: true } });
    expect(treeOf(ours)).toEqual(treeOf(theirs));
    expect(await ours.git('status', '--porcelain')).toBe('');
  });

  it('what was never carried out (`--no-exec`) is refused', async () => {
    const { ours } = await importing(['--no-exec', '../source', 'file.txt']);
    expect(missed(await scene.ourPull(ours))).toEqual(['file.txt: unsupported']);
  });
});

describe('where the source has its data', () => {
  it('nowhere but in its own cache: it was never pushed', async () => {
    const lone = await scene.repository('lone');
    lone.write('file.txt', 'never pushed');
    lone.write('data/a', 'never pushed either');
    await lone.dvc('add', '-q', 'file.txt', 'data');
    await lone.commit();
    expect(await pulled(await importing(['../lone', 'file.txt'], ['../lone', 'data']))).toEqual(asImported);
  });

  it('in a remote named by `--remote`', async () => {
    const other = await scene.repository('other-remote', { remote: 'empty-store' });
    await other.dvc('remote', 'add', '-q', 'full', '../full-store');
    other.write('file.txt', 'in the other remote');
    await other.dvc('add', '-q', 'file.txt');
    await other.commit();
    await other.dvc('push', '-q', '-r', 'full');
    const clones = await importing(['--remote', 'full', '../other-remote', 'file.txt']);
    rmSync(join(other.dir, '.dvc/cache'), { recursive: true });
    expect(await pulled(clones)).toEqual(asImported);
  });

  it('in a remote given by `--remote-config`', async () => {
    const bare = await scene.repository('no-remote');
    bare.write('file.txt', 'in a remote that its repository does not know');
    await bare.dvc('add', '-q', 'file.txt');
    await bare.commit();
    await bare.dvc('config', '--local', 'core.remote', 'x');
    await bare.dvc('config', '--local', 'remote.x.url', join(scene.dir, 'unknown-store'));
    await bare.dvc('push', '-q');
    const clones = await importing(['../no-remote', 'file.txt', '--remote-config', `url=${join(scene.dir, 'unknown-store')}`]);
    rmSync(join(bare.dir, '.dvc/cache'), { recursive: true });
    expect(await pulled(clones)).toEqual(asImported);
  });

  it('in a remote that its own repository names per output', async () => {
    const per = await scene.repository('per-output', { remote: 'default-store' });
    await per.dvc('remote', 'add', '-q', 'special', '../special-store');
    per.write('file.txt', 'special');
    await per.dvc('add', '-q', 'file.txt');
    per.write('file.txt.dvc', `${per.read('file.txt.dvc')}  remote: special\n`);
    await per.commit();
    await per.dvc('push', '-q');
    const clones = await importing(['../per-output', 'file.txt']);
    rmSync(join(per.dir, '.dvc/cache'), { recursive: true });
    expect(await pulled(clones)).toEqual(asImported);
  });

  it('in its remote, when its cache is gone', async () => {
    const gone = await scene.clone(source, 'source-without-cache');
    await gone.dvc('config', '--local', 'core.analytics', 'false');
    expect(await pulled(await importing(['../source-without-cache', 'data']))).toEqual(asImported);
  });
});

describe('what kind of repository the source is', () => {
  it('a project in a folder of it', async () => {
    const mono = await scene.repository('mono');
    mono.write('projects/ml/readme', 'x');
    await mono.dvcIn('projects/ml', 'init', '-q', '--subdir');
    await mono.dvcIn('projects/ml', 'remote', 'add', '-q', '-d', 'store', '../../../ml-store');
    mono.write('projects/ml/data/a', 'a of ml');
    mono.write('projects/ml/file.txt', 'file of ml');
    await mono.dvcIn('projects/ml', 'add', '-q', 'data', 'file.txt');
    await mono.commit();
    await mono.dvcIn('projects/ml', 'push', '-q');
    const clones = await importing(['../mono', 'projects/ml/data'], ['../mono', 'projects/ml/file.txt']);
    rmSync(join(mono.dir, 'projects/ml/.dvc/cache'), { recursive: true });
    expect(await pulled(clones)).toEqual(asImported);
  });

  it('one that imports itself, and so on', async () => {
    const middle = await scene.repository('middle', { remote: 'middle-store' });
    await middle.dvc('import', '-q', '../source', 'file.txt');
    await middle.dvc('import', '-q', '../source', 'data');
    await middle.commit();
    const last = await scene.repository('last');
    await last.dvc('import', '-q', '../middle', 'data');
    await last.commit();
    const clones = await importing(['../middle', 'file.txt'], ['../last', 'data']);
    for (const { dir } of [middle, last]) rmSync(join(dir, '.dvc/cache'), { recursive: true });
    expect(await pulled(clones)).toEqual(asImported);
  });

  it('one that was made by DVC 2', async () => {
    const old = await scene.repository('old', { remote: 'old-store' });
    old.write('file.txt', 'one\r\ntwo\r\n');
    old.write('data/a', 'a\r\n');
    await old.dvc('add', '-q', 'file.txt', 'data');
    // md5 of the text with unix line ends, as DVC 2 named it.
    const { createHash } = await import('node:crypto');
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    const listing = `[{"md5": "${md5('a\n')}", "relpath": "a"}]`;
    old.write('file.txt.dvc', `outs:\n- md5: ${md5('one\ntwo\n')}\n  size: 10\n  path: file.txt\n`);
    old.write('data.dvc', `outs:\n- md5: ${md5(listing)}.dir\n  size: 3\n  nfiles: 1\n  path: data\n`);
    for (const [id, content] of [
      [md5('one\ntwo\n'), 'one\r\ntwo\r\n'],
      [md5('a\n'), 'a\r\n'],
      [`${md5(listing)}.dir`, listing],
    ] as const) {
      old.write(`../old-store/${id.slice(0, 2)}/${id.slice(2)}`, content);
    }
    await old.commit();
    rmSync(join(old.dir, '.dvc/cache'), { recursive: true });
    expect(await pulled(await importing(['../old', 'file.txt'], ['../old', 'data']))).toEqual(asImported);
  });

  it('one without DVC', async () => {
    const plain = await scene.repository('plain');
    rmSync(join(plain.dir, '.dvc'), { recursive: true });
    rmSync(join(plain.dir, '.dvcignore'));
    plain.write('docs/a.md', '# a\n');
    await plain.commit();
    expect(await pulled(await importing(['../plain', 'docs'], ['../plain', 'docs/a.md']))).toEqual(asImported);
  });

  it('a bare one behind a URL', async () => {
    await source.git('clone', '-q', '--bare', '.', '../bare.git');
    await source.git('-C', '../bare.git', 'config', 'uploadpack.allowAnySHA1InWant', 'false');
    // Its remote is a path relative to a clone that nobody has: only what git holds can come.
    expect(await pulled(await importing([`file://${join(scene.dir, 'bare.git')}`, 'plain.txt', '--rev', 'v1']))).toEqual(asImported);
  });
});
