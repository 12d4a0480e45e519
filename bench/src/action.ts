import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type WorkflowRun, runWorkflow } from '../../apps/action/harness/act.ts';
import { type CacheService, startCacheService } from '../../apps/action/harness/cache-service.ts';
import { tokenFor } from '../../apps/action/harness/cache-token.ts';
import { mustRun } from '../../e2e/harness/run.ts';
import { openSandbox, type Sandbox } from '../../e2e/harness/sandbox.ts';
import { startS3Remote, type S3Remote } from '../../apps/action/harness/s3-remote.ts';
import { enterArena, initialise } from './contender.ts';
import { type Cost, costOf, measured, medianCost } from './cost.ts';
import { writeFiles, writeRandomFile } from './data-files.ts';

/** How many times a short job, and what a warm one is compared with, is measured: a machine's mood passes over it while it evens out over a long one. */
const shortRuns = 3;

/** What the network settings of pip may be called; a job gets nothing else of this process. */
const pipSettings = /^(?:PIP_\w+|https?_proxy|no_proxy|SSL_CERT_FILE|REQUESTS_CA_BUNDLE)$/iu;

const usualWay = `
on: push
jobs:
  usual:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - name: python3 -m venv
        run: python3 -m venv "$RESULT/venv"
      - name: pip install 'dvc[s3]==3.67.1'
        run: '"$RESULT/venv/bin/pip" install --quiet --disable-pip-version-check "dvc[s3]==3.67.1"'
      - name: dvc pull
        run: |
          "$RESULT/venv/bin/dvc" pull --quiet
          test -e data
`;

const withDatapin = `
on: push
jobs:
  datapin:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: org/data-pull@v1
        id: data
        name: data-pull
        with: { cache: 'true', cache-write: always }
      - name: outputs
        if: always()
        env:
          OUTPUTS: \${{ toJSON(steps.data.outputs) }}
        run: |
          printf '%s' "$OUTPUTS" > "$RESULT/outputs.json"
          test -e data
`;

interface Shape {
  readonly title: string;
  readonly make: (path: string) => void;
}

/**
 * A job that needs data: the usual way (a virtual environment, pip with a warm cache, `dvc pull`) against the Action without and with a
 * cache of GitHub's, and the least that a warm job can do: unpack, hash and copy the same bytes. Under act, on one server, in one run.
 */
export async function benchAction({
  rounds,
  files,
  bytes,
}: {
  readonly rounds: number;
  readonly files: number;
  readonly bytes: number;
}): Promise<void> {
  const shapes: readonly Shape[] = [
    { title: `${files} files of 10 KB`, make: (path) => writeFiles(path, { count: files, bytes: 10_000 }) },
    { title: `one file of ${(bytes / 2 ** 30).toFixed(2)} GiB`, make: (path) => writeRandomFile(path, bytes) },
  ];
  const sandboxes: Sandbox[] = [];
  await using store = await startS3Remote();
  const newSandbox = (): Sandbox => {
    const sandbox = openSandbox('bench-action');
    sandboxes.push(sandbox);
    return sandbox;
  };
  try {
    const pip = newSandbox();
    const pipEnv = {
      ...Object.fromEntries(
        Object.entries(process.env).flatMap(([name, value]) => (pipSettings.test(name) && value !== undefined ? [[name, value]] : [])),
      ),
      PIP_CACHE_DIR: join(pip.dir, 'pip-cache'),
    };
    console.log('filling the cache of pip …');
    await mustRun('python3', ['-m', 'venv', join(pip.dir, 'venv')], { cwd: pip.dir, env: pip.env });
    const install = ['install', '--quiet', '--disable-pip-version-check', 'dvc[s3]==3.67.1'];
    await mustRun(join(pip.dir, 'venv/bin/pip'), install, { cwd: pip.dir, env: { ...pip.env, ...pipEnv } });
    for (const shape of shapes) {
      const source = newSandbox();
      await makeSource(shape, source, store);
      for (let round = 0; round < rounds; round += 1) {
        console.log(`\n## ${shape.title}${rounds === 1 ? '' : `, round ${round + 1} of ${rounds}`}\n`);
        await oneRound({ source, store, newSandbox, pipEnv });
      }
    }
  } finally {
    for (const sandbox of sandboxes) sandbox[Symbol.dispose]();
  }
}

async function makeSource({ title, make }: Shape, sandbox: Sandbox, store: S3Remote): Promise<void> {
  console.log(`making and pushing ${title} …`);
  const arena = enterArena(sandbox, 'datapin', { folder: 'work', store: store.server });
  const { name } = await store.bucket();
  await initialise(arena, `s3://${name}/data`, store.server);
  make(join(arena.work, 'data'));
  await arena.prepare('add', 'data');
  await arena.git('add', '-A');
  await arena.git('commit', '-q', '-m', 'data');
  await arena.prepare('push');
}

interface Round {
  readonly source: Sandbox;
  readonly store: S3Remote;
  readonly newSandbox: () => Sandbox;
  readonly pipEnv: Readonly<Record<string, string>>;
}

interface JobCost {
  readonly steps: WorkflowRun['steps'];
  readonly cost: Cost;
  /** Requests for objects that reached the remote. */
  readonly objects: number;
}

/** A short job is measured before the long one and after it. */
async function oneRound({ source, store, newSandbox, pipEnv }: Round): Promise<void> {
  await using disposables = new AsyncDisposableStack();
  /** One job in a new clone, in new folders: a file system that has just deleted many files is slow to create new ones. */
  const job = async (workflow: string, service?: CacheService): Promise<JobCost> => {
    const sandbox = newSandbox();
    const work = join(sandbox.dir, 'clone');
    await mustRun('git', ['clone', '-q', join(source.dir, 'work'), work], { cwd: sandbox.dir, env: sandbox.env });
    await mustRun('sync', [], { cwd: sandbox.dir, env: sandbox.env });
    store.requests();
    const { prefix, cost } = measured(sandbox.dir);
    const run = await runWorkflow({
      prefix,
      work,
      workflow,
      env: {
        ...store.credentials,
        DVC_NO_ANALYTICS: '1',
        DVC_SITE_CACHE_DIR: join(sandbox.dir, 'dvc-site'),
        ...(service === undefined ? pipEnv : {}),
      },
      ...(service === undefined ? {} : { cache: { url: service.url, token: tokenFor('refs/heads/main') } }),
    });
    if (run.code !== 0) throw new Error(`the job failed:\n${run.log}`);
    const objects = store.requests().filter((request) => request.startsWith('GetObject')).length;
    disposables.use(run);
    return { steps: run.steps, cost: cost(), objects };
  };
  const coldJob = async (): Promise<readonly [JobCost, CacheService]> => {
    const service = disposables.use(await startCacheService());
    return [await job(withDatapin, service), service];
  };

  const [before] = await coldJob();
  const usual = await job(usualWay);
  const [after] = await coldJob();
  const [last, service] = await coldJob();
  const cold = [before, after, last];
  const warm: JobCost[] = [];
  const least: Cost[] = [];
  for (let run = 0; run < shortRuns; run += 1) {
    warm.push(await job(withDatapin, service));
    least.push(await unpackHashCopy(service, newSandbox()));
  }
  service.check();
  for (const [title, runs] of [
    ['the usual way', [usual]],
    ['datapin, cold', cold],
    ['datapin, warm', warm],
  ] as const) {
    const run = typical(runs);
    const all = runs.length === 1 ? '' : `, the median of ${runs.map(({ cost }) => cost.wall.toFixed(2)).join(', ')} s`;
    console.log(`${title}: ${secondsOf(run.cost)}${all}; ${run.objects} objects from the remote`);
    for (const { stage, step, seconds } of run.steps)
      if (seconds >= 0.005) console.log(`    ${seconds.toFixed(2).padStart(7)} s  ${stage} ${step}`);
  }
  const steps = warm.map((run) => run.steps.find(({ stage, step }) => stage === 'Main' && step === 'data-pull')?.seconds ?? Number.NaN);
  const step = steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? Number.NaN;
  const floor = medianCost(least);
  console.log(`unpacking, hashing and copying the same bytes: ${secondsOf(floor)}; the warm step: ${step.toFixed(2)} s`);
  const faster = ({ cost }: { readonly cost: Cost }): string =>
    `${(usual.cost.wall / cost.wall).toFixed(1)}× (CPU ${(usual.cost.cpu / cost.cpu).toFixed(1)}×)`;
  console.log(
    `\ncold ${faster(typical(cold))} as fast, warm ${faster(typical(warm))}; the warm step takes ${(step / floor.wall).toFixed(2)}× of the least ` +
      `(the whole job's CPU ${(typical(warm).cost.cpu / floor.cpu).toFixed(2)}×), with ${typical(warm).objects} requests for objects`,
  );
}

/** The one that took the median time. */
function typical(runs: readonly JobCost[]): JobCost {
  const run = runs.toSorted((a, b) => a.cost.wall - b.cost.wall)[runs.length >> 1];
  if (run === undefined) throw new Error('nothing was measured');
  return run;
}

function secondsOf({ wall, cpu }: Cost): string {
  return `${wall.toFixed(2)} s (CPU ${cpu.toFixed(2)} s)`;
}

/** What no warm job can leave out: the archives unpacked, every file hashed, every file copied to its place. */
function unpackHashCopy(service: CacheService, { dir, env }: Sandbox): Promise<Cost> {
  mkdirSync(join(dir, 'unpacked'));
  const archives = service.entries().map((entry) => service.archive(entry));
  // with -f what is not compressed passes as it is
  const unpack = archives.map((parts) => `cat ${parts.join(' ')} | zstd -dcf | tar -x -C unpacked`).join('\n');
  const script = `${unpack}\nfind unpacked -type f -print0 | xargs -0 md5sum >/dev/null\ncp -r unpacked placed`;
  return costOf(['sh', '-ec', script], { cwd: dir, env });
}
