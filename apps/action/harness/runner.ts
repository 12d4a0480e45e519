import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from './events.ts';
import type { Sighting } from './witness.ts';
import { commandsIn, readFileCommands, type WorkflowCommand } from './workflow-commands.ts';

/** Where `npm run stage:action` lays the Action out. */
export const stagedAction: string = join(import.meta.dirname, '../../../out/data-pull');

export interface JobOptions {
  readonly workspace: string;
  readonly event: RunEvent;
  /** What the job's and the step's `env:` hold, over everything else; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The cache service and the job's token for it; none if not given. */
  readonly cache?: { readonly url: string; readonly token: string };
  /** `${{ github.token }}`. */
  readonly token?: string;
}

/** What a runner keeps of a step. */
export interface StepResult {
  readonly code: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Everything that was printed, before the runner masks anything. */
  readonly log: string;
  readonly commands: readonly WorkflowCommand[];
  readonly sightings: readonly Sighting[];
}

/** A job on a runner, as far as one action sees it. */
export interface Job extends Disposable {
  /** RUNNER_TEMP. */
  readonly temp: string;
  readonly main: (inputs?: Readonly<Record<string, string>>) => Promise<StepResult>;
  /** With the state that the last `main` left. Undefined when the Action has no post step. */
  readonly post: () => Promise<StepResult | undefined>;
  /** Signals the running step as a runner does that cancels a job. */
  readonly signal: (name: NodeJS.Signals) => void;
}

/** Starts the staged Action's entries as a runner on Linux does: its files, its environment, nothing of this process. */
export function startJob({ workspace, event, env = {}, cache, token = 'github-token' }: JobOptions): Job {
  const folder = mkdtempSync(join(tmpdir(), 'datapin-runner-'));
  const temp = join(folder, 'temp');
  for (const name of ['temp', 'home', 'tools']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'event.json'), JSON.stringify(event.payload));
  const declared = readAction(token);
  let lastInputs: Readonly<Record<string, string>> = {};
  let lastState: Readonly<Record<string, string>> = {};
  let running: ReturnType<typeof spawn> | undefined;
  let steps = 0;

  async function step(
    entry: string,
    inputs: Readonly<Record<string, string>>,
    state: Readonly<Record<string, string>>,
  ): Promise<StepResult> {
    const unknown = Object.keys(inputs).filter((name) => !declared.inputs.has(name));
    if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(', ')}`);
    const files = { output: '', state: '', env: '', path: '', step_summary: '' };
    const at = (name: string): string => join(folder, `${name}-${steps}`);
    steps += 1;
    for (const name of [...Object.keys(files), 'witness']) writeFileSync(at(name), '');
    const given = [...declared.inputs].map(([name, preset]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      inputs[name] ?? preset,
    ]);
    const environment: Record<string, string | undefined> = {
      PATH: process.env['PATH'],
      HOME: join(folder, 'home'),
      LANG: 'C.UTF-8',
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION: '__org_data-pull',
      GITHUB_ACTION_REPOSITORY: 'org/data-pull',
      GITHUB_ACTION_REF: 'v1',
      GITHUB_ACTOR: 'org',
      GITHUB_API_URL: 'https://api.github.com',
      GITHUB_GRAPHQL_URL: 'https://api.github.com/graphql',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_SHA: 'a'.repeat(40),
      GITHUB_RUN_ID: '4711',
      GITHUB_RUN_NUMBER: '1',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_JOB: 'pull',
      GITHUB_WORKFLOW: 'Data',
      GITHUB_EVENT_PATH: join(folder, 'event.json'),
      GITHUB_WORKSPACE: workspace,
      ...Object.fromEntries(Object.keys(files).map((name) => [`GITHUB_${name.toUpperCase()}`, at(name)])),
      RUNNER_ENVIRONMENT: 'github-hosted',
      RUNNER_NAME: 'runner',
      RUNNER_OS: 'Linux',
      RUNNER_ARCH: 'X64',
      RUNNER_TEMP: temp,
      RUNNER_TOOL_CACHE: join(folder, 'tools'),
      GIT_CONFIG_NOSYSTEM: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...event.env,
      ...(cache === undefined
        ? {}
        : {
            ACTIONS_RESULTS_URL: cache.url,
            ACTIONS_RUNTIME_URL: cache.url,
            ACTIONS_CACHE_SERVICE_V2: 'True',
            ACTIONS_RUNTIME_TOKEN: cache.token,
          }),
      ...Object.fromEntries(given),
      ...Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value])),
      ...env,
      WITNESS: at('witness'),
    };
    const program = [`--import=${join(import.meta.dirname, 'witness.ts')}`, join(stagedAction, entry)];
    const child = spawn(process.execPath, program, {
      cwd: workspace,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running = child;
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (log += text));
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status, signal) => resolve(status ?? (signal === 'SIGKILL' ? 137 : 143)));
    });
    const text = (name: string): string => readFileSync(at(name), 'utf8');
    const sightings = text('witness')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Sighting);
    return {
      code,
      outputs: readFileCommands(text('output')),
      state: readFileCommands(text('state')),
      summary: text('step_summary'),
      log,
      commands: commandsIn(log),
      sightings,
    };
  }

  return {
    temp,
    async main(inputs = {}) {
      const result = await step(declared.main, inputs, {});
      lastInputs = inputs;
      lastState = result.state;
      return result;
    },
    async post() {
      return declared.post === undefined ? undefined : step(declared.post, lastInputs, lastState);
    },
    signal: (name) => void running?.kill(name),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

interface DeclaredAction {
  /** Name → default. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly outputs: readonly string[];
  readonly main: string;
  readonly post: string | undefined;
}

/** What the staged action.yml declares. It is ours, generated or checked: one line each, single quotes. */
export function readAction(token = ''): DeclaredAction {
  const file = join(stagedAction, 'action.yml');
  if (!existsSync(file)) throw new Error(`the Action is not staged: run \`npm run stage:action\``);
  const text = readFileSync(file, 'utf8');
  const section = (name: string): string => new RegExp(`^${name}:\\n((?:[ #].*\\n|\\n)*)`, 'mu').exec(text)?.[1] ?? '';
  const names = (of: string): readonly string[] => [...of.matchAll(/^ {2}([\w-]+):/gmu)].map(([, name = '']) => name);
  const inputs = section('inputs');
  const defaults = names(inputs).map((name): [string, string] => {
    const block = new RegExp(`^  ${name}:((?:\\n {4}.*)*)`, 'mu').exec(inputs)?.[1] ?? '';
    const preset = /^ {4}default: (?:'(.*)'|"(.*)"|(.*))$/mu.exec(block);
    return [
      name,
      (preset?.[1] ?? preset?.[2] ?? preset?.[3] ?? '').replaceAll(/\$\{\{\s*github\.token\s*\}\}/gu, token).replaceAll("''", "'"),
    ];
  });
  const entry = (name: string): string | undefined => new RegExp(`^ {2}${name}: '?([^'\\n]+)'?$`, 'mu').exec(section('runs'))?.[1];
  return { inputs: new Map(defaults), outputs: names(section('outputs')), main: entry('main') ?? '', post: entry('post') };
}
