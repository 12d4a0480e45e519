import { hash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { add, type AddRequest, type AddResult } from '../../src/operations/add.ts';
import { addRequest } from './add-request.ts';
import { makeProject, type TemporaryProject } from './temporary-project.ts';

const goldens = join(import.meta.dirname, '../../../../e2e/fixtures/09-annotations/golden');

let project: TemporaryProject;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => {
  project[Symbol.dispose]();
});

async function addIt(targets: readonly string[], changes: Partial<AddRequest> & { readonly cwd?: string } = {}): Promise<AddResult> {
  const { cwd, ...request } = changes;
  return await add(await project.open(cwd), addRequest(targets, request), project.context);
}

const path = (name: string): string => join(project.root, name);
const read = (name: string): string => readFileSync(path(name), 'utf8');
const golden = (name: string): string => readFileSync(join(goldens, name), 'utf8');
const objectOf = (content: string): string => path(`.dvc/cache/files/md5/${hash('md5', content).replace(/^../u, '$&/')}`);
const pinOf = (name: string, content: string): string =>
  `outs:\n- md5: ${hash('md5', content)}\n  size: ${content.length}\n  hash: md5\n  path: ${name}\n`;
/** All names in the work tree's root that a failed command must not have added to. */
const names = (): readonly string[] => readdirSync(project.root).sort();

describe('adding a file', () => {
  it('pins it, ignores it in git and stores it', async () => {
    project.write('data.csv', 'a,b\n');
    await addIt(['data.csv']);
    expect(read('data.csv.dvc')).toBe(pinOf('data.csv', 'a,b\n'));
    expect(read('.gitignore')).toBe('/data.csv\n');
    expect(readFileSync(objectOf('a,b\n'), 'utf8')).toBe('a,b\n');
  });

  it('in a folder puts metafile and .gitignore beside it', async () => {
    project.write('a/b/data.csv', 'x');
    await addIt(['a/b/data.csv']);
    expect(readdirSync(path('a/b')).sort()).toEqual(['.gitignore', 'data.csv', 'data.csv.dvc']);
  });

  it.each(['data.csv', './data.csv', '../sub/data.csv', 'data.csv/'])(
    'takes the target %s relative to the current folder',
    async (target) => {
      project.write('sub/data.csv', 'x');
      expect((await addIt([target], { cwd: 'sub' })).metafiles).toEqual(['sub/data.csv.dvc']);
    },
  );

  it('takes an absolute target', async () => {
    project.write('data.csv', 'x');
    expect((await addIt([path('data.csv')])).metafiles).toEqual(['data.csv.dvc']);
  });

  it('tells what to stage, and how much there was', async () => {
    project.write('data.csv', 'abc');
    expect(await addIt(['data.csv'])).toEqual({
      metafiles: ['data.csv.dvc'],
      toStage: [path('.gitignore'), path('data.csv.dvc')],
      staged: false,
      files: 1,
      bytes: 3,
    });
  });

  it('again with other content changes the pin only', async () => {
    project.write('data.csv', 'old');
    await addIt(['data.csv']);
    project.write('data.csv', 'new!');
    expect((await addIt(['data.csv'])).toStage).toEqual([path('data.csv.dvc')]);
    expect(read('data.csv.dvc')).toBe(pinOf('data.csv', 'new!'));
    expect(read('.gitignore')).toBe('/data.csv\n');
  });

  it('that is named twice is added once', async () => {
    project.write('data.csv', 'x');
    expect((await addIt(['data.csv', './data.csv'])).metafiles).toEqual(['data.csv.dvc']);
  });

  it('does not repeat what git ignores already', async () => {
    project.write('.gitignore', '*.csv\n');
    project.write('data.csv', 'x');
    await addIt(['data.csv']);
    expect(read('.gitignore')).toBe('*.csv\n');
  });

  it('that is a symbolic link puts the content in its place', async () => {
    project.write('elsewhere/x', 'behind the link');
    symlinkSync('elsewhere/x', path('link'));
    await addIt(['link']);
    expect(read('link.dvc')).toBe(pinOf('link', 'behind the link'));
    expect(lstatSync(path('link')).isFile()).toBe(true);
    expect(read('elsewhere/x')).toBe('behind the link');
  });

  it('leaves a symbolic link alone with --no-relink', async () => {
    project.write('x', 'behind the link');
    symlinkSync('x', path('link'));
    await addIt(['link'], { noRelink: true });
    expect(lstatSync(path('link')).isSymbolicLink()).toBe(true);
  });

  it('stores nothing with --no-commit', async () => {
    project.write('data.csv', 'x');
    await addIt(['data.csv'], { noCommit: true });
    expect(read('data.csv.dvc')).toBe(pinOf('data.csv', 'x'));
    expect(existsSync(path('.dvc/cache'))).toBe(false);
  });

  it('stages what it wrote with core.autostage', async () => {
    project.write('.dvc/config', '[core]\n    autostage = true\n');
    project.write('data.csv', 'x');
    expect((await addIt(['data.csv'])).staged).toBe(true);
    expect(project.git('diff', '--cached', '--name-only').split('\n').sort()).toEqual(['', '.gitignore', 'data.csv.dvc']);
  });

  it('gives no file to git with core.no_scm', async () => {
    project.write('.dvc/config', '[core]\n    no_scm = True\n');
    project.write('data.csv', 'x');
    await addIt(['data.csv']);
    expect(existsSync(path('.gitignore'))).toBe(false);
  });
});

describe('the link to the cache', () => {
  it.each(['hardlink', 'symlink', 'copy'])('takes the place of a link to a file in the same directory (%s)', async (type) => {
    project.write('.dvc/config', `[cache]\n    type = ${type}\n`);
    project.write('data/a', 'abc');
    symlinkSync('../data/a', path('data/z'));
    symlinkSync('../data/a', path('data/0'));
    await addIt(['data']);
    expect([read('data/0'), read('data/a'), read('data/z')]).toEqual(['abc', 'abc', 'abc']);
    expect(read('data.dvc')).toContain('nfiles: 3\n');
  });

  it.each(['hardlink', 'symlink'] as const)('is a %s where cache.type says so', async (type) => {
    project.write('.dvc/config', `[cache]\n    type = ${type}\n`);
    project.write('data/a', 'abc');
    await addIt(['data']);
    expect(read('data/a')).toBe('abc');
    expect(statSync(path('data/a')).ino).toBe(statSync(objectOf('abc')).ino);
    expect(lstatSync(path('data/a')).isSymbolicLink()).toBe(type === 'symlink');
  });

  it('of an executable file is a copy, so that the object keeps its mode', async () => {
    project.write('.dvc/config', '[cache]\n    type = hardlink\n');
    project.write('run.sh', '#!/bin/sh');
    chmodSync(path('run.sh'), 0o755);
    await addIt(['run.sh']);
    expect(statSync(objectOf('#!/bin/sh')).mode & 0o777).toBe(0o444);
    expect(statSync(path('run.sh')).mode & 0o100).toBe(0o100);
  });

  it('is not made with --no-relink', async () => {
    project.write('.dvc/config', '[cache]\n    type = symlink\n');
    project.write('a', 'abc');
    await addIt(['a'], { noRelink: true });
    expect(lstatSync(path('a')).isFile()).toBe(true);
  });
});

describe('adding into a tracked directory', () => {
  beforeEach(async () => {
    project.write('dir/1', '1\n');
    await addIt(['dir']);
    appendFileSync(path('dir.dvc'), 'frozen: true\n');
  });

  it('a new file adds up the size', async () => {
    project.write('dir/2', '2\n');
    await addIt(['dir/2']);
    expect(read('dir.dvc')).toBe(golden('dir.dvc.after-granular-add'));
  });

  it('a changed file leaves the size out, until the whole is added', async () => {
    project.write('dir/2', '2\n');
    await addIt(['dir/2']);
    project.write('dir/1', '1 changed\n');
    await addIt(['dir/1']);
    expect(read('dir.dvc')).toBe(golden('dir.dvc.after-granular-change'));
    await addIt(['dir']);
    expect(read('dir.dvc')).toBe(golden('dir.dvc.after-full-add'));
  });

  it('an unchanged file keeps the size', async () => {
    const before = read('dir.dvc');
    await addIt(['dir/1']);
    expect(read('dir.dvc')).toBe(before);
  });

  it('a file that is gone takes it out', async () => {
    project.write('dir/2', '2\n');
    await addIt(['dir/2']);
    rmSync(path('dir/1'));
    await addIt(['dir/1']);
    expect(read('dir.dvc')).toContain('nfiles: 1\n');
    expect(read('dir.dvc')).not.toContain('size');
  });

  it('several files at once', async () => {
    project.write('dir/2', '2\n');
    project.write('dir/sub/3', '3\n');
    await addIt(['dir/2', 'dir/sub']);
    expect(read('dir.dvc')).toContain('size: 6\n  nfiles: 3\n');
  });

  it('leaves other changes in the directory out', async () => {
    project.write('dir/2', '2\n');
    project.write('dir/3', '3\n');
    await addIt(['dir/2']);
    expect(read('dir.dvc')).toContain('nfiles: 2\n');
  });

  it('a path that is neither there nor pinned is refused', async () => {
    await expect(addIt(['dir/nothing'])).rejects.toMatchObject({ code: 'target-missing' });
  });

  it('needs the directory object in the cache', async () => {
    rmSync(path('.dvc/cache'), { recursive: true });
    project.write('dir/2', '2\n');
    await expect(addIt(['dir/2'])).rejects.toMatchObject({ code: 'cache-missing' });
  });
});

describe('a metafile that is there', () => {
  it('keeps its comments, order and annotations', async () => {
    project.write('a.txt.dvc', golden('a.txt.dvc.before'));
    project.write('a.txt', 'a changed\n');
    await addIt(['a.txt']);
    expect(read('a.txt.dvc')).toBe(golden('a.txt.dvc.after'));
  });

  it('that pins an output without cache gets its hash, and nothing is stored or ignored', async () => {
    project.write('c.txt.dvc', golden('c.txt.dvc.before').replace(/md5: .*/u, `md5: ${'a'.repeat(32)}`));
    project.write('c.txt', 'c\n');
    await addIt(['c.txt']);
    expect(read('c.txt.dvc')).toBe(golden('c.txt.dvc.before'));
    expect(existsSync(objectOf('c\n'))).toBe(false);
    expect(existsSync(path('.gitignore'))).toBe(false);
  });

  it('with several outputs changes only the one that is added', async () => {
    project.write('multi.dvc', golden('multi.dvc.before'));
    project.write('e.txt', 'other\n');
    project.write('f.txt', 'changed too\n');
    await addIt(['e.txt']);
    expect(read('multi.dvc')).toContain(hash('md5', 'other\n'));
    expect(read('multi.dvc')).toContain(hash('md5', 'f\n'));
  });

  it('of DVC 2 stays as it is while the content is the same', async () => {
    const pin = `outs:\n- md5: ${hash('md5', 'a\nb\n')}\n  size: 6\n  path: crlf.txt\n`;
    project.write('crlf.txt.dvc', pin);
    project.write('crlf.txt', 'a\r\nb\r\n');
    await addIt(['crlf.txt']);
    expect(read('crlf.txt.dvc')).toBe(pin);
    expect(existsSync(path(`.dvc/cache/${hash('md5', 'a\nb\n').replace(/^../u, '$&/')}`))).toBe(true);
  });

  it('of DVC 2 gets a hash of DVC 3 when the content changes', async () => {
    project.write('crlf.txt.dvc', `outs:\n- md5: ${hash('md5', 'a\nb\n')}\n  size: 6\n  path: crlf.txt\n`);
    project.write('crlf.txt', 'c\r\n');
    await addIt(['crlf.txt']);
    expect(read('crlf.txt.dvc')).toBe(`outs:\n- md5: ${hash('md5', 'c\r\n')}\n  size: 3\n  path: crlf.txt\n  hash: md5\n`);
  });
});

describe('--glob', () => {
  it('adds what the patterns match', async () => {
    for (const name of ['a/1.csv', 'a/b/2.csv', 'a/b/3.txt', '4.csv', '.hidden.csv']) project.write(name, name);
    const { metafiles } = await addIt(['*.csv', 'a/**/?.csv'], { glob: true });
    expect([...metafiles].sort()).toEqual(['4.csv.dvc', 'a/1.csv.dvc', 'a/b/2.csv.dvc']);
  });

  it('is refused when nothing matches', async () => {
    await expect(addIt(['*.nothing'], { glob: true })).rejects.toMatchObject({ code: 'target-missing' });
  });
});

describe('--out', () => {
  it('copies a file from outside of the project', async () => {
    writeFileSync(join(project.root, '../outside.csv'), 'abc');
    await addIt(['../outside.csv'], { out: 'inside.csv' });
    expect(read('inside.csv')).toBe('abc');
    expect(read('inside.csv.dvc')).toBe(pinOf('inside.csv', 'abc'));
    expect(read('.gitignore')).toBe('/inside.csv\n');
  });

  it('copies a directory into a folder under its own name', async () => {
    mkdirSync(join(project.root, '../outside/sub'), { recursive: true });
    writeFileSync(join(project.root, '../outside/sub/x'), 'abc');
    mkdirSync(path('data'));
    await addIt(['../outside'], { out: 'data' });
    expect(read('data/outside/sub/x')).toBe('abc');
    expect(read('data/outside.dvc')).toContain('nfiles: 1\n');
  });

  it('overwrites nothing', async () => {
    project.write('a', 'a');
    project.write('b', 'b');
    await expect(addIt(['a'], { out: 'b' })).rejects.toMatchObject({ code: 'unsaved-changes' });
    expect(read('b')).toBe('b');
  });

  it('overwrites with --force', async () => {
    project.write('a', 'a');
    project.write('b', 'b');
    await addIt(['a'], { out: 'b', force: true });
    expect(read('b')).toBe('a');
    expect(read('b.dvc')).toBe(pinOf('b', 'a'));
  });
});

it('what is never data is refused without blaming a .dvcignore', async () => {
  await expect(addIt(['.git/config'])).rejects.toMatchObject({
    code: 'target-ignored',
    message: "'.git/config' cannot be tracked: .git is never part of the data",
    hint: undefined,
  });
});

describe('a target that is refused', () => {
  const refusals: readonly {
    readonly why: string;
    readonly code: string;
    readonly target: string;
    readonly prepare?: () => void | Promise<unknown>;
  }[] = [
    { why: 'is not there', code: 'target-missing', target: 'nothing' },
    { why: 'is a broken symbolic link', code: 'target-missing', target: 'link', prepare: () => symlinkSync('nowhere', path('link')) },
    { why: 'is outside', code: 'target-outside', target: '../outside' },
    { why: 'is the project itself', code: 'invalid-target', target: '.' },
    { why: 'is a metafile', code: 'invalid-target', target: 'x.dvc', prepare: () => project.write('x.dvc', 'outs: []\n') },
    { why: 'is dvc.yaml', code: 'invalid-target', target: 'sub/dvc.yaml', prepare: () => project.write('sub/dvc.yaml', 'stages: {}\n') },
    { why: 'is in .dvc', code: 'target-ignored', target: '.dvc/config' },
    { why: 'is in .git', code: 'target-ignored', target: '.git/config' },
    {
      why: 'is ignored by .dvcignore',
      code: 'target-ignored',
      target: 'x.tmp',
      prepare: () => {
        project.write('.dvcignore', '*.tmp\n');
        project.write('x.tmp', '');
      },
    },
    {
      why: 'has a metafile that git ignores',
      code: 'target-ignored',
      target: 'x',
      prepare: () => {
        project.write('.gitignore', '*.dvc\n');
        project.write('x', '');
      },
    },
    {
      why: 'is tracked by git',
      code: 'target-tracked-by-git',
      target: 'x',
      prepare: () => {
        project.write('x', '');
        project.git('add', 'x');
      },
    },
    {
      why: 'is a directory with files that git tracks',
      code: 'target-tracked-by-git',
      target: 'data',
      prepare: () => {
        project.write('data/x', '');
        project.git('add', 'data');
      },
    },
    {
      why: 'is a symbolic link to a directory',
      code: 'invalid-target',
      target: 'link',
      prepare: () => {
        project.write('real/x', '');
        symlinkSync('real', path('link'));
      },
    },
    {
      why: 'is behind a symbolic link to a directory',
      code: 'invalid-target',
      target: 'link/x',
      prepare: () => {
        project.write('real/x', '');
        symlinkSync('real', path('link'));
      },
    },
    {
      why: 'holds another output',
      code: 'target-overlaps',
      target: 'data',
      prepare: () => {
        project.write('data/sub/x', '');
        return addIt(['data/sub']);
      },
    },
    {
      why: 'is an output of a pipeline',
      code: 'target-overlaps',
      target: 'model',
      prepare: () => {
        project.write('dvc.yaml', 'stages:\n  train:\n    cmd: train\n    outs: [model]\n');
        project.write('model', '');
      },
    },
    {
      why: 'is below a tracked file',
      code: 'target-overlaps',
      target: 'x/y',
      prepare: () => {
        project.write('x', '');
        return addIt(['x']);
      },
    },
    { why: 'is a project of its own', code: 'invalid-target', target: 'sub', prepare: () => project.write('sub/.dvc/config', '') },
    { why: 'holds a .dvcignore', code: 'misplaced-dvcignore', target: 'data', prepare: () => project.write('data/.dvcignore', '') },
    {
      why: 'holds a name that no checkout writes',
      code: 'unsafe-path',
      target: 'data',
      prepare: () => project.write('data/.GIT/config', ''),
    },
    { why: 'is to go to a remote directly', code: 'unsupported', target: 'x' },
  ];

  it.each(refusals)('because it $why changes nothing', async ({ code, target, prepare, why }) => {
    await prepare?.();
    const before = names();
    const ignored = existsSync(path('.gitignore')) && read('.gitignore');
    await expect(addIt([target], { toRemote: why.includes('remote') })).rejects.toMatchObject({ code });
    expect(names()).toEqual(before);
    expect(existsSync(path('.gitignore')) && read('.gitignore')).toBe(ignored);
  });

  it('keeps the targets beside it from being added', async () => {
    project.write('good', 'x');
    await expect(addIt(['good', 'nothing'])).rejects.toMatchObject({ code: 'target-missing' });
    expect(names()).toEqual(['.dvc', '.git', 'good']);
  });

  it('because two overlap adds neither', async () => {
    project.write('data/x', 'x');
    await expect(addIt(['data', 'data/x'])).rejects.toMatchObject({ code: 'target-overlaps' });
    expect(names()).toEqual(['.dvc', '.git', 'data']);
  });
});
