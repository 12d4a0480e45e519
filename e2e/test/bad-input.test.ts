/** What cannot work: real DVC's exit code, words that name the culprit, and nothing changed. */
import { appendFileSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { datapinProgram } from '../harness/datapin.ts';
import { checkOutFixture, type FixtureCheckout } from '../harness/fixture.ts';
import { type Entry, listFiles, listWorkTree } from '../harness/listing.ts';
import { runOnSmallDisk, runReadOnly } from '../harness/mounts.ts';
import type { Outcome } from '../harness/run.ts';
import { mustSucceed, openTools, type Tools } from '../harness/tool.ts';

let tools: Tools;
let fixture: FixtureCheckout;
beforeAll(async () => {
  tools = await openTools();
  fixture = await checkOutFixture('06-versions', 'v2');
  await mustSucceed(tools.dvc, ['pull'], { cwd: fixture.work, env: fixture.env });
});
afterAll(async () => {
  fixture[Symbol.dispose]();
  await tools[Symbol.asyncDispose]();
});

interface BadInput {
  readonly what: string;
  /** Spoils a good repository. */
  readonly spoil?: (work: string) => void;
  readonly commands: readonly (readonly string[])[];
  /** What the message has to hold. */
  readonly names: RegExp;
  /** Where datapin's code is not DVC's, and why. */
  readonly code?: number;
  readonly outside?: true;
  /** No plugin is installed. */
  readonly withoutPlugins?: true;
}

const write =
  (path: string, text: string) =>
  (work: string): void =>
    writeFileSync(join(work, path), text);
const configure =
  (text: string) =>
  (work: string): void =>
    appendFileSync(join(work, '.dvc', 'config'), text);

/** A default remote at this URL, and nothing in the cache, so that it is needed. */
const withRemote =
  (url: string) =>
  (work: string): void => {
    writeFileSync(join(work, '.dvc', 'config'), `[core]\n    remote = far\n['remote "far"']\n    url = ${url}\n`);
    rmSync(join(work, '.dvc', 'cache', 'files', 'md5', 'aa'), { recursive: true });
  };

const cases: readonly BadInput[] = [
  {
    what: 'a metafile that is no YAML',
    spoil: write('model.bin.dvc', 'outs:\n- md5: [\n'),
    commands: [['pull'], ['push'], ['fetch'], ['status'], ['checkout'], ['diff']],
    names: /model\.bin\.dvc/u,
  },
  {
    what: 'a metafile with an unknown key',
    spoil: write('model.bin.dvc', 'outs:\n- md5: aaf2f89992379705dac844c0a2a1d45f\n  path: model.bin\n  colour: red\n'),
    commands: [['pull'], ['push'], ['status'], ['checkout']],
    names: /model\.bin\.dvc[\s\S]*colour|colour[\s\S]*model\.bin\.dvc/u,
  },
  {
    what: 'a metafile with a value of the wrong type',
    spoil: write('model.bin.dvc', 'outs:\n- md5: aaf2f89992379705dac844c0a2a1d45f\n  path: model.bin\n  size: big\n'),
    commands: [['pull'], ['status']],
    names: /model\.bin\.dvc/u,
  },
  {
    what: 'a dvc.yaml that is no YAML',
    spoil: write('dvc.yaml', 'stages:\n  a: {\n'),
    commands: [['pull'], ['push'], ['status'], ['checkout']],
    names: /dvc\.yaml/u,
  },
  {
    what: 'a target that does not exist',
    commands: [
      ['pull', 'nope'],
      ['push', 'nope'],
      ['fetch', 'nope'],
      ['status', 'nope'],
      ['checkout', 'nope'],
      ['add', 'nope'],
      ['commit', '-f', 'nope'],
    ],
    names: /nope/u,
  },
  { what: 'a target outside of the repository', commands: [['add', '../remote']], names: /remote/u },
  { what: 'an unknown revision', commands: [['diff', 'nope']], names: /nope/u },
  {
    what: 'an unknown remote',
    commands: [
      ['pull', '-r', 'nope'],
      ['push', '-r', 'nope'],
      ['fetch', '-r', 'nope'],
      ['status', '-c', '-r', 'nope'],
    ],
    names: /nope/u,
  },
  {
    what: 'a repository without any remote',
    spoil: write('.dvc/config', ''),
    commands: [['push'], ['status', '-c']],
    names: /remote/u,
  },
  {
    what: 'a remote whose plugin is not installed',
    spoil: withRemote('webdavs://host/path'),
    commands: [['fetch'], ['pull'], ['push'], ['status', '-c']],
    names: /webdavs:\/\/[\s\S]*datapin plugin add webdav/u,
    withoutPlugins: true,
    // real DVC's code for a remote that needs a package that is not installed; here it has that of webdav
    code: 255,
  },
  {
    what: 'a remote of a kind that nobody serves yet',
    spoil: withRemote('gs://bucket/path'),
    commands: [['fetch'], ['pull'], ['push'], ['status', '-c']],
    names: /gs:\/\//u,
  },
  {
    what: 'a remote of an unknown kind',
    spoil: withRemote('pigeon://loft'),
    commands: [['fetch'], ['pull'], ['push'], ['status', '-c']],
    names: /pigeon/u,
  },
  {
    what: 'a setting of the wrong type',
    spoil: write('.dvc/config', '[core]\n    checksum_jobs = many\n'),
    commands: [['status'], ['pull']],
    names: /checksum_jobs/u,
  },
  {
    what: 'a remote with a setting of the wrong type',
    spoil: write('.dvc/config', '[\'remote "far"\']\n    url = s3://bucket/path\n    use_ssl = perhaps\n'),
    commands: [['status'], ['pull', '-r', 'far']],
    names: /use_ssl/u,
  },
  { what: 'an unknown setting', spoil: configure('[cache]\n    colour = red\n'), commands: [['status'], ['pull']], names: /colour/u },
  { what: 'a config file that cannot be parsed', spoil: configure('[core\nremote\n'), commands: [['status'], ['pull']], names: /config/u },
  {
    what: 'a switch that does not exist',
    commands: [
      ['pull', '--nope'],
      ['status', '--nope'],
    ],
    names: /--nope/u,
  },
  { what: 'a command that does not exist', commands: [['nope']], names: /nope/u },
  {
    what: 'no repository',
    commands: [['pull'], ['push'], ['status'], ['add', 'x'], ['checkout'], ['root']],
    names: /repository/u,
    outside: true,
  },
];

interface Snapshot {
  readonly files: readonly Entry[];
  readonly cache: readonly string[];
  readonly remote: readonly string[];
}

function snapshot(work: string): Snapshot {
  return { files: listWorkTree(work), cache: listFiles(join(work, '.dvc', 'cache')), remote: listFiles(join(work, '..', 'remote')) };
}

/** A copy of the good repository that may be spoiled. The caller removes its parent folder. */
function copyRepository(name: string): string {
  const dir = join(fixture.dir, name);
  for (const folder of ['work', 'remote'])
    cpSync(join(fixture.dir, folder), join(dir, folder), { recursive: true, preserveTimestamps: true });
  return join(dir, 'work');
}

const rows = cases.flatMap((bad) => bad.commands.map((args) => ({ ...bad, args, command: args.join(' ') })));

test.for(rows)('$what: $command', async ({ spoil, args, names, code, outside, withoutPlugins }) => {
  const work = copyRepository('bad');
  try {
    if (outside === true) rmSync(join(work, '.dvc'), { recursive: true });
    spoil?.(work);
    const before = snapshot(work);
    const env = withoutPlugins === true ? { ...fixture.env, DATAPIN_PLUGIN_DIR: join(work, '..', 'no plugins') } : fixture.env;
    const options = { cwd: work, env };
    const actual = await tools.subject.run(args, options);
    const after = snapshot(work);
    const real = await tools.dvc.run(args, options);

    expect(actual.code, actual.stdout + actual.stderr).toBe(code ?? real.code);
    expect(actual.code).not.toBe(0);
    expect(actual.stderr).toMatch(names);
    expect(actual.stderr).not.toMatch(/^\s+at .*:\d+:\d+/mu);
    expect(after).toEqual(before);
  } finally {
    rmSync(join(work, '..'), { recursive: true, force: true });
  }
});

describe('a folder that cannot be written to', () => {
  test.for([['add', 'fresh.txt'], ['pull'], ['checkout'], ['commit', '-f'], ['remote', 'add', 'x', '/tmp/x']])('%s', async (args) => {
    const work = copyRepository('read-only');
    try {
      writeFileSync(join(work, 'fresh.txt'), 'fresh\n');
      for (const name of readdirSync(join(work, 'data'))) rmSync(join(work, 'data', name), { recursive: true });
      rmSync(join(work, '.dvc', 'cache'), { recursive: true });
      const before = snapshot(work);
      const options = { cwd: work, env: fixture.env };
      const actual = await runReadOnly(work, [process.execPath, datapinProgram, ...args], options);
      const real = await runReadOnly(work, ['dvc', ...args], options);
      expect(actual.code, actual.stdout + actual.stderr).toBe(real.code);
      expect(actual.stderr).toMatch(/read-only|permission|cannot write/iu);
      expect(snapshot(work)).toEqual(before);
    } finally {
      rmSync(join(work, '..'), { recursive: true, force: true });
    }
  });

  test('does not keep `status` from answering', async () => {
    const { work, env } = fixture;
    const actual = await runReadOnly(work, [process.execPath, datapinProgram, 'status', '--json'], { cwd: work, env });
    expect(actual.code, actual.stderr).toBe(0);
    expect(JSON.parse(actual.stdout)).toEqual({});
  });
});

describe('a full disk', () => {
  const megabyte = 2 ** 20;

  async function onSmallDisk(
    program: readonly string[],
    args: readonly string[],
    prepare: (work: string) => void,
  ): Promise<Awaited<ReturnType<typeof runOnSmallDisk>>> {
    const work = copyRepository('small');
    try {
      prepare(work);
      return await runOnSmallDisk({ folder: join(fixture.dir, 'disk'), size: '6m' }, [...program, ...args], {
        cwd: work,
        env: fixture.env,
      });
    } finally {
      rmSync(join(work, '..'), { recursive: true, force: true });
    }
  }

  const both = async (
    args: readonly string[],
    prepare: (work: string) => void,
  ): Promise<{ actual: Awaited<ReturnType<typeof runOnSmallDisk>>; real: Outcome }> => ({
    actual: await onSmallDisk([process.execPath, datapinProgram], args, prepare),
    real: await onSmallDisk(['dvc'], args, prepare),
  });

  test('while data is added', async () => {
    const { actual, real } = await both(['add', 'big'], (work) => writeFileSync(join(work, 'big'), Buffer.alloc(4 * megabyte, 'x')));
    expect(actual.code, actual.stderr).toBe(real.code);
    expect(actual.stderr).toMatch(/space|disk/iu);
    expect(actual.changes).toBe('');
    expect(actual.usedAfter - actual.usedBefore).toBeLessThan(megabyte / 4);
  });

  test('while data is pulled', async () => {
    const { work: origin, env, git } = await checkOutFixture('06-versions', 'v2');
    writeFileSync(join(origin, 'big'), Buffer.alloc(4 * megabyte, 'y'));
    await mustSucceed(tools.dvc, ['add', 'big'], { cwd: origin, env });
    await mustSucceed(tools.dvc, ['push', 'big'], { cwd: origin, env });
    await git('add', '-A');
    await git('commit', '-q', '-m', 'big');
    const remote = join(origin, '..', 'remote');
    const prepare = (work: string): void => {
      rmSync(work, { recursive: true });
      mkdirSync(work, { recursive: true });
      for (const name of readdirSync(origin))
        if (!['big', 'data', 'model.bin', 'extra.csv'].includes(name)) cpSync(join(origin, name), join(work, name), { recursive: true });
      rmSync(join(work, '.dvc', 'cache'), { recursive: true, force: true });
      writeFileSync(join(work, '.dvc', 'config'), `[core]\n    remote = store\n['remote "store"']\n    url = ${remote}\n`);
    };
    const { actual, real } = await both(['pull', 'big.dvc'], prepare);
    expect(actual.code, actual.stderr).toBe(real.code);
    expect(actual.stderr).toMatch(/space|disk/iu);
    expect(actual.usedAfter - actual.usedBefore).toBeLessThan(4.5 * megabyte);
  });
});
