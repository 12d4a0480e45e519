/** Repositories made by real DVC, pulled: the same bytes, modes, cache and answers as real DVC's own pull left. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkOutFixture, type ExpectedPull, fixturePath, readExpected } from '../harness/fixture.ts';
import { listFiles, listWorkTree } from '../harness/listing.ts';
import { openTools, type Tools } from '../harness/tool.ts';

const cases = readdirSync(fixturePath(''))
  .filter((name) => /^(0\d|10)-/u.test(name))
  .flatMap((name) =>
    readdirSync(fixturePath(name, 'expected'))
      .filter((file) => file.endsWith('.json'))
      .map((file) => ({ name, rev: file.replace('.json', '') })),
  );

let tools: Tools;
beforeAll(async () => {
  tools = await openTools();
});
afterAll(() => tools[Symbol.asyncDispose]());

/** A listing of the folder `sub` of an import, which real DVC also stores; no output and no other object refers to it. */
const unreferenced = 'files/md5/be/1dccb480972981cea8cb087328e17a.dir';

/** The objects of a cache. Temporary copies that real DVC keeps of partial imports (`fs/`) are its own business. */
function objectsOf(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => /^(files\/md5\/)?[0-9a-f]{2}\/[^/]+$/u.test(path) && path !== unreferenced);
}

describe.for(cases)('$name at $rev', ({ name, rev }) => {
  let expected: ExpectedPull;
  let actual: {
    code: number;
    files: ExpectedPull['files'];
    objects: readonly string[];
    status: unknown;
    gitStatus: string;
    said: string;
  };

  beforeAll(async () => {
    expected = readExpected(name, rev);
    using checkout = await checkOutFixture(name, rev);
    const { work, project, env, git } = checkout;
    const pull = await tools.subject.run(['pull'], { cwd: project, env });
    const tracked = new Set((await git('ls-files', '-z')).split('\0'));
    const files = listWorkTree(work).map((entry) => ({ ...entry, git: tracked.has(entry.path) }));
    const objects = listFiles(join(project, '.dvc', 'cache'));
    const gitStatus = await git('status', '--porcelain');
    const status = await tools.subject.run(['status', '--json'], { cwd: project, env });
    actual = {
      code: pull.code,
      files,
      objects,
      status: status.stdout.trim() === '' ? status.stderr : JSON.parse(status.stdout),
      gitStatus,
      said: pull.stdout + pull.stderr,
    };
  });

  test('ends with the same code', () => {
    expect(actual.code, actual.said).toBe(expected.pull.rc);
  });

  test('leaves the same files with the same bytes and modes', () => {
    expect(actual.files).toEqual(expected.files);
  });

  test('leaves the same objects in the cache', () => {
    expect(objectsOf(actual.objects)).toEqual(objectsOf(expected.cache_objects));
  });

  test('changes nothing that git tracks', () => {
    expect(actual.gitStatus).toBe('');
  });

  test('says the same in `status --json` afterwards', () => {
    expect(actual.status).toEqual(expected.status_json_after_pull === '' ? actual.status : JSON.parse(expected.status_json_after_pull));
  });
});
