import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listFiles } from './listing.ts';
import { mustRun } from './run.ts';
import type { Sandbox } from './sandbox.ts';
import { mustSucceed, type Tool } from './tool.ts';

/** A git work tree with a DVC project, driven by one of the two tools. */
export interface Repository {
  readonly tool: Tool;
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs the tool, which must succeed; what it printed. */
  run(...args: readonly string[]): Promise<string>;
  git(...args: readonly string[]): Promise<string>;
  /** Commits everything that git sees. */
  commit(): Promise<void>;
  write(path: string, content: string | Uint8Array): void;
  /** Relative path → content, of files below a folder of the work tree. */
  contents(folder: string): Readonly<Record<string, string>>;
  /** Takes cache and data away: what a fresh clone does not have. */
  wipe(...data: readonly string[]): void;
  /** What the tool finds different: in the work tree, on the remote. Both empty for a clean one. */
  status(): Promise<{ readonly workspace: unknown; readonly remote: unknown }>;
}

/** A work tree in a folder of the sandbox, as one tool sees it. Nothing is made. */
function repositoryAt(sandbox: Sandbox, folder: string, { tool, env = sandbox.env }: { tool: Tool; env?: NodeJS.ProcessEnv }): Repository {
  const dir = join(sandbox.dir, folder);
  const run = (...args: readonly string[]): Promise<string> => mustSucceed(tool, args, { cwd: dir, env });
  const git = (...args: readonly string[]): Promise<string> => mustRun('git', args, { cwd: dir, env });
  return {
    tool,
    dir,
    env,
    run,
    git,
    async commit() {
      await git('add', '-A');
      await git('commit', '-q', '--allow-empty', '-m', 'change');
    },
    write(path, content) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      rmSync(join(dir, path), { force: true });
      writeFileSync(join(dir, path), content);
    },
    contents: (within) =>
      Object.fromEntries(listFiles(join(dir, within)).map((path) => [path, readFileSync(join(dir, within, path), 'latin1')])),
    wipe(...data) {
      for (const path of ['.dvc/cache', '.dvc/tmp', ...data]) rmSync(join(dir, path), { recursive: true, force: true });
    },
    async status() {
      return {
        workspace: JSON.parse(await run('status', '--json')) as unknown,
        remote: JSON.parse(await run('status', '-c', '--json')) as unknown,
      };
    },
  };
}

/** Makes a git repository with a DVC project in a new folder of the sandbox. */
export async function makeRepository(sandbox: Sandbox, folder: string, how: { tool: Tool; env?: NodeJS.ProcessEnv }): Promise<Repository> {
  mkdirSync(join(sandbox.dir, folder), { recursive: true });
  const repository = repositoryAt(sandbox, folder, how);
  await repository.git('init', '-q');
  await repository.run('init', '-q');
  return repository;
}

/** Clones a repository: metafiles and configuration, no data, none of the user's own settings. */
export async function cloneRepository(
  sandbox: Sandbox,
  source: Repository,
  { folder, tool, env = source.env }: { folder: string; tool: Tool; env?: NodeJS.ProcessEnv },
): Promise<Repository> {
  await mustRun('git', ['clone', '-q', source.dir, join(sandbox.dir, folder)], { cwd: sandbox.dir, env: sandbox.env });
  return repositoryAt(sandbox, folder, { tool, env });
}
