/** Damaged objects on a remote: refused, named, never in the cache, and forgotten once the remote is whole again. */
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listFiles } from '../harness/listing.ts';
import { mustRun, type Outcome, type RunOptions } from '../harness/run.ts';
import { openSandbox, type Sandbox } from '../harness/sandbox.ts';
import { mustSucceed, openTools, type Tools } from '../harness/tool.ts';
import { startVersitygw, type Versitygw } from '../servers/versitygw.ts';

const html = Buffer.from('<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in to the network.</body></html>\n');
const damages: Record<string, (bytes: Buffer) => Buffer> = {
  'a flipped byte': (bytes) => Buffer.from(bytes.map((byte, index) => (index === bytes.length >> 1 ? byte ^ 1 : byte))),
  'a truncated object': (bytes) => bytes.subarray(0, bytes.length - 7),
  'an empty object': () => Buffer.alloc(0),
  'one byte too many': (bytes) => Buffer.concat([bytes, Buffer.from('\n')]),
  'an HTML page': () => html,
};

/** A remote as a folder on this machine, whichever protocol it is reached by. */
interface Scene {
  readonly sandbox: Sandbox;
  readonly env: NodeJS.ProcessEnv;
  readonly origin: string;
  readonly objects: string;
}

let tools: Tools;
let s3: Versitygw;
const scenes: Record<string, Scene> = {};

async function prepare(name: string, url: string, objects: string, settings: readonly (readonly string[])[]): Promise<void> {
  const sandbox = openSandbox('corruption');
  const env = { ...sandbox.env, AWS_ACCESS_KEY_ID: s3.accessKey, AWS_SECRET_ACCESS_KEY: s3.secretKey, AWS_DEFAULT_REGION: 'us-east-1' };
  const origin = join(sandbox.dir, 'origin');
  mkdirSync(join(origin, 'data', 'sub'), { recursive: true });
  const options: RunOptions = { cwd: origin, env };
  const dvc = (...args: readonly string[]): Promise<string> => mustSucceed(tools.dvc, args, options);
  writeFileSync(join(origin, 'model.bin'), 'weights '.repeat(5000));
  for (const path of ['a.csv', 'b.csv', 'sub/c.csv']) writeFileSync(join(origin, 'data', path), `${path}\n`.repeat(100));
  await mustRun('git', ['init', '-q'], options);
  await dvc('init', '-q');
  await dvc('remote', 'add', '-d', 'store', url);
  for (const setting of settings) await dvc('remote', 'modify', 'store', ...setting);
  await dvc('add', 'data', 'model.bin');
  await mustRun('git', ['add', '-A'], options);
  await mustRun('git', ['commit', '-q', '-m', 'data'], options);
  await dvc('push');
  scenes[name] = { sandbox, env, origin, objects: objects.replace('%', sandbox.dir) };
}

beforeAll(async () => {
  [tools, s3] = await Promise.all([openTools(), startVersitygw()]);
  await s3.createBucket('corruption');
  await prepare('a folder', '../remote', '%/remote', []);
  await prepare('S3', 's3://corruption/store', join(s3.dir, 'corruption', 'store'), [['endpointurl', s3.endpoint]]);
});
afterAll(async () => {
  for (const { sandbox } of Object.values(scenes)) sandbox[Symbol.dispose]();
  await Promise.all([tools[Symbol.asyncDispose](), s3[Symbol.asyncDispose]()]);
});

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}

function overwrite(file: string, bytes: Buffer): void {
  chmodSync(file, 0o644);
  writeFileSync(file, bytes);
  // what real DVC takes for proof that the bytes were checked
  chmodSync(file, 0o444);
}

const objects = {
  'a file': { id: () => md5(Buffer.from('weights '.repeat(5000))), path: 'model.bin' },
  'a file in a directory': { id: () => md5(Buffer.from('sub/c.csv\n'.repeat(100))), path: 'data/sub/c.csv' },
  'a directory object': {
    id: (origin: string) => /md5: (\w+\.dir)/u.exec(readFileSync(join(origin, 'data.dvc'), 'utf8'))?.[1] ?? '',
    path: 'data',
  },
};

const cases = ['a folder', 'S3'].flatMap((store) =>
  Object.keys(damages).flatMap((damage) => Object.keys(objects).map((kind) => ({ store, damage, kind: kind as keyof typeof objects }))),
);

describe.for(cases)('$damage as $kind on $store', ({ store, damage, kind }) => {
  let outcome: Outcome;
  let again: Outcome;
  let id: string;
  let cached: readonly string[];
  let wronglyNamed: readonly string[];
  let inWorkspace: boolean;
  const { path } = objects[kind];

  beforeAll(async () => {
    const { sandbox, env, origin, objects: folder } = scenes[store]!;
    id = objects[kind].id(origin);
    const object = join(folder, 'files', 'md5', id.slice(0, 2), id.slice(2));
    const whole = readFileSync(object);
    const work = join(sandbox.dir, 'clone');
    await mustRun('git', ['clone', '-q', origin, work], { cwd: sandbox.dir, env });
    const cache = join(work, '.dvc', 'cache', 'files', 'md5');
    try {
      overwrite(object, damages[damage]!(whole));
      outcome = await tools.subject.run(['pull'], { cwd: work, env });
      cached = listFiles(cache);
      wronglyNamed = cached.filter((name) => md5(readFileSync(join(cache, name))) !== name.replace('/', '').replace('.dir', ''));
      inWorkspace = existsSync(join(work, path)) && kind !== 'a directory object';
      overwrite(object, whole);
      again = await tools.subject.run(['pull'], { cwd: work, env });
    } finally {
      overwrite(object, whole);
      rmSync(work, { recursive: true, force: true });
    }
  });

  test('is refused with an exit code other than 0', () => {
    expect(outcome.code, outcome.stderr).not.toBe(0);
  });

  test('never reaches the cache, nor the work tree', () => {
    expect(cached).not.toContain(`${id.slice(0, 2)}/${id.slice(2)}`);
    expect(wronglyNamed).toEqual([]);
    expect(inWorkspace).toBe(false);
  });

  test('is named with its path, its object and its remote', () => {
    const said = outcome.stdout + outcome.stderr;
    expect(said).toContain(path);
    expect(said).toContain(id);
    expect(said).toContain('store');
  });

  test('is forgotten when the remote is whole again', () => {
    expect(again.code, again.stderr).toBe(0);
  });
});

test('an object that went bad in the cache is not pushed', async () => {
  const { sandbox, env, origin } = scenes['a folder']!;
  const work = join(sandbox.dir, 'rotten');
  cpSync(origin, work, { recursive: true });
  const id = objects['a file'].id();
  rmSync(join(work, 'model.bin'));
  overwrite(join(work, '.dvc', 'cache', 'files', 'md5', id.slice(0, 2), id.slice(2)), html);
  await mustSucceed(tools.subject, ['remote', 'add', 'other', '../other'], { cwd: work, env });
  const { stdout, stderr } = await tools.subject.run(['push', '-r', 'other', 'model.bin'], { cwd: work, env });
  expect(stdout + stderr).toContain(id);
  expect(listFiles(join(sandbox.dir, 'other'))).toEqual([]);
});
