/**
 * Random repositories, made by each of the two tools and read by the other: what one writes, the other pulls byte for byte and finds
 * clean. DATAPIN_INTEROP_COUNT says how many (a long run: 200), DATAPIN_INTEROP_SEED which; `-t 'repository 17 '` repeats a single one.
 */
import { createHash } from 'node:crypto';
import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pinAsLegacy } from '../harness/legacy-repository.ts';
import { listFiles } from '../harness/listing.ts';
import { bytesOf, planRepository, type RepositoryPlan, type VersionPlan } from '../harness/random-repository.ts';
import { mustRun } from '../harness/run.ts';
import { openSandbox, type Sandbox } from '../harness/sandbox.ts';
import { mustSucceed, openTools, type Tool, type Tools } from '../harness/tool.ts';
import { startVersitygw, type Versitygw } from '../servers/versitygw.ts';

const count = Number(process.env['DATAPIN_INTEROP_COUNT'] ?? '10');
const seed = process.env['DATAPIN_INTEROP_SEED'] ?? String(Date.now());
const bucket = 'interop';

let tools: Tools;
let s3: Versitygw;
beforeAll(async () => {
  console.log(`interop: ${count} repositories, DATAPIN_INTEROP_SEED=${seed}`);
  [tools, s3] = await Promise.all([openTools({ width: 2 }), startVersitygw()]);
  await s3.createBucket(bucket);
});
afterAll(async () => {
  await Promise.all([tools[Symbol.asyncDispose](), s3[Symbol.asyncDispose]()]);
});

/** One tool in one repository. */
interface Seat {
  readonly tool: Tool;
  readonly work: string;
  readonly run: (...args: readonly string[]) => Promise<string>;
  readonly git: (...args: readonly string[]) => Promise<string>;
}

function takeSeat(sandbox: Sandbox, tool: Tool, folder: string): Seat {
  const env = { ...sandbox.env, AWS_ACCESS_KEY_ID: s3.accessKey, AWS_SECRET_ACCESS_KEY: s3.secretKey, AWS_DEFAULT_REGION: 'us-east-1' };
  const work = join(sandbox.dir, folder);
  mkdirSync(work, { recursive: true });
  return {
    tool,
    work,
    run: (...args) => mustSucceed(tool, args, { cwd: work, env }),
    git: (...args) => mustRun('git', args, { cwd: work, env }),
  };
}

/** All three views: nothing differs from the metafiles, the cache, the remote. */
async function expectClean(seat: Seat): Promise<void> {
  for (const view of [['status'], ['status', '-c'], ['data', 'status']]) {
    const answer: unknown = JSON.parse(await seat.run(...view, '--json'));
    expect(answer, `${seat.tool.name} ${view.join(' ')}`).toEqual({});
  }
}

/** Makes the work tree hold this version's data and nothing of an earlier one. */
function place(work: string, version: VersionPlan, before: VersionPlan): void {
  for (const path of before.keys()) rmSync(join(work, path), { force: true });
  for (const [path, plan] of version) {
    mkdirSync(join(work, dirname(path)), { recursive: true });
    const file = openSync(join(work, path), 'w');
    for (const piece of bytesOf(plan)) writeSync(file, piece);
    closeSync(file);
    if (plan.executable) chmodSync(join(work, path), 0o755);
  }
}

function sha256(pieces: Iterable<Buffer>): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

/** Hashes of the data as planned and as found, to be compared. Only single files keep their executable bit. */
function planned(version: VersionPlan): Record<string, string> {
  return Object.fromEntries([...version].map(([path, plan]) => [path, `${sha256(bytesOf(plan))}${plan.executable ? ' x' : ''}`]));
}

function found(work: string, { directory, singles }: RepositoryPlan): Record<string, string> {
  const inside = listFiles(join(work, directory)).map((path) => `${directory}/${path}`);
  const describe = (path: string): string => {
    const file = join(work, path);
    return `${sha256([readFileSync(file)])}${(lstatSync(file).mode & 0o100) !== 0 && !lstatSync(file).isSymbolicLink() ? ' x' : ''}`;
  };
  return Object.fromEntries([...inside, ...singles].map((path) => [path, describe(path)]));
}

async function setUp(seat: Seat, plan: RepositoryPlan, remoteName: string): Promise<void> {
  await seat.git('init', '-q');
  await seat.run('init', '-q');
  if (plan.remote === 's3') {
    await seat.run('remote', 'add', '-d', 'store', `s3://${bucket}/${remoteName}`);
    await seat.run('remote', 'modify', 'store', 'endpointurl', s3.endpoint);
  } else {
    await seat.run('remote', 'add', '-d', 'store', '../remote');
  }
  if (plan.linkType !== 'default') await seat.run('config', 'cache.type', plan.linkType);
}

/** Adds, commits and pushes every version. */
async function make(seat: Seat, plan: RepositoryPlan): Promise<void> {
  let before: VersionPlan = new Map();
  for (const [index, version] of plan.versions.entries()) {
    if (plan.linkType !== 'default' && index === 1) await seat.run('config', '--unset', 'cache.type');
    place(seat.work, version, before);
    if (plan.age === 'legacy' || (plan.age === 'mixed' && index === 0)) {
      await seat.git('clean', '-fdq', '-e', '.dvc');
      rmSync(join(seat.work, '.gitignore'), { force: true });
      place(seat.work, version, before);
      pinAsLegacy(seat.work, { files: version, directory: plan.directory, singles: plan.singles });
    } else {
      await seat.run('add', plan.directory, ...plan.singles.map((path) => (path.startsWith('-') ? `./${path}` : path)));
    }
    await seat.git('add', '-A');
    await seat.git('commit', '-q', '--allow-empty', '-m', `version ${index}`);
    await seat.git('tag', `v${index}`);
    await seat.run('push');
    before = version;
  }
}

/** Pulls a version and looks at it from all sides. */
async function read(seat: Seat, plan: RepositoryPlan, index: number): Promise<void> {
  await seat.git('checkout', '-q', `v${index}`);
  await seat.run('pull');
  // real DVC leaves the executable bit off symbolic links, and on where only the bit was taken back
  const compared = (files: Record<string, string>): Record<string, string> =>
    seat.tool === tools.dvc ? Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replace(/ x$/u, '')])) : files;
  expect(compared(found(seat.work, plan)), `v${index} pulled by ${seat.tool.name}`).toEqual(compared(planned(plan.versions[index]!)));
  await expectClean(seat);
  expect(await seat.git('status', '--porcelain')).toBe('');
}

async function exchange(plan: RepositoryPlan, maker: Tool, reader: Tool): Promise<string> {
  using sandbox = openSandbox('interop');
  mkdirSync(join(sandbox.dir, 'remote'));
  const made = takeSeat(sandbox, maker, 'made');
  await setUp(made, plan, `${plan.name.replace(' ', '-')}-by-${maker.name}`);
  await make(made, plan);
  await expectClean(takeSeat(sandbox, reader, 'made'));
  for (const index of plan.versions.keys()) {
    // real DVC takes data pinned the old way for unsaved when the next version pins it the new way
    const clone = takeSeat(sandbox, reader, plan.age === 'mixed' ? `clone-${index}` : 'clone');
    if (index === 0 || plan.age === 'mixed') await made.git('clone', '-q', made.work, clone.work);
    await read(clone, plan, index);
  }
  // the sandbox is gone when this function has returned
  return await made.git('ls-tree', '-r', `v${plan.versions.length - 1}`);
}

describe.concurrent(`seed ${seed}`, () => {
  test.for(Array.from({ length: count }, (_, index) => planRepository(seed, index)))(
    '$name ($age, $remote, $linkType)',
    { timeout: 900_000 },
    async (plan) => {
      const byDvc = await exchange(plan, tools.dvc, tools.subject);
      const bySubject = await exchange(plan, tools.subject, tools.dvc);
      // the same data, so the same metafiles: what git tracks differs in the remote's address alone
      const pins = (tree: string): string =>
        tree
          .split('\n')
          .filter((line) => !line.endsWith('\t.dvc/config'))
          .join('\n');
      expect(pins(bySubject)).toBe(pins(byDvc));
    },
  );
});
