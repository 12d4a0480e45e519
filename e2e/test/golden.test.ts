/** Answers that real DVC gave, asked again: the same exit code, the same JSON, the same lines. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkOutFixture, type FixtureCheckout, fixturePath, readGolden } from '../harness/fixture.ts';
import type { Outcome } from '../harness/run.ts';
import { mustSucceed, openTools, type Tools } from '../harness/tool.ts';

let tools: Tools;
beforeAll(async () => {
  tools = await openTools();
});
afterAll(() => tools[Symbol.asyncDispose]());

/** Ready to be asked: a checkout, and how to run the tool under test in it. */
interface Scene {
  readonly checkout: FixtureCheckout;
  readonly subject: (...args: readonly string[]) => Promise<string>;
  readonly write: (path: string, text: string) => void;
}

interface GoldenCase {
  readonly fixture: string;
  readonly golden: string;
  readonly rev: string;
  /** Brings a fresh clone to the state in which the golden was taken. Default: `pull`. */
  readonly prepare?: (scene: Scene) => Promise<unknown>;
  /** Where the command is run, below the work tree. */
  readonly cwd?: string;
}

const pull = ({ subject }: Scene): Promise<string> => subject('pull');
const pullAllTags = async ({ subject, checkout }: Scene): Promise<void> => {
  for (const rev of (await checkout.git('tag')).trim().split('\n')) {
    await checkout.git('checkout', '-q', rev);
    await subject('pull');
  }
};
const dirty = async (scene: Scene): Promise<void> => {
  await pullAllTags(scene);
  scene.write('data/train/1.txt', 'dirty\n');
  scene.write('data/new.txt', 'new\n');
  for (const path of ['data/train/3.txt', 'renamed.csv']) rmSync(join(scene.checkout.work, path));
};
const modifiedPipeline = async (scene: Scene): Promise<void> => {
  await pull(scene);
  execFileSync('sed', ['-i', 's/lr: 1.0e-3/lr: 0.01/', join(scene.checkout.work, 'params.yaml')]);
  scene.write('raw/in.csv', 'a,b\n1,3\n');
};
/** The maker of the golden had these imported, but never downloaded. */
const imported = async (scene: Scene, source: string): Promise<void> => {
  execFileSync('git', ['-C', join(scene.checkout.dir, 'source'), 'reset', '-q', '--hard', source], { env: scene.checkout.env });
  await pull(scene);
  for (const path of ['e1_remote', 'e1_nodl', 'nodl.txt']) rmSync(join(scene.checkout.work, path));
};
const checkedOut =
  (...revs: readonly string[]) =>
  async (scene: Scene): Promise<void> => {
    await pullAllTags(scene);
    for (const [index, rev] of revs.entries()) {
      await scene.checkout.git('checkout', '-q', rev);
      if (index < revs.length - 1) await scene.subject('checkout');
    }
  };

const cases: readonly GoldenCase[] = [
  ...['status', 'status-cloud', 'data-status', 'list', 'diff'].map((golden) => ({ fixture: '01-single-file', golden, rev: 'main' })),
  ...['status', 'list'].map((golden) => ({ fixture: '02-odd-names', golden, rev: 'main' })),
  ...['list', 'data-status'].map((golden) => ({ fixture: '03-dir-mixed', golden, rev: 'main' })),
  ...['status', 'data-status'].map((golden) => ({ fixture: '04-legacy-2x', golden, rev: 'legacy' })),
  { fixture: '04-legacy-2x', golden: 'readd-unmodified-lf', rev: 'legacy' },
  { fixture: '04-legacy-2x', golden: 'status-migrated', rev: 'migrated3' },
  { fixture: '05-pipeline', golden: 'status', rev: 'v1' },
  ...['status-modified', 'data-status-modified', 'diff-modified'].map((golden) => ({
    fixture: '05-pipeline',
    golden,
    rev: 'v1',
    prepare: modifiedPipeline,
  })),
  { fixture: '05-pipeline', golden: 'diff-v1-v2', rev: 'v2', prepare: pullAllTags },
  ...['diff-v1-v2', 'diff-v2-v3', 'diff-v1-v3', 'diff-v3-v1'].map((golden) => ({
    fixture: '06-versions',
    golden,
    rev: 'v3',
    prepare: pullAllTags,
  })),
  ...[
    'dirty-status',
    'dirty-data-status',
    'dirty-data-status-granular',
    'dirty-diff',
    'dirty-diff-v1',
    'dirty-diff-text',
    'dirty-checkout-refused',
    'dirty-checkout-force',
  ].map((golden) => ({ fixture: '06-versions', golden, rev: 'v3', prepare: dirty })),
  { fixture: '06-versions', golden: 'checkout-v1', rev: 'v3', prepare: checkedOut('v1') },
  { fixture: '06-versions', golden: 'checkout-v2', rev: 'v3', prepare: checkedOut('v1', 'v2') },
  { fixture: '06-versions', golden: 'checkout-v3', rev: 'v3', prepare: checkedOut('v1', 'v2', 'v3') },
  ...['pull-v1', 'pull-v2', 'pull-v3'].map((golden) => ({ fixture: '06-versions', golden, rev: golden.slice(5) })),
  { fixture: '07-imports', golden: 'status', rev: 'i1', prepare: (scene) => imported(scene, 's1') },
  { fixture: '07-imports', golden: 'status-update-available', rev: 'i1', prepare: (scene) => imported(scene, 's2') },
  { fixture: '08-subdir', golden: 'data-status-from-nested', rev: 's', cwd: 'projects/ml/nested' },
  { fixture: '08-subdir', golden: 'list-top', rev: 's', cwd: '.' },
  { fixture: '08-subdir', golden: 'status-outside', rev: 's', cwd: '.' },
  {
    fixture: '09-annotations',
    golden: 'status-cloud',
    rev: 'a1',
    // one output is never pushed, so a pull cannot bring it
    prepare: async (scene) => {
      scene.write('b.txt', 'b\n');
      await scene.subject('commit', '-f', 'b.txt.dvc');
      await pull(scene);
    },
  },
  { fixture: '09-annotations', golden: 'add-a', rev: 'a1', prepare: async ({ write }) => write('a.txt', 'a changed again\n') },
  { fixture: '10-dvcignore', golden: 'list', rev: 'g1' },
];

/** DVC's own arguments of a golden's command line, which holds no quotes. */
function argumentsOf(cmd: string): readonly string[] {
  return cmd.split(' ').slice(1);
}

/** Lists that DVC makes from sets have no order; sorted, they can be compared. */
function withoutOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOrder).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutOrder(item)]));
}

/** What of an answer has to be equal: all of a JSON document (its order where DVC sorts), of a text the lines that carry facts. */
function factsOf(cmd: string, stdout: string): unknown {
  if (cmd.includes('--json')) {
    const value: unknown = JSON.parse(stdout);
    return /^dvc (diff|list) /u.test(cmd) ? value : withoutOrder(value);
  }
  const lines = stdout.replaceAll('datapin', 'dvc').split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/u).join(' '))
    .filter((line) => /^([MAD] |git add |files summary|Everything is)/u.test(line));
}

function open(checkout: FixtureCheckout): Scene {
  return {
    checkout,
    subject: (...args) => mustSucceed(tools.subject, args, { cwd: checkout.project, env: checkout.env }),
    write: (path, text) => writeFileSync(join(checkout.work, path), text),
  };
}

test.for(cases)('$fixture: $golden', async ({ fixture, golden: name, rev, prepare = pull, cwd }) => {
  const golden = readGolden(fixture, name);
  using checkout = await checkOutFixture(fixture, rev);
  await prepare(open(checkout));
  const options = { cwd: cwd === undefined ? checkout.project : join(checkout.work, cwd), env: checkout.env };
  const outcome: Outcome = await tools.subject.run(argumentsOf(golden.cmd), options);

  expect(outcome.code, outcome.stderr).toBe(golden.rc);
  expect(factsOf(golden.cmd, outcome.stdout)).toEqual(factsOf(golden.cmd, golden.stdout));
});

test('06-versions: a checkout that would lose data names every file that would be lost', async () => {
  using checkout = await checkOutFixture('06-versions', 'v3');
  await dirty(open(checkout));
  const { stdout, stderr } = await tools.subject.run(['checkout'], { cwd: checkout.work, env: checkout.env });
  for (const path of ['data/new.txt', 'data/train/1.txt']) expect(stdout + stderr).toContain(path);
});

test('10-dvcignore: every verdict of check-ignore', async () => {
  using checkout = await checkOutFixture('10-dvcignore', 'g1');
  const golden = readGolden('10-dvcignore', 'check-ignore') as unknown as { rc: number; paths: readonly string[]; stdout: string };
  const work = join(checkout.dir, 'before');
  mkdirSync(work);
  execFileSync('git', ['init', '-q'], { cwd: work, env: checkout.env });
  execFileSync('tar', ['-xzf', fixturePath('10-dvcignore', 'input.tar.gz'), '-C', work]);
  const outcome = await tools.subject.run(['check-ignore', '-d', '-n', ...golden.paths], { cwd: work, env: checkout.env });
  expect(outcome.stdout).toBe(golden.stdout);
  expect(outcome.code).toBe(golden.rc);
});
