/** What `add` writes: the same bytes in metafiles, `.gitignore`s and directory objects, and the same objects, as real DVC wrote. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkOutFixture, type FixtureCheckout, fixturePath, readExpected } from '../harness/fixture.ts';
import { listFiles } from '../harness/listing.ts';
import { mustRun } from '../harness/run.ts';
import { openSandbox, type Sandbox } from '../harness/sandbox.ts';
import { mustSucceed, openTools, type Tools } from '../harness/tool.ts';

let tools: Tools;
beforeAll(async () => {
  tools = await openTools();
});
afterAll(() => tools[Symbol.asyncDispose]());

/** The work tree as it was before real DVC added anything. */
async function unpackInput(name: string): Promise<Sandbox & { readonly work: string }> {
  const sandbox = openSandbox(name);
  const work = join(sandbox.dir, 'work');
  mkdirSync(work);
  mkdirSync(join(sandbox.dir, 'remote'));
  await mustRun('git', ['init', '-q'], { cwd: work, env: sandbox.env });
  await mustRun('tar', ['-xzf', fixturePath(name, 'input.tar.gz'), '-C', work], { cwd: work, env: sandbox.env });
  return { ...sandbox, work };
}

/** Metafiles and ignore files of a work tree, as git sees them. */
async function pins(work: string, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const files = (await mustRun('git', ['ls-files', '-z', '-co', '--exclude-standard'], { cwd: work, env })).split('\0');
  const wanted = files.filter((path) => /(\.dvc|\.gitignore)$/u.test(path) && !path.startsWith('.dvc/'));
  return Object.fromEntries(wanted.map((path) => [path, readFileSync(join(work, path), 'utf8')]));
}

const names = JSON.parse(
  execFileSync('tar', ['-xzOf', fixturePath('02-odd-names', 'input.tar.gz'), './names.json'], { encoding: 'utf8' }),
) as readonly string[];
const adds: readonly { readonly name: string; readonly targets: readonly string[] }[] = [
  { name: '01-single-file', targets: ['hello.txt', 'crlf.txt', 'bin.dat', 'empty', 'run.sh', 'md5_float_like.txt', 'md5_int_like.txt'] },
  { name: '02-odd-names', targets: names.map((file, index) => `d${String(index).padStart(3, '0')}/${file}`) },
  { name: '03-dir-mixed', targets: ['data', 'emptydir_only', 'nothing'] },
  { name: '10-dvcignore', targets: ['data', 'nested2'] },
];

describe.for(adds)('$name added anew', ({ name, targets }) => {
  let input: Awaited<ReturnType<typeof unpackInput>>;
  let head: FixtureCheckout;
  beforeAll(async () => {
    input = await unpackInput(name);
    head = await checkOutFixture(name, 'main');
    await mustSucceed(tools.subject, ['add', ...targets], { cwd: input.work, env: input.env });
  });
  afterAll(() => {
    input[Symbol.dispose]();
    head[Symbol.dispose]();
  });

  test('metafiles and .gitignore have the bytes real DVC wrote', async () => {
    expect(await pins(input.work, input.env)).toEqual(await pins(head.work, head.env));
  });

  test('the cache holds the same objects with the same bytes', () => {
    const cache = join(input.work, '.dvc', 'cache');
    const objects = listFiles(cache);
    expect(objects).toEqual(readExpected(name, name === '10-dvcignore' ? 'g1' : 'main').cache_objects);
    const differing = objects.filter((path) => !readFileSync(join(cache, path)).equals(readFileSync(fixturePath(name, 'remote', path))));
    expect(differing).toEqual([]);
  });
});

describe('a hand-edited metafile keeps its comments and order', () => {
  const golden = (file: string): string => readFileSync(fixturePath('09-annotations', 'golden', file), 'utf8');
  let checkout: FixtureCheckout;
  const read = (file: string): string => readFileSync(join(checkout.work, file), 'utf8');
  const write = (file: string, text: string): void => writeFileSync(join(checkout.work, file), text);
  const subject = (...args: readonly string[]): Promise<string> =>
    mustSucceed(tools.subject, args, { cwd: checkout.work, env: checkout.env });

  beforeAll(async () => {
    checkout = await checkOutFixture('09-annotations', 'a1');
    for (const file of ['a.txt.dvc', 'multi.dvc', 'dir.dvc']) write(file, golden(`${file}.before`));
    for (const name of ['e', 'f']) write(`${name}.txt`, `${name}\n`);
    mkdirSync(join(checkout.work, 'dir'));
    write('dir/1', '1\n');
    await subject('add', 'dir');
  });
  afterAll(() => checkout[Symbol.dispose]());

  test('when one file is added again', async () => {
    write('a.txt', 'a changed\n');
    await subject('add', 'a.txt');
    expect(read('a.txt.dvc')).toBe(golden('a.txt.dvc.after'));
  });

  test('when two outputs of one metafile are committed', async () => {
    await subject('commit', '-f', 'multi.dvc');
    expect(read('multi.dvc')).toBe(golden('multi.dvc.after'));
  });

  test('when a file is added inside a tracked directory, changed there, and the whole directory is added', async () => {
    // what `freeze` appends
    write('dir.dvc', `${read('dir.dvc')}frozen: true\n`);
    write('dir/2', '2\n');
    await subject('add', 'dir/2');
    expect(read('dir.dvc')).toBe(golden('dir.dvc.after-granular-add'));
    write('dir/1', '1 changed\n');
    await subject('add', 'dir/1');
    expect(read('dir.dvc')).toBe(golden('dir.dvc.after-granular-change'));
    await subject('add', 'dir');
    expect(read('dir.dvc')).toBe(golden('dir.dvc.after-full-add'));
  });
});

test('a legacy file that is added again moves to the present hash and keeps its place', async () => {
  using checkout = await checkOutFixture('04-legacy-2x', 'legacy');
  const options = { cwd: checkout.work, env: checkout.env };
  await mustSucceed(tools.subject, ['pull'], options);
  writeFileSync(join(checkout.work, 'crlf.txt'), 'line1\r\nline2\r\nline3\r\n');
  await mustSucceed(tools.subject, ['add', 'crlf.txt'], options);
  await mustSucceed(tools.subject, ['add', 'lf.txt'], options);
  expect((await checkout.git('diff', '--stat', 'mixed', '--', '*.dvc')).trim()).toBe('');
});

test('commit writes the lock file that real DVC wrote after running the pipeline', async () => {
  using checkout = await checkOutFixture('05-pipeline', 'v2');
  const options = { cwd: checkout.work, env: checkout.env };
  await mustSucceed(tools.subject, ['pull'], options);
  const lock = join(checkout.work, 'dvc.lock');
  const wanted = readFileSync(lock, 'utf8');
  await checkout.git('checkout', '-q', 'v1', '--', 'dvc.lock');
  await mustSucceed(tools.subject, ['commit', '-f'], options);
  expect(readFileSync(lock, 'utf8')).toBe(wanted);
});

test('a directory that holds a .dvcignore is refused and nothing is left behind', async () => {
  using input = await unpackInput('10-dvcignore');
  const before = await pins(input.work, input.env);
  const { code, stderr } = await tools.subject.run(['add', 'other'], { cwd: input.work, env: input.env });
  expect(code).toBe(255);
  expect(stderr).toContain('.dvcignore');
  expect(await pins(input.work, input.env)).toEqual(before);
});

test('data that is already in place, with the cache deleted, is added again to the same bytes', async () => {
  using checkout = await checkOutFixture('03-dir-mixed', 'main');
  const options = { cwd: checkout.work, env: checkout.env };
  await mustSucceed(tools.subject, ['pull'], options);
  const cache = join(checkout.work, '.dvc', 'cache');
  cpSync(cache, join(checkout.dir, 'before'), { recursive: true });
  rmSync(cache, { recursive: true, force: true });
  await mustSucceed(tools.subject, ['add', 'data', 'emptydir_only', 'nothing'], options);
  expect(await checkout.git('status', '--porcelain')).toBe('');
  expect(listFiles(cache)).toEqual(listFiles(join(checkout.dir, 'before')));
});
