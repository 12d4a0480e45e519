/** `commit` beside real DVC's: the same work tree, the same command; afterwards the same metafiles and the same objects in the cache. */
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Dvc, startDvc } from '../../../e2e/harness/dvc.ts';
import { mustRun } from '../../../e2e/harness/run.ts';
import { openSandbox, type Sandbox } from '../../../e2e/harness/sandbox.ts';
import { DatapinError } from '../src/errors.ts';
import { commit, type CommitRequest } from '../src/operations/commit.ts';
import { openProject } from '../src/project/open-project.ts';

let sandbox: Sandbox;
let dvc: Dvc;
beforeAll(async () => {
  sandbox = openSandbox('commit');
  dvc = await startDvc();
});
afterAll(async () => {
  await dvc[Symbol.asyncDispose]();
  sandbox[Symbol.dispose]();
});

/** Where the scene is prepared; both tools then get a copy. */
let scene: string;
let counter = 0;
beforeEach(async () => {
  counter += 1;
  scene = join(sandbox.dir, `${counter}`, 'scene');
  mkdirSync(scene, { recursive: true });
  await git('init', '-q');
  await must('init', '-q');
});

function git(...args: readonly string[]): Promise<string> {
  return mustRun('git', args, { cwd: scene, env: sandbox.env });
}

async function must(...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await dvc.run(args, { cwd: scene, env: sandbox.env });
  if (code !== 0) throw new Error(`dvc ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
}

function write(path: string, content: string): void {
  mkdirSync(dirname(join(scene, path)), { recursive: true });
  writeFileSync(join(scene, path), content);
}

interface State {
  readonly metafiles: Record<string, string>;
  readonly objects: readonly string[];
  readonly data: Record<string, string>;
}

/** Everything that a commit may touch. The run cache is DVC's own business. */
function stateOf(folder: string): State {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !path.startsWith('.git/') && !path.startsWith('.dvc/tmp/') && !path.startsWith('.dvc/cache/runs/'))
    .sort();
  const isMetafile = (path: string): boolean => /(\.dvc|dvc\.lock|dvc\.yaml|\.gitignore)$/u.test(path);
  const read = (paths: readonly string[]): Record<string, string> =>
    Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
  const data = files.filter((path) => !path.startsWith('.dvc/'));
  return {
    metafiles: read(data.filter(isMetafile)),
    objects: files.filter((path) => path.startsWith('.dvc/cache/')),
    data: read(data.filter((path) => !isMetafile(path))),
  };
}

interface Result extends State {
  readonly said: string;
}

/** Runs both tools, each on its copy; returns what they left and said. Real DVC may be given another command. */
async function both(
  targets: readonly string[],
  flags: Partial<CommitRequest> = {},
  command: readonly string[] = ['commit', ...wordsOf(flags)],
): Promise<{ readonly theirs: Result; readonly ours: Result }> {
  const [theirs, ours] = [join(dirname(scene), 'theirs'), join(dirname(scene), 'ours')];
  for (const copy of [theirs, ours]) cpSync(scene, copy, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  const { stderr } = await dvc.run([...command, ...targets], { cwd: theirs, env: sandbox.env });
  const said = await ourCommit(ours, { targets, force: false, withDeps: false, recursive: false, noRelink: false, ...flags });
  return {
    theirs: { ...stateOf(theirs), said: /ERROR: (?:failed to commit[^-]*- )?([^\n]*)/u.exec(stderr)?.[1] ?? '' },
    ours: { ...stateOf(ours), said },
  };
}

function wordsOf(flags: Partial<CommitRequest>): readonly string[] {
  const words = { force: '-f', withDeps: '-d', recursive: '-R', noRelink: '--no-relink' };
  return Object.entries(words).flatMap(([name, word]) => (name in flags ? [word] : []));
}

async function ourCommit(folder: string, request: CommitRequest): Promise<string> {
  const storages = { load: () => Promise.reject(new Error('no remote')) };
  const project = await openProject({ cwd: folder, env: sandbox.env, storages });
  try {
    await commit(project, request, { signal: new AbortController().signal, report: () => undefined });
    return '';
  } catch (error) {
    if (!(error instanceof DatapinError)) throw error;
    return error.message;
  }
}

describe('what was added and then changed', () => {
  beforeEach(async () => {
    write('file.txt', 'one\n');
    write('data/a', 'a');
    write('data/b', 'b');
    write('data/sub/c', 'c');
    await must('add', '-q', 'file.txt', 'data');
  });

  it.each<[string, readonly string[], Partial<CommitRequest>]>([
    ['everything', [], {}],
    ['a metafile', ['file.txt.dvc'], {}],
    ['an output', ['data'], {}],
    ['without relinking', [], { noRelink: true }],
  ])('with force: %s', async (_, targets, flags) => {
    write('file.txt', 'two\n');
    write('data/a', 'A');
    write('data/new', 'new');
    rmSync(join(scene, 'data/b'));
    const { theirs, ours } = await both(targets, { force: true, ...flags });
    expect(ours).toEqual(theirs);
  });

  // `dvc commit` of a part pins the whole directory as it is, but stores only the part: what is pinned then is nowhere. Its `add` does it right.
  it.each([['data/a'], ['data/sub'], ['data/new']])('with force: %s in a directory, as `dvc add` of it does', async (target) => {
    write('data/a', 'A');
    write('data/new', 'new');
    write('data/sub/c', 'C');
    const { theirs, ours } = await both([target], { force: true }, ['add']);
    expect([ours.metafiles, ours.data]).toEqual([theirs.metafiles, theirs.data]);
    expect(theirs.objects).toEqual(expect.arrayContaining([...ours.objects]));
  });

  it('without force it is refused in the same words, and nothing changes', async () => {
    write('file.txt', 'two\n');
    const before = stateOf(scene);
    const { theirs, ours } = await both([]);
    expect(ours).toEqual(theirs);
    expect(ours).toEqual({ ...before, said: "unable to commit changed stage: 'file.txt.dvc'. Use `-f|--force` to force." });
  });

  it('unchanged, but with explicit defaults: the metafile is written anew', async () => {
    write('file.txt.dvc', `${readFileSync(join(scene, 'file.txt.dvc'), 'utf8')}  cache: true\n  push: true\nfrozen: false\n`);
    const { theirs, ours } = await both([], { force: true });
    expect(ours).toEqual(theirs);
  });

  it('annotations and comments stay', async () => {
    write(
      'file.txt.dvc',
      `# top\n${readFileSync(join(scene, 'file.txt.dvc'), 'utf8')}  desc: text   # why\n  labels: [a, b]\nmeta: {x: 1}\n`,
    );
    write('file.txt', 'two\n');
    const { theirs, ours } = await both([], { force: true });
    expect(ours).toEqual(theirs);
  });

  it('an output that is gone is refused', async () => {
    rmSync(join(scene, 'file.txt'));
    const { theirs, ours } = await both(['file.txt.dvc'], { force: true });
    expect(ours.metafiles).toEqual(theirs.metafiles);
    expect([ours.said, theirs.said]).toEqual([expect.stringContaining('does not exist'), expect.stringContaining('does not exist')]);
  });

  it('an output that is executable now', async () => {
    write('file.txt', 'two\n');
    chmodSync(join(scene, 'file.txt'), 0o755);
    const { theirs, ours } = await both([], { force: true });
    expect(ours).toEqual(theirs);
  });

  it('a file that became a directory', async () => {
    rmSync(join(scene, 'file.txt'));
    write('file.txt/x', 'x');
    const { theirs, ours } = await both([], { force: true });
    expect(ours).toEqual(theirs);
  });

  it('a directory that became a file', async () => {
    rmSync(join(scene, 'data'), { recursive: true });
    write('data', 'file');
    const { theirs, ours } = await both([], { force: true });
    expect(ours).toEqual(theirs);
  });
});

describe('what was added without commit', () => {
  it.each([[[]], [['data']], [['file.txt.dvc']]])('%j goes into the cache', async (targets) => {
    write('file.txt', 'one\n');
    write('data/a', 'a');
    write('data/sub/b', 'b');
    await must('add', '-q', '--no-commit', 'file.txt', 'data');
    const { theirs, ours } = await both(targets);
    expect(ours).toEqual(theirs);
    expect(ours.objects.length).toBeGreaterThan(0);
  });
});

describe('a part of a directory whose list of files is not in the cache', () => {
  it('is refused: what the rest of it is cannot be known', async () => {
    write('data/a', 'a');
    write('data/b', 'b');
    await must('add', '-q', '--no-commit', 'data');
    const before = stateOf(scene);
    const { ours } = await both(['data/a']);
    expect(ours).toEqual({ ...before, said: expect.stringContaining("list of files of 'data'") });
  });
});

describe('a pipeline stage', () => {
  beforeEach(async () => {
    write('in/x', 'x');
    write('script.sh', 'cp in/x out.txt; echo 1 > m.json; mkdir -p plots; echo 2 > plots/p');
    write('params.yaml', 'lr: 0.001\nname: model\nnested: {a: [1, 2.50, null], b: yes}\nunused: 1\n');
    write('other.json', '{"k": {"deep": 1e-7}}');
    write(
      'dvc.yaml',
      [
        'stages:',
        '  make:',
        '    cmd: sh script.sh',
        '    deps:',
        '    - script.sh',
        '    - in',
        '    params:',
        '    - nested',
        '    - lr',
        '    - other.json:',
        '      - k.deep',
        '    outs:',
        '    - out.txt',
        '    - plots',
        '    metrics:',
        '    - m.json:',
        '        cache: false',
        '  next:',
        '    cmd:',
        '    - cp ../out.txt final.txt',
        '    wdir: sub',
        '    deps:',
        '    - ../out.txt',
        '    params:',
        '    - ../params.yaml:',
        '    outs:',
        '    - final.txt',
        '',
      ].join('\n'),
    );
    mkdirSync(join(scene, 'sub'));
  });

  it('that was run: after a change dvc.lock has the new dependencies, params and outputs', async () => {
    await must('repro', '-q');
    write('script.sh', '# changed\n');
    write('params.yaml', 'lr: 1e-5\nname: x\nnested: {a: []}\nnew: {x: "08"}\n');
    write('out.txt', 'by hand');
    const { theirs, ours } = await both([], { force: true });
    expect(ours).toEqual(theirs);
  });

  it('of which only one is meant', async () => {
    await must('repro', '-q');
    write('out.txt', 'by hand');
    const { theirs, ours } = await both(['make'], { force: true });
    expect(ours).toEqual(theirs);
  });

  it('with those that it needs', async () => {
    await must('repro', '-q');
    write('out.txt', 'by hand');
    const { theirs, ours } = await both(['next'], { force: true, withDeps: true });
    expect(ours).toEqual(theirs);
  });

  it('that was never run by DVC', async () => {
    write('out.txt', 'by hand');
    write('plots/p', '2');
    // DVC's run cache also stores uncached metrics; here that is an object which is there anyway.
    write('m.json', '2');
    write('sub/final.txt', 'final');
    const { theirs, ours } = await both([], { force: true });
    expect(ours).toEqual(theirs);
  });

  it('changed, without force it is refused', async () => {
    await must('repro', '-q');
    write('params.yaml', 'lr: 1\nnested: 2\n');
    const { theirs, ours } = await both([]);
    expect(ours).toEqual(theirs);
    expect(ours.said).toBe("unable to commit changed stage: 'make'. Use `-f|--force` to force.");
  });

  it('whose output is missing is refused', async () => {
    await must('repro', '-q');
    rmSync(join(scene, 'out.txt'));
    const { theirs, ours } = await both(['make'], { force: true });
    expect(ours.metafiles).toEqual(theirs.metafiles);
    expect([ours.said, theirs.said]).toEqual([
      expect.stringContaining("'out.txt' does not exist"),
      expect.stringContaining('does not exist'),
    ]);
  });

  it('in another folder, found with -R', async () => {
    write('deep/dvc.yaml', 'stages:\n  s:\n    cmd: echo 1 > o\n    outs: [o]\n');
    write('deep/o', '1\n');
    write('deep/f', 'f');
    await must('add', '-q', '--no-commit', 'deep/f');
    const { theirs, ours } = await both(['deep'], { force: true, recursive: true });
    expect(ours).toEqual(theirs);
  });
});

describe('an import', () => {
  it('keeps its checksum right', async () => {
    const source = join(dirname(scene), 'source.txt');
    writeFileSync(source, 'one');
    await must('import-url', '-q', source, 'file.txt');
    write('file.txt', 'changed');
    const { theirs, ours } = await both([], { force: true });
    expect(ours).toEqual(theirs);
  });

  it('of a directory, too', async () => {
    const source = join(dirname(scene), 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'a'), 'a');
    await must('import-url', '-q', source, 'data');
    write('data/b', 'b');
    const { theirs, ours } = await both([], { force: true });
    expect(ours).toEqual(theirs);
  });

  it('from a repository', async () => {
    const work = scene;
    scene = join(dirname(work), 'source');
    mkdirSync(scene);
    await git('init', '-q');
    await must('init', '-q');
    write('a', 'a');
    await must('add', '-q', 'a');
    await git('add', '-A');
    await git('commit', '-q', '-m', 'source');
    const source = scene;
    scene = work;
    await must('import', '-q', source, 'a');
    write('a', 'changed');
    const { theirs, ours } = await both([], { force: true });
    expect(ours).toEqual(theirs);
  });
});

describe('legacy metafiles', () => {
  beforeEach(async () => {
    write('file.txt', 'one\r\ntwo\n');
    await must('add', '-q', 'file.txt');
  });

  it('changed content gets a hash of today', async () => {
    write('file.txt.dvc', readFileSync(join(scene, 'file.txt.dvc'), 'utf8').replace('  hash: md5\n', ''));
    write('file.txt', 'changed\r\n');
    const { theirs, ours } = await both([], { force: true });
    expect(ours).toEqual(theirs);
  });

  it('unchanged content keeps its hash', async () => {
    // md5 of "one\ntwo\n"
    write('file.txt.dvc', 'outs:\n- md5: c0d7170bfbb3eb8e0b43d6ed8f1da1dd\n  size: 9\n  path: file.txt\n');
    const { theirs, ours } = await both([], { force: true });
    expect(ours).toEqual(theirs);
  });
});
