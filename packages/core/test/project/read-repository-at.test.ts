import { afterEach, beforeEach, expect, test } from 'vitest';

import { readRepositoryAt } from '../../src/project/read-repository-at.ts';
import { makeProject, type TemporaryProject } from '../operations/temporary-project.ts';
import { dvcFile, md5 } from './metafiles.ts';

let project: TemporaryProject;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => {
  project[Symbol.dispose]();
});

function save(): string {
  project.git('add', '-A');
  project.git('commit', '-q', '--allow-empty', '-m', 'x');
  return project.git('rev-parse', 'HEAD').trim();
}

test('the stages of a commit are those of its tree, whatever the work tree has', async () => {
  project.write('a.dvc', dvcFile({ a: md5('1') }));
  project.write('sub/b.dvc', dvcFile({ b: md5('2') }));
  const commit = save();
  project.write('a.dvc', 'broken: [');
  project.write('c.dvc', dvcFile({ c: md5('3') }));
  const stages = await (await readRepositoryAt(await project.open(), commit)).stages();
  expect(stages.flatMap(({ outs }) => outs.map(({ path, id }) => [path, id?.value]))).toEqual([
    ['a', md5('1')],
    ['sub/b', md5('2')],
  ]);
});

test('templates draw on the files of the commit', async () => {
  project.write('dvc.yaml', 'vars: [conf/vars.json]\nstages:\n  s:\n    cmd: echo\n    outs: ["${name}", "${other}"]\n');
  project.write('conf/vars.json', '{"name": "then"}');
  project.write('params.yaml', 'other: too\n');
  const commit = save();
  project.write('conf/vars.json', '{"name": "now"}');
  const stages = await (await readRepositoryAt(await project.open(), commit)).stages();
  expect(stages.flatMap(({ outs }) => outs.map(({ path }) => path))).toEqual(['then', 'too']);
});

test('a project in a folder of the git work tree sees its own part', async () => {
  project.write('ml/.dvc/config', '');
  project.write('ml/a.dvc', dvcFile({ a: md5('1') }));
  project.write('b.dvc', dvcFile({ b: md5('1') }));
  const view = await readRepositoryAt(await project.open('ml'), save());
  expect((await view.stages()).map(({ address }) => address)).toEqual(['a.dvc']);
});

test('a commit from before the project has no stages', async () => {
  const commit = save();
  project.write('ml/.dvc/config', '');
  project.write('ml/a.dvc', dvcFile({ a: md5('1') }));
  save();
  expect(await (await readRepositoryAt(await project.open('ml'), commit)).stages()).toEqual([]);
});

test('without git there is no history', async () => {
  project.write('.dvc/config', '[core]\n    no_scm = True\n');
  await expect(readRepositoryAt(await project.open(), md5('x'))).rejects.toMatchObject({ code: 'no-git' });
});
