import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { readRepository } from '../../src/project/read-repository.ts';
import { selectTargets } from '../../src/project/select-targets.ts';
import type { TargetOptions } from '../../src/project/target.ts';
import { makeProject, type TemporaryProject } from '../operations/temporary-project.ts';
import { dvcFile, md5 } from './metafiles.ts';

let project: TemporaryProject;
beforeEach(() => {
  project = makeProject();
  project.write('data.dvc', dvcFile({ data: `${md5('dir')}.dir` }));
  project.write('file.dvc', dvcFile({ file: md5('file') }));
  project.write('sub/x.dvc', dvcFile({ x: md5('x'), y: md5('y') }));
  project.write('sub/deep/z.dvc', dvcFile({ z: md5('z') }));
  project.write(
    'dvc.yaml',
    'stages:\n  train:\n    cmd: echo\n    deps: [data]\n    outs: [model]\n  eval:\n    cmd: echo\n    deps: [model]\n    outs: [report]\n  each:\n    foreach: [a, b]\n    do:\n      cmd: echo\n      outs: ["o-${item}"]\n',
  );
  project.write('sub/dvc.yaml', 'stages:\n  prep:\n    cmd: echo\n    outs: [clean]\n');
});
afterEach(() => {
  project[Symbol.dispose]();
});

/** `path` for a whole output, `path[part]` for a part of one. */
async function select(targets: readonly string[], options: TargetOptions = {}, cwd = '.'): Promise<string[]> {
  const { outputs } = await selectTargets(readRepository(await project.open(cwd)), targets, options);
  return outputs.map(({ output, within }) => (within ? `${output.path}[${within.join()}]` : output.path)).sort();
}

test('without targets, everything', async () => {
  expect(await select([])).toEqual(['data', 'file', 'model', 'o-a', 'o-b', 'report', 'sub/clean', 'sub/deep/z', 'sub/x', 'sub/y']);
});

test.each([
  ['a .dvc file', 'sub/x.dvc', ['sub/x', 'sub/y']],
  ['a .dvc file with a name behind it', 'file.dvc:name', ['file']],
  ['a dvc.yaml', 'dvc.yaml', ['model', 'o-a', 'o-b', 'report']],
  ['a stage', 'train', ['model']],
  ['a stage here', ':train', ['model']],
  ['a stage of another dvc.yaml', 'sub/dvc.yaml:prep', ['sub/clean']],
  ['one of a group', 'each@b', ['o-b']],
  ['a group', 'each', ['o-a', 'o-b']],
  ['a group by its file', 'dvc.yaml:each', ['o-a', 'o-b']],
  ['an output', 'file', ['file']],
  ['an output with a slash behind', 'data/', ['data']],
  ['one output of several', 'sub/y', ['sub/y']],
  ['a path inside a directory', 'data/a/b', ['data[a/b]']],
  ['an output of a stage', 'model', ['model']],
  ['a detour', './sub/../file', ['file']],
])('%s: %s', async (_what, target, expected) => {
  expect(await select([target])).toEqual(expected);
});

test('a stage goes before an output of the same name', async () => {
  project.write('train.dvc', dvcFile({ train: md5('t') }));
  expect(await select(['train'])).toEqual(['model']);
});

test('targets are relative to the current folder', async () => {
  expect(await select(['x', '../data/q', 'prep', '../dvc.yaml:train'], {}, 'sub')).toEqual(['data[q]', 'model', 'sub/clean', 'sub/x']);
});

test('several parts of a directory come together, and the whole of it swallows them', async () => {
  expect(await select(['data/a', 'data/b'])).toEqual(['data[a,b]']);
  expect(await select(['data/a', 'data.dvc', 'data/b'])).toEqual(['data']);
});

describe('with -R', () => {
  test('a folder means all metafiles below it', async () => {
    expect(await select(['sub'], { recursive: true })).toEqual(['sub/clean', 'sub/deep/z', 'sub/x', 'sub/y']);
  });

  test('the root means everything', async () => {
    expect(await select(['.'], { recursive: true })).toHaveLength(10);
  });

  test('what is no folder is looked up as usual', async () => {
    expect(await select(['train'], { recursive: true })).toEqual(['model']);
  });
});

describe('with -d', () => {
  test('a stage brings what it depends on', async () => {
    expect(await select(['eval'], { withDeps: true })).toEqual(['data', 'model', 'report']);
  });

  test('an output comes alone, as in DVC', async () => {
    expect(await select(['report'], { withDeps: true })).toEqual(['report']);
  });
});

describe('an unknown target', () => {
  test.each([
    ['nope', "'nope' is not tracked"],
    ['sub', "'sub' is not tracked"],
    ['../outside', "'../outside' is not tracked"],
    ['file/below', "'file/below' is not tracked"],
    ['nope.dvc', "'nope.dvc' does not exist"],
    ['dvc.yaml:nope', "Stage 'nope' not found inside 'dvc.yaml' file"],
  ])('%s', async (target, message) => {
    await expect(select([target])).rejects.toMatchObject({ code: 'unknown-target', message });
  });

  test.each([
    ['repot', "Did you mean 'report'?"],
    ['evall', "Did you mean 'eval'?"],
    ['repo*', 'Targets are paths and names. `pull` and `push` take patterns with `--glob`.'],
    ['elsewhere', undefined],
  ])('%s: what was probably meant', async (target, hint) => {
    await expect(select([target], { suggestGit: true })).rejects.toMatchObject({ hint });
  });

  test('a dvc.lock is none, with a hint', async () => {
    await expect(select(['dvc.lock'])).rejects.toMatchObject({ code: 'invalid-target', hint: expect.stringContaining('dvc.yaml') });
  });
});

describe('outputs that get in each other’s way are refused when one is looked up', () => {
  test('the same path twice', async () => {
    project.write('again.dvc', dvcFile({ file: md5('other') }));
    const error = { code: 'target-overlaps', message: "output 'file' is specified in 'again.dvc' and in 'file.dvc'" };
    await expect(select(['file'])).rejects.toMatchObject(error);
    expect(await select(['file.dvc'])).toEqual(['file']);
  });

  test('one inside another', async () => {
    project.write('inner.dvc', dvcFile({ 'data/inner': md5('i') }));
    await expect(select(['data'])).rejects.toMatchObject({ code: 'target-overlaps', message: expect.stringContaining("'data/inner'") });
  });

  test('a metafile inside one', async () => {
    project.write('k/only.dvc', `wdir: ..\n${dvcFile({ elsewhere: md5('e') })}`);
    project.write('t/late.dvc', `wdir: ..\n${dvcFile({ k: `${md5('k')}.dir` })}`);
    await expect(select(['file'])).rejects.toMatchObject({ code: 'target-overlaps', message: expect.stringContaining("'k/only.dvc'") });
  });
});
