/** Imports that cannot be brought: each says why by a code of its own, nothing else suffers from it, and nothing is called missing that is not. */
import { chmodSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type ImportScene, missed, openImportScene, type RealRepository } from './import-scene.ts';

let scene: ImportScene;
beforeAll(async () => {
  scene = await openImportScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

let count = 0;
let source: RealRepository;
let consumer: RealRepository;
/** A fresh clone of the consumer. */
let ours: RealRepository;
const name = (what: string): string => `${what}-${count}`;

/** A source with a file and a directory, pushed; a consumer that imports both and has data of its own. */
beforeEach(async () => {
  count += 1;
  source = await scene.repository(name('source'), { remote: name('source-store') });
  source.write('file.txt', 'file');
  source.write('data/a', 'a');
  source.write('data/b', 'b');
  source.write('plain.txt', 'plain');
  await source.dvc('add', '-q', 'file.txt', 'data');
  await source.commit();
  await source.dvc('push', '-q');
  consumer = await scene.repository(name('consumer'), { remote: name('store') });
  consumer.write('own.txt', 'own');
  await consumer.dvc('add', '-q', 'own.txt');
  await consumer.dvc('push', '-q');
  for (const path of ['file.txt', 'data', 'plain.txt']) await consumer.dvc('import', '-q', `../${name('source')}`, path);
  await consumer.commit();
  ours = await scene.clone(consumer, name('ours'));
});

const forgetCache = (): void => rmSync(join(source.dir, '.dvc/cache'), { recursive: true });
const store = (): string => join(scene.dir, name('source-store'), 'files/md5');
const objectOf = (content: string): string => {
  const md5: Record<string, string> = { a: '0cc175b9c0f1b6a831c399e269772661', file: '8c7dd922ad47494fc02c388e12c00eac' };
  return (md5[content] ?? '').replace(/^../u, '$&/');
};

async function pulled(): Promise<{ readonly missing: readonly string[]; readonly own: string }> {
  const outcome = await scene.ourPull(ours);
  return { missing: missed(outcome), own: ours.read('own.txt') };
}

describe('the source', () => {
  it('is not there any more', async () => {
    rmSync(source.dir, { recursive: true });
    expect(await pulled()).toEqual({ missing: ['data: git-failed', 'file.txt: git-failed', 'plain.txt: git-failed'], own: 'own' });
  });

  it('cannot be reached over the network', async () => {
    for (const path of ['file.txt.dvc', 'data.dvc', 'plain.txt.dvc'])
      ours.write(path, ours.read(path).replace(/url: .*/u, 'url: http://127.0.0.1:1/none.git'));
    expect((await pulled()).missing).toEqual(['data: git-failed', 'file.txt: git-failed', 'plain.txt: git-failed']);
  });

  it('has lost the commit', async () => {
    await source.git('commit', '-q', '--amend', '-m', 'rewritten', '--date', '2001-01-01T00:00:00Z');
    await source.git('reflog', 'expire', '--expire=now', '--all');
    await source.git('gc', '-q', '--prune=now');
    expect(await pulled()).toEqual({
      missing: ['data: unknown-revision', 'file.txt: unknown-revision', 'plain.txt: unknown-revision'],
      own: 'own',
    });
  });

  it('never had the path', async () => {
    ours.write('plain.txt.dvc', ours.read('plain.txt.dvc').replace('path: plain.txt\n  repo', 'path: nothing.txt\n  repo'));
    expect(await pulled()).toEqual({ missing: ['plain.txt: object-missing'], own: 'own' });
  });

  it('has other content at the commit than what is pinned', async () => {
    ours.write('plain.txt.dvc', ours.read('plain.txt.dvc').replace(/^- md5: .*$/mu, `- md5: ${'a'.repeat(32)}`));
    expect(await pulled()).toEqual({ missing: ['plain.txt: object-corrupt'], own: 'own' });
  });

  it('is on this machine, and nothing in the clone changes it', async () => {
    const before = await source.git('status', '--porcelain', '--ignored');
    await pulled();
    expect(await source.git('status', '--porcelain', '--ignored')).toBe(before);
  });
});

describe('the data of the source', () => {
  it('a file is neither in its cache nor on its remote', async () => {
    forgetCache();
    rmSync(join(store(), objectOf('a')));
    const { missing, own } = await pulled();
    expect({ missing, own }).toEqual({ missing: ['data: object-missing'], own: 'own' });
    expect([ours.read('file.txt'), readdirSync(join(ours.dir, 'data'))]).toEqual(['file', ['b']]);
  });

  it('has a directory object that is nowhere', async () => {
    forgetCache();
    for (const folder of readdirSync(store())) {
      for (const object of readdirSync(join(store(), folder))) if (object.endsWith('.dir')) rmSync(join(store(), folder, object));
    }
    expect(await pulled()).toEqual({ missing: ['data: object-missing'], own: 'own' });
  });

  it('is damaged on its remote', async () => {
    forgetCache();
    const object = join(store(), objectOf('file'));
    chmodSync(object, 0o644);
    writeFileSync(object, 'fil!');
    expect(await pulled()).toEqual({ missing: ['file.txt: object-corrupt'], own: 'own' });
  });

  it('is damaged in its cache: the remote has it', async () => {
    const object = join(source.dir, '.dvc/cache/files/md5', objectOf('file'));
    chmodSync(object, 0o644);
    writeFileSync(object, 'fil!');
    chmodSync(object, 0o444);
    expect(await pulled()).toEqual({ missing: [], own: 'own' });
    expect(ours.read('file.txt')).toBe('file');
  });

  it('is on a remote that is not there', async () => {
    forgetCache();
    rmSync(join(scene.dir, name('source-store')), { recursive: true });
    expect((await pulled()).missing).toEqual(['data: remote-unavailable', 'file.txt: remote-unavailable']);
  });

  it('is on no remote, because the source has none', async () => {
    const bare = await scene.repository(name('bare'));
    bare.write('x.txt', 'x');
    await bare.dvc('add', '-q', 'x.txt');
    await bare.commit();
    const importer = await scene.repository(name('importer'));
    await importer.dvc('import', '-q', `../${name('bare')}`, 'x.txt');
    await importer.commit();
    rmSync(join(bare.dir, '.dvc/cache'), { recursive: true });
    expect(missed(await scene.ourPull(await scene.clone(importer, name('importing'))))).toEqual(['x.txt: no-remote']);
  });
});

describe('what is not supported yet is refused as that', () => {
  it('a chain of imports that does not end', async () => {
    const [one, two] = [await scene.repository(name('one')), await scene.repository(name('two'))];
    one.write('x.txt', 'x');
    await one.dvc('add', '-q', 'x.txt');
    await one.commit();
    await two.dvc('import', '-q', `../${name('one')}`, 'x.txt');
    // A commit cannot name itself, but a chain can be as long as somebody likes.
    await one.dvc('remove', '-q', 'x.txt.dvc');
    rmSync(join(one.dir, 'x.txt'));
    let last = await two.commit();
    for (let link = 0; link < 17; link += 1) {
      const [to, from] = link % 2 === 0 ? [one, 'two'] : [two, 'one'];
      to.write(
        'x.txt.dvc',
        `frozen: true\ndeps:\n- path: x.txt\n  repo:\n    url: ../${name(from)}\n    rev_lock: ${last}\nouts:\n- md5: 9dd4e461268c8034f5c8564e155c67a6\n  size: 1\n  hash: md5\n  path: x.txt\n`,
      );
      last = await to.commit();
    }
    for (const { dir } of [one, two]) rmSync(join(dir, '.dvc/cache'), { recursive: true });
    ours.write(
      'chain.txt.dvc',
      two
        .read('x.txt.dvc')
        .replace(/rev_lock: .*/u, `rev_lock: ${last}`)
        .replace(/url: .*/u, `url: ../${name('one')}`),
    );
    expect((await pulled()).missing).toEqual(['x.txt: unsupported']);
  });

  it('a configuration file for the source', async () => {
    ours.write('file.txt.dvc', ours.read('file.txt.dvc').replace('  repo:\n', '  repo:\n    config: some/config\n'));
    expect((await pulled()).missing).toEqual(['file.txt: unsupported']);
  });
});
