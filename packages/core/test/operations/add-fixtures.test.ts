import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { add } from '../../src/operations/add.ts';
import { addRequest } from './add-request.ts';
import { makeProject, type TemporaryProject } from './temporary-project.ts';

const fixtures = join(import.meta.dirname, '../../../../e2e/fixtures');

interface FixtureAdd {
  readonly name: string;
  readonly targets: readonly string[] | ((root: string) => readonly string[]);
}

const adds: readonly FixtureAdd[] = [
  { name: '01-single-file', targets: ['hello.txt', 'crlf.txt', 'bin.dat', 'empty', 'run.sh', 'md5_float_like.txt', 'md5_int_like.txt'] },
  {
    name: '02-odd-names',
    targets: (root) =>
      (JSON.parse(readFileSync(join(root, 'names.json'), 'utf8')) as string[]).map(
        (name, index) => `d${String(index).padStart(3, '0')}/${name}`,
      ),
  },
  { name: '03-dir-mixed', targets: ['data', 'emptydir_only', 'nothing'] },
  { name: '10-dvcignore', targets: ['data', 'nested2'] },
];

describe.each(adds)('adding the input of $name', ({ name, targets }) => {
  let project: TemporaryProject;
  beforeAll(async () => {
    project = makeProject({ tar: join(fixtures, name, 'input.tar.gz') });
    const paths = typeof targets === 'function' ? targets(project.root) : targets;
    await add(await project.open(), addRequest(paths), project.context);
  });
  afterAll(() => {
    project[Symbol.dispose]();
  });

  it('writes the .dvc files and .gitignore files that real DVC wrote', () => {
    const head = join(project.root, '..', 'head');
    execFileSync('git', ['clone', '-q', join(fixtures, name, 'repo.bundle'), head]);
    const written = metafiles(project.root);
    expect(written).toEqual(metafiles(head));
  });

  it('stores the objects that real DVC stored', () => {
    expect(listObjects(join(project.root, '.dvc/cache'))).toEqual(listObjects(join(fixtures, name, 'remote')));
  });
});

/** What git would commit of the pins; what is in tracked data is no pin. */
function metafiles(root: string): Record<string, string> {
  const paths = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' }).split('\0');
  const pins = paths.filter((path) => /(\.dvc|\.gitignore)$/u.test(path) && !path.startsWith('.dvc/'));
  return Object.fromEntries(pins.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

function listObjects(folder: string): Record<string, string> {
  const objects = globSync('files/md5/??/*', { cwd: folder }).sort();
  return Object.fromEntries(objects.map((path) => [path, readFileSync(join(folder, path), 'base64')]));
}
