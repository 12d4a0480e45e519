import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { readRepository } from '../../src/project/read-repository.ts';
import type { Stage } from '../../src/project/stage.ts';
import { makeProject, type TemporaryProject } from '../operations/temporary-project.ts';
import { dvcFile, md5 } from './metafiles.ts';

let project: TemporaryProject;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => {
  project[Symbol.dispose]();
});

const hash = md5('x');

async function stages(): Promise<readonly Stage[]> {
  return readRepository(await project.open()).stages();
}

async function addresses(): Promise<string[]> {
  return (await stages()).map(({ address }) => address);
}

describe('metafiles are found', () => {
  test('in every folder, in a fixed order', async () => {
    for (const path of ['z.dvc', 'a.dvc', 'b/c/d.dvc', 'b/a.dvc'])
      project.write(path, dvcFile({ [`${path.split('/').at(-1)}.data`]: hash }));
    project.write('b/dvc.yaml', 'stages:\n  s:\n    cmd: echo\n');
    project.write('b/dvc.lock', "schema: '2.0'\n");
    project.write('other.yaml', 'not ours: [');
    expect(await addresses()).toEqual(['a.dvc', 'z.dvc', 'b/a.dvc', 'b/dvc.yaml:s', 'b/c/d.dvc']);
  });

  test('not where .dvcignore says so', async () => {
    project.write('.dvcignore', '/hidden\n*.skip.dvc\n');
    project.write('sub/.dvcignore', 'x.dvc\n');
    for (const path of ['hidden/a.dvc', 'a.skip.dvc', 'sub/x.dvc', 'x.dvc']) project.write(path, dvcFile({ y: hash }));
    expect(await addresses()).toEqual(['x.dvc']);
  });

  test('not where git ignores them', async () => {
    project.write('.gitignore', 'env/\n/gone.dvc\n');
    for (const path of ['env/a.dvc', 'gone.dvc', 'kept.dvc']) project.write(path, dvcFile({ y: hash }));
    expect(await addresses()).toEqual(['kept.dvc']);
  });

  test('not in another project inside this one, nor in .git and .dvc', async () => {
    mkdirSync(join(project.root, 'inner/.dvc'), { recursive: true });
    for (const path of ['inner/a.dvc', '.dvc/b.dvc', '.git/c.dvc', 'd.dvc']) project.write(path, dvcFile({ y: hash }));
    expect(await addresses()).toEqual(['d.dvc']);
  });

  test('not inside of outputs', async () => {
    project.write('data.dvc', dvcFile({ data: `${hash}.dir` }));
    project.write('data/inside.dvc', 'this: would be invalid');
    expect(await addresses()).toEqual(['data.dvc']);
  });

  test('not behind a link to a folder', async () => {
    project.write('real/a.dvc', dvcFile({ y: hash }));
    symlinkSync('real', join(project.root, 'link'));
    symlinkSync('.', join(project.root, 'loop'));
    expect(await addresses()).toEqual(['real/a.dvc']);
  });

  test('in a project below the top of the git work tree', async () => {
    mkdirSync(join(project.root, 'ml/.dvc'), { recursive: true });
    project.write('.gitignore', '/ml/env/\n');
    for (const path of ['ml/a.dvc', 'ml/env/b.dvc', 'c.dvc']) project.write(path, dvcFile({ y: hash }));
    expect((await readRepository(await project.open('ml')).stages()).map(({ address }) => address)).toEqual(['a.dvc']);
  });
});

describe('a stage file that is named', () => {
  const named = async (file: string): Promise<readonly Stage[]> => readRepository(await project.open()).stagesIn(file);

  test('is read alone: others may be invalid', async () => {
    project.write('good.dvc', dvcFile({ y: hash }));
    project.write('bad.dvc', 'nonsense: 1\n');
    expect(await named('good.dvc')).toHaveLength(1);
  });

  test('may lie in an ignored folder', async () => {
    project.write('.gitignore', 'env/\n');
    project.write('env/.gitignore', '');
    await expect(named('env/a.dvc')).rejects.toMatchObject({ code: 'unknown-target' });
  });

  test.each([
    ['missing.dvc', 'unknown-target', 'does not exist'],
    ['ignored.dvc', 'target-ignored', 'git-ignored'],
    ['hidden.dvc', 'target-ignored', 'dvc-ignored'],
    ['folder.dvc', 'invalid-target', 'not a .dvc file'],
    ['data.txt', 'invalid-target', 'bad DVC file name'],
    ['invalid.dvc', 'invalid-metafile', 'invalid.dvc'],
  ])('%s is refused', async (file, code, words) => {
    project.write('.gitignore', 'ignored.dvc\n');
    project.write('.dvcignore', 'hidden.dvc\n');
    for (const path of ['ignored.dvc', 'hidden.dvc', 'data.txt']) project.write(path, '');
    project.write('folder.dvc/x', '');
    project.write('invalid.dvc', 'unknown_key: 1\n');
    await expect(named(file)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  test('cannot be read when its dvc.lock is ignored by git', async () => {
    project.write('.gitignore', 'dvc.lock\n');
    project.write('dvc.yaml', 'stages:\n  s:\n    cmd: echo\n');
    await expect(stages()).rejects.toMatchObject({ code: 'target-ignored', message: expect.stringContaining('dvc.lock') });
  });
});

describe('paths', () => {
  const paths = async (text: string, file = 'sub/x.dvc'): Promise<unknown[]> => {
    project.write(file, text);
    return (await stages()).flatMap(({ outs }) => outs.map(({ path, external }) => (external ? [path] : path)));
  };

  test('are relative to the metafile', async () => {
    expect(await paths(dvcFile({ 'a.txt': hash, './b/../c': hash, 'd/': hash }))).toEqual(['sub/a.txt', 'sub/c', 'sub/d']);
  });

  test('are relative to wdir', async () => {
    expect(await paths(`wdir: ../other\n${dvcFile({ a: hash })}`)).toEqual(['other/a']);
  });

  test('that lead out of the project, or are URLs, stay as written', async () => {
    const outs = ['../../up', '/abs/x', 's3://bucket/key', 'remote://name/x'].map((path) => `- path: ${path}\n  cache: false\n`);
    expect(await paths(`outs:\n${outs.join('')}`)).toEqual([['../../up'], ['/abs/x'], ['s3://bucket/key'], ['remote://name/x']]);
  });

  test('that are absolute and inside are like any other', async () => {
    expect(await paths(dvcFile({ [join(project.root, 'sub/a')]: hash }))).toEqual(['sub/a']);
  });
});

test.each(['../../etc/passwd', 'ABCDEF0123456789ABCDEF0123456789', 'abc', `${'0'.repeat(32)}.dirx`])(
  'a hash that is none (%s) names no object',
  async (value) => {
    project.write('x.dvc', dvcFile({ x: value }));
    const [stage] = await stages();
    expect(stage?.outs[0]).toMatchObject({ id: undefined, record: { hash: { value } } });
  },
);

test('an entry without `hash:` names an object of DVC 2', async () => {
  project.write('x.dvc', `outs:\n- md5: ${hash}\n  path: x\n`);
  const [stage] = await stages();
  expect(stage?.outs[0]?.id).toEqual({ algorithm: 'md5-dos2unix', value: hash });
});

test('a pipeline stage has its flags from dvc.yaml and its pins from dvc.lock', async () => {
  project.write(
    'p/dvc.yaml',
    'stages:\n  s:\n    cmd: run\n    wdir: w\n    deps: [in, ../up]\n    params: [a]\n    outs:\n    - ./out:\n        push: false\n        remote: alt\n    metrics:\n    - m.json:\n        cache: false\n',
  );
  project.write(
    'p/dvc.lock',
    `schema: '2.0'\nstages:\n  s:\n    cmd: run it\n    deps:\n    - path: in\n      hash: md5\n      md5: ${hash}\n    params:\n      params.yaml:\n        a: 1\n    outs:\n    - path: out\n      hash: md5\n      md5: ${hash}\n      size: 7\n`,
  );
  const [stage] = await stages();
  expect(stage).toMatchObject({ address: 'p/dvc.yaml:s', wdir: 'p/w', cmd: 'run', lockedCmd: 'run it' });
  expect(stage?.deps.map(({ path, record }) => [path, record.hash?.value])).toEqual([
    ['p/w/in', hash],
    ['p/up', undefined],
  ]);
  expect(
    stage?.outs.map(({ path, kind, id, record }) => [path, kind, id?.value, record.size, record.push, record.cache, record.remote]),
  ).toEqual([
    ['p/w/out', 'out', hash, 7, false, true, 'alt'],
    ['p/w/m.json', 'metric', undefined, undefined, true, false, undefined],
  ]);
  expect([...(stage?.params ?? [])]).toEqual([['p/w/params.yaml', ['a']]]);
});
