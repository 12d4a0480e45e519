import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { localPlugin } from '@datapin/storage-local';

import { type Dvc, startDvc } from '../../../../e2e/harness/dvc.ts';
import { listWorkTree } from '../../../../e2e/harness/listing.ts';
import { mustRun } from '../../../../e2e/harness/run.ts';
import { openSandbox, type Sandbox } from '../../../../e2e/harness/sandbox.ts';
import s3Plugin from '../../../storage-s3/src/index.ts';
import { DatapinError } from '../../src/errors.ts';
import { pull, type PullRequest, type PullResult } from '../../src/operations/pull.ts';
import { openProject } from '../../src/project/open-project.ts';
import { pullRequest } from '../../test/operations/transfer-request.ts';

/** A git repository with a DVC project, driven by the real programs. */
export interface RealRepository {
  readonly dir: string;
  write(path: string, content: string, mode?: number): void;
  read(path: string): string;
  /** Runs real DVC, which must succeed, in the repository or a folder of it. */
  dvc(...args: readonly string[]): Promise<string>;
  dvcIn(folder: string, ...args: readonly string[]): Promise<string>;
  git(...args: readonly string[]): Promise<string>;
  /** Commits everything that git sees; returns the commit's id. */
  commit(message?: string): Promise<string>;
}

/** How a pull ended: what it answered, or by which code it was refused. */
export type PullOutcome = { readonly result: PullResult; readonly code: undefined } | { readonly result: undefined; readonly code: string };

/** A folder with repositories side by side. */
export interface ImportScene extends AsyncDisposable {
  readonly dir: string;
  readonly env: Record<string, string>;
  /** Makes a repository. With `remote` it has a default remote in the folder of that name beside it, written relatively. */
  repository(name: string, options?: { readonly remote?: string }): Promise<RealRepository>;
  /** Clones a repository without its cache and its data. */
  clone(source: RealRepository, name: string): Promise<RealRepository>;
  /** Pulls with real DVC. */
  theirPull(repository: RealRepository): Promise<{ readonly code: number; readonly said: string }>;
  ourPull(repository: RealRepository, changes?: Partial<PullRequest>): Promise<PullOutcome>;
  /** `dvc status --no-updates --json` of real DVC. */
  status(repository: RealRepository): Promise<unknown>;
}

export async function openImportScene(env: Readonly<Record<string, string>> = {}): Promise<ImportScene> {
  const sandbox: Sandbox = openSandbox('imports');
  const program: Dvc = await startDvc();
  const all: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...sandbox.env, ...env })) if (value !== undefined) all[name] = value;
  const at = (dir: string): RealRepository => repositoryAt(dir, program, all);
  return {
    dir: sandbox.dir,
    env: all,
    async repository(name, { remote } = {}) {
      const made = at(join(sandbox.dir, name));
      mkdirSync(made.dir, { recursive: true });
      await made.git('init', '-q');
      await made.dvc('init', '-q');
      if (remote !== undefined) await made.dvc('remote', 'add', '-q', '-d', 'store', `../${remote}`);
      return made;
    },
    async clone(source, name) {
      await mustRun('git', ['clone', '-q', source.dir, name], { cwd: sandbox.dir, env: all });
      return at(join(sandbox.dir, name));
    },
    async theirPull({ dir }) {
      const { code, stdout, stderr } = await program.run(['pull'], { cwd: dir, env: all });
      return { code, said: stdout + stderr };
    },
    ourPull: ({ dir }, changes) => ourPull(dir, all, changes),
    async status({ dir }) {
      const { stdout, stderr } = await program.run(['status', '--no-updates', '--json'], { cwd: dir, env: all });
      return stdout.trim() === '' ? stderr : (JSON.parse(stdout) as unknown);
    },
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      sandbox[Symbol.dispose]();
    },
  };
}

function repositoryAt(dir: string, program: Dvc, env: Record<string, string>): RealRepository {
  const git = (...args: readonly string[]): Promise<string> => mustRun('git', args, { cwd: dir, env });
  const dvcIn = async (folder: string, ...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await program.run(args, { cwd: join(dir, folder), env });
    if (code !== 0) throw new Error(`dvc ${args.join(' ')} ended with ${code} in ${dir}\n${stdout}${stderr}`);
    return stdout;
  };
  return {
    dir,
    git,
    dvcIn,
    dvc: (...args) => dvcIn('.', ...args),
    read: (path) => readFileSync(join(dir, path), 'utf8'),
    write(path, content, mode = 0o644) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      rmSync(join(dir, path), { force: true });
      writeFileSync(join(dir, path), content);
      chmodSync(join(dir, path), mode);
    },
    async commit(message = 'change') {
      await git('add', '-A');
      await git('commit', '-q', '--allow-empty', '-m', message);
      return (await git('rev-parse', 'HEAD')).trim();
    },
  };
}

async function ourPull(dir: string, env: Record<string, string>, changes: Partial<PullRequest> = {}): Promise<PullOutcome> {
  const plugins = new Map([localPlugin, s3Plugin].flatMap((plugin) => plugin.schemes.map((scheme) => [scheme, plugin] as const)));
  const load = async (scheme: string): Promise<typeof localPlugin> => {
    const plugin = plugins.get(scheme);
    if (plugin === undefined) throw new DatapinError('unsupported-scheme', `no plugin for ${scheme}`);
    return plugin;
  };
  const request: PullRequest = { ...pullRequest, ...changes };
  try {
    const project = await openProject({ cwd: dir, env, storages: { load } });
    const result = await pull(project, request, { signal: new AbortController().signal, report: () => undefined });
    return { result, code: undefined };
  } catch (error) {
    if (!(error instanceof DatapinError)) throw error;
    return { result: undefined, code: error.code };
  }
}

/** What a pull missed: path and code of each, in order of the paths. */
export function missed({ result, code }: PullOutcome): readonly string[] {
  if (result === undefined) return [`refused: ${code}`];
  return result.fetch.missing.map((object) => `${object.path}: ${object.code}`).toSorted();
}

/** Every file of a work tree with its bytes and its mode. */
export function treeOf({ dir }: RealRepository): ReturnType<typeof listWorkTree> {
  return listWorkTree(dir);
}
