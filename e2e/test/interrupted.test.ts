/** kill -9 at any moment of add, push and pull: nothing torn is left, and the same command works at the first try. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runDatapin } from '../harness/datapin.ts';
import { listFiles } from '../harness/listing.ts';
import { commandLines, start } from '../harness/process.ts';
import { seededRandom } from '../harness/random.ts';
import { mustRun, run, type RunOptions } from '../harness/run.ts';
import { openSandbox, type Sandbox } from '../harness/sandbox.ts';
import { startVersitygw, type Versitygw } from '../servers/versitygw.ts';

const kills = Number(process.env['DATAPIN_KILLS'] ?? '6');
const seed = process.env['DATAPIN_KILLS_SEED'] ?? String(Date.now());
const random = seededRandom(seed);
const bucket = 'interrupted';

let s3: Versitygw;
beforeAll(async () => {
  console.log(`interrupted: ${kills} kills of each command, DATAPIN_KILLS_SEED=${seed}`);
  s3 = await startVersitygw();
  await s3.createBucket(bucket);
});
afterAll(() => s3[Symbol.asyncDispose]());

interface Scene extends Disposable {
  readonly dir: string;
  readonly options: RunOptions;
  readonly cache: string;
  /** The folder behind the remote. */
  readonly remote: string;
}

async function openScene(store: 'folder' | 'S3', name: string): Promise<Scene> {
  const sandbox: Sandbox = openSandbox('interrupted');
  const work = join(sandbox.dir, 'work');
  mkdirSync(join(work, 'data'), { recursive: true });
  for (let index = 0; index < 1200; index += 1) writeFileSync(join(work, 'data', `${index}.bin`), `${index} `.repeat(1 + (index % 400)));
  writeFileSync(join(work, 'large.bin'), Buffer.alloc(40 * 2 ** 20, 'large '));
  const env = { ...sandbox.env, AWS_ACCESS_KEY_ID: s3.accessKey, AWS_SECRET_ACCESS_KEY: s3.secretKey, AWS_DEFAULT_REGION: 'us-east-1' };
  const options = { cwd: work, env };
  await mustRun('git', ['init', '-q'], options);
  await must(options, 'init', '-q');
  await must(options, 'remote', 'add', '-d', 'store', store === 'folder' ? '../remote' : `s3://${bucket}/${name}`);
  if (store === 'S3') await must(options, 'remote', 'modify', 'store', 'endpointurl', s3.endpoint);
  const remote = store === 'folder' ? join(sandbox.dir, 'remote') : join(s3.dir, bucket, name);
  return { dir: sandbox.dir, options, cache: join(work, '.dvc', 'cache'), remote, [Symbol.dispose]: () => sandbox[Symbol.dispose]() };
}

async function must(options: RunOptions, ...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runDatapin(args, options);
  if (code !== 0) throw new Error(`datapin ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
}

/** Objects whose bytes are not what their name says; temporary files do not count while a program is dead. */
function torn(folder: string): readonly string[] {
  return listFiles(join(folder, 'files', 'md5')).filter((path) => {
    const name = /^([0-9a-f]{2})\/([0-9a-f]{30})(\.dir)?$/u.exec(path);
    return (
      name !== null &&
      createHash('md5')
        .update(readFileSync(join(folder, 'files', 'md5', path)))
        .digest('hex') !== `${name[1]}${name[2]}`
    );
  });
}

/** Temporary data. A dead program's journal, when that is all it left, may wait for the next command that writes there. */
function leftovers(folder: string): readonly string[] {
  return listFiles(folder).filter((path) => path.endsWith('.tmp'));
}

/** Kills the command after a random time below what it usually takes. Tells whether it was still running. */
async function killed(args: readonly string[], options: RunOptions, milliseconds: number): Promise<boolean> {
  const process = start([...commandLines.datapin, ...args], options);
  await sleep(random.between(20, Math.ceil(milliseconds)));
  process.signal('SIGKILL');
  return (await process.outcome).code === 137;
}

const rounds = Array.from({ length: kills }, (_, index) => index);

describe('add', () => {
  test.for(rounds)('killed, round %i', async (round) => {
    using scene = await openScene('folder', `add-${round}`);
    const { options, cache } = scene;
    await killed(['add', 'data', 'large.bin'], options, 900);
    expect(torn(cache)).toEqual([]);
    await must(options, 'add', 'data', 'large.bin');
    const status = await run('dvc', ['status', '--json'], options);
    expect(JSON.parse(status.stdout)).toEqual({});
    expect([...torn(cache), ...leftovers(cache), ...leftovers(join(options.cwd, 'data'))]).toEqual([]);
  });
});

describe.for(['folder', 'S3'] as const)('push to and pull from %s', (store) => {
  test('killed again and again', async () => {
    using scene = await openScene(store, 'transfer');
    const { options, remote, dir } = scene;
    await must(options, 'add', 'data', 'large.bin');
    await mustRun('git', ['add', '-A'], options);
    await mustRun('git', ['commit', '-q', '-m', 'data'], options);

    let cut = 0;
    for (let round = 0; round < kills; round += 1) {
      if (await killed(['push'], options, 1200)) cut += 1;
      expect(torn(remote), `round ${round}`).toEqual([]);
    }
    await must(options, 'push');
    expect(cut, 'kills that hit').toBeGreaterThan(0);
    const cloud = await run('dvc', ['status', '-c', '--json'], options);
    expect(JSON.parse(cloud.stdout)).toEqual({});
    expect([...torn(remote), ...leftovers(join(remote, 'files'))]).toEqual([]);

    for (let round = 0; round < kills; round += 1) {
      const clone = { ...options, cwd: join(dir, `clone-${round}`) };
      await mustRun('git', ['clone', '-q', options.cwd, clone.cwd], options);
      const cache = join(clone.cwd, '.dvc', 'cache');
      await killed(['pull'], clone, 1500);
      expect(torn(cache), `round ${round}`).toEqual([]);
      await must(clone, 'pull');
      expect([...torn(cache), ...leftovers(cache), ...leftovers(join(clone.cwd, 'data'))]).toEqual([]);
      const status = await run('dvc', ['status', '--json'], clone);
      expect(JSON.parse(status.stdout)).toEqual({});
    }
  });
});
