/**
 * Behind every `npm run …` of this repository. Runs on any Node from 20 on, with nothing but npm and git present: installs the
 * dependencies when they are not there yet, then does the work with the tools, and the Node, that the lock file pins.
 */
import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ensureDependencies, root, workspaceEnvironment } from './dependencies.mjs';
import { runCommand, runStep } from './run-command.mjs';

const env = workspaceEnvironment();

/** @type {readonly (readonly [title: string, command: string, args: readonly string[]])[]} */
const staticChecks = [
  ['types', 'tsc', []],
  ['lint', 'oxlint', ['--deny-warnings']],
  ['format', 'oxfmt', ['--check']],
  ['unused code and dependencies', 'knip', []],
];

/** All of them run, also when one has failed: one round tells everything. */
async function check() {
  let good = true;
  for (const [title, command, args] of staticChecks) good = (await runStep(title, command, args, { cwd: root, env })) && good;
  return good ? 0 : 1;
}

/**
 * @param {string} project
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} environment
 */
async function vitest(project, args, environment) {
  const folder = process.env['DATAPIN_REPORTS'];
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const report =
    folder === undefined ? [] : ['--reporter=default', '--reporter=json', `--outputFile.json=${join(folder, `${project}.json`)}`];
  return (await runCommand('vitest', ['run', '--project', project, ...report, ...args], { cwd: root, env: environment })).code;
}

/** @param {readonly string[]} filters */
async function build(filters = []) {
  return (await runStep('build', 'turbo', ['run', 'build', '--output-logs=errors-only', ...filters], { cwd: root, env })) ? 0 : 1;
}

async function withRealTools() {
  const { ensureRealTools } = await import('./real-tools.mjs');
  const tools = await ensureRealTools();
  return { ...env, PATH: [tools, env['PATH']].join(delimiter) };
}

async function stageAction() {
  return (await runStep('stage the Action', 'node', [join('scripts', 'stage-action.mjs')], { cwd: root, env })) ? 0 : 1;
}

/** @type {Record<string, (args: readonly string[]) => Promise<number>>} */
const commands = {
  async demo(args) {
    const built = await build(['--filter=datapin']);
    return built !== 0 ? built : (await runCommand('node', [join('scripts', 'demo.mjs'), ...args], { cwd: root, env })).code;
  },
  async test(args) {
    const checked = await check();
    const tested = await vitest('unit', args, env);
    return checked || tested;
  },
  async 'test:real'(args) {
    const environment = await withRealTools();
    return (await build()) || (await stageAction()) || vitest('real', args, environment);
  },
  async bench(args) {
    const environment = await withRealTools();
    return (
      (await build()) ||
      (await stageAction()) ||
      (await runCommand('node', [join('bench', 'src', 'main.ts'), ...args], { cwd: root, env: environment })).code
    );
  },
  build: (args) => build(args),
  check,
  async 'stage:action'() {
    return (await build()) || stageAction();
  },
};

const [name = '', ...args] = process.argv.slice(2);
const command = commands[name];
if (command === undefined) {
  console.error(`usage: npm run <${Object.keys(commands).join('|')}>`);
  process.exitCode = 2;
} else {
  process.exitCode = (await ensureDependencies()) ? await command(args) : 1;
}
