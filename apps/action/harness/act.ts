import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { findProgram } from '../../../e2e/servers/server-process.ts';
import { stagedAction } from './runner.ts';

export interface WorkflowOptions {
  /** The repository that is checked out. */
  readonly work: string;
  /** The text of the workflow. */
  readonly workflow: string;
  /** `push` if not given. */
  readonly event?: { readonly name: string; readonly payload: unknown };
  /** For every step of every job. */
  readonly env?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** A cache service of version 2; none if not given. */
  readonly cache?: { readonly url: string; readonly token: string };
  /** A program that act is started by, with its arguments: one that measures. */
  readonly prefix?: readonly string[];
  /** Called with each line of what act reports while it runs. */
  readonly onLine?: (line: ActLine, act: { readonly cancel: () => void }) => void;
}

/** A line of `act --json`, as far as it matters here. */
export interface ActLine {
  readonly msg?: string;
  readonly job?: string;
  readonly step?: string;
  readonly stage?: string;
  readonly stepResult?: string;
  /** Nanoseconds. */
  readonly executionTime?: number;
  readonly command?: string;
  readonly arg?: string;
  readonly kvPairs?: Readonly<Record<string, string>>;
  readonly raw_output?: boolean;
}

export interface StepTime {
  readonly job: string;
  readonly stage: string;
  readonly step: string;
  readonly result: string;
  readonly seconds: number;
}

export interface WorkflowRun extends Disposable {
  readonly code: number;
  /** Everything that act printed, masked as a runner masks. */
  readonly log: string;
  readonly lines: readonly ActLine[];
  readonly steps: readonly StepTime[];
  /** Title, file and text of each error, warning or notice. */
  readonly told: (level: 'error' | 'warning' | 'notice') => readonly string[];
  /** Where `$RESULT` pointed to: what the workflow's steps left for the test. */
  readonly result: string;
  /** `$RESULT/<name>.json`, which a step has written from `toJSON(steps.data.outputs)`. */
  readonly outputs: (name?: string) => Readonly<Record<string, string>>;
}

const quietly =
  '-W .github/workflows/test.yml -P ubuntu-latest=-self-hosted --pull=false --action-offline-mode --no-cache-server --json'.split(' ');

/**
 * Runs a workflow by act: on this machine, without a container and a network. `org/data-pull@v1` is the staged Action, RUNNER_ENVIRONMENT
 * is that of GitHub's own runners.
 */
export async function runWorkflow({
  work,
  workflow,
  event,
  env = {},
  secrets = {},
  cache,
  prefix = [],
  onLine,
}: WorkflowOptions): Promise<WorkflowRun> {
  if (!existsSync(join(stagedAction, 'action.yml'))) throw new Error('the Action is not staged: run `npm run stage:action`');
  const folder = mkdtempSync(join(tmpdir(), 'datapin-act-'));
  const result = join(folder, 'result');
  for (const name of ['result', 'home']) mkdirSync(join(folder, name));
  const file = join(work, '.github', 'workflows', 'test.yml');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, workflow);
  const payload = join(folder, 'event.json');
  if (event !== undefined) writeFileSync(payload, JSON.stringify(event.payload));
  const service: Readonly<Record<string, string>> =
    cache === undefined ? {} : { ACTIONS_RESULTS_URL: cache.url, ACTIONS_RUNTIME_TOKEN: cache.token, ACTIONS_CACHE_SERVICE_V2: 'True' };
  const variables = { RUNNER_ENVIRONMENT: 'github-hosted', AWS_EC2_METADATA_DISABLED: 'true', RESULT: result, ...service, ...env };
  const command = [
    ...prefix,
    findProgram('act'),
    event?.name ?? 'push',
    ...quietly,
    '--local-repository',
    `org/data-pull@v1=${stagedAction}`,
    ...(event === undefined ? [] : ['-e', payload]),
    ...Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...Object.entries(secrets).flatMap(([name, value]) => ['-s', `${name}=${value}`]),
  ];
  const path = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':');
  const [program = '', ...parameters] = command;
  const child = spawn(program, parameters, {
    cwd: work,
    env: { PATH: path, HOME: join(folder, 'home') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const lines: ActLine[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (text) => {
      log += `${text}\n`;
      if (!text.startsWith('{')) return;
      const line = JSON.parse(text) as ActLine;
      lines.push(line);
      onLine?.(line, { cancel: () => child.kill('SIGINT') });
    });
  }
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 130));
  });
  return {
    code,
    log,
    lines,
    steps: lines.flatMap(({ job = '', stage = '', step = '', stepResult, executionTime }) =>
      stepResult === undefined || executionTime === undefined
        ? []
        : [{ job, stage, step, result: stepResult, seconds: executionTime / 1e9 }],
    ),
    told: (level) =>
      lines.filter(({ command }) => command === level).map(({ kvPairs, arg }) => `${JSON.stringify(kvPairs ?? {})} ${arg ?? ''}`),
    result,
    outputs: (name = 'outputs') => JSON.parse(readFileSync(join(result, `${name}.json`), 'utf8')) as Record<string, string>,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A step that leaves the outputs of the step `data` and the workspace where the test finds them. */
export function keepOutputs(name = 'outputs'): string {
  return `
      - if: always()
        env:
          OUTPUTS: \${{ toJSON(steps.data.outputs) }}
        run: printf '%s' "$OUTPUTS" > "$RESULT/${name}.json"`;
}
