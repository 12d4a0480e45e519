import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

import { DatapinError } from '../errors.ts';

/** How the `git` program is started. */
export interface GitProgram {
  /** Absolute path of the executable. */
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One call of git. */
export interface GitCall {
  /** The folder git works in (`-C`). */
  readonly cwd: string;
  readonly args: readonly string[];
  readonly input?: string;
  /** Exit codes that are an answer and no failure. Default: 0 only. */
  readonly accept?: readonly number[];
  readonly signal?: AbortSignal;
  /** What a failure is told to be about, where the folder is a temporary one that says nothing to anybody. */
  readonly about?: string;
}

export interface GitAnswer {
  readonly exitCode: number;
  readonly stdout: Buffer;
}

/**
 * Names by which a surrounding git (a hook, an alias) would send ours to another repository: `git rev-parse --local-env-vars`.
 * The repository is always named by its folder. `GIT_CONFIG_COUNT` is not among them: it is how a user hands in settings and tokens without writing them
 * down, and what would run a program is set again on the command line, which goes before it.
 */
const localVariables = [
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_CONFIG',
  'GIT_CONFIG_PARAMETERS',
  'GIT_DIR',
  'GIT_GRAFT_FILE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_NAMESPACE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_REPLACE_REF_BASE',
  'GIT_SHALLOW_FILE',
  'GIT_WORK_TREE',
];

/**
 * Finds git on `PATH`. Only absolute entries count, so that a repository cannot bring its own `git`.
 * Throws `no-git`.
 */
export function findGitProgram(env: Readonly<Record<string, string | undefined>>): GitProgram {
  const names = process.platform === 'win32' ? ['git.exe'] : ['git'];
  const searchPath = env['PATH'] ?? env['Path'] ?? '';
  for (const folder of searchPath.split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    for (const name of names) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return { path, env };
      } catch {
        // Not here: the next folder may have it.
      }
    }
  }
  throw new DatapinError('no-git', 'the git program was not found', { hint: 'Install git and make sure that it is on PATH.' });
}

/**
 * Runs git without a shell and without prompts. Nothing a repository's configuration names (hooks, a file system monitor, a pager) is run.
 * Rejects with `git-failed`, whose message holds what git said, or `cancelled`.
 */
export function runGit(program: GitProgram, call: GitCall): Promise<GitAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program.path, [...safeArguments(call), ...call.args], {
      // Not the folder itself: on Windows it would be searched for programs.
      env: environment(program.env),
      stdio: [call.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
      ...(call.signal ? { signal: call.signal } : {}),
    });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', (cause) => {
      if (call.signal?.aborted) reject(new DatapinError('cancelled', 'cancelled'));
      else reject(new DatapinError('git-failed', `git could not be started: ${cause.message}`, { cause }));
    });
    child.on('close', (exitCode) => {
      if (exitCode !== null && (call.accept ?? [0]).includes(exitCode)) {
        resolve({ exitCode, stdout: Buffer.concat(out) });
        return;
      }
      const said = inOneLine(withoutPassword(Buffer.concat(errors).toString('utf8').trim()));
      const where = call.about === undefined ? `in '${call.cwd}'` : `for '${withoutPassword(call.about)}'`;
      reject(new DatapinError('git-failed', `git ${call.args[0] ?? ''} failed ${where}: ${said || `exit code ${exitCode}`}`));
    });
    if (child.stdin) {
      // Git may end before it has read everything; its exit code tells the story.
      child.stdin.on('error', () => {});
      child.stdin.end(call.input);
    }
  });
}

/** What git said up to its first empty line; what comes behind that, and its hints, explain git itself. */
function inOneLine(said: string): string {
  const [reason = ''] = said.split(/\r?\n\s*\n/u, 1);
  const lines = reason.split('\n').filter((line) => !/^(?:hint|warning):/u.test(line));
  return (lines.length === 0 ? reason.split('\n') : lines).map((line) => line.trim()).join('; ');
}

function safeArguments({ cwd, args }: GitCall): string[] {
  const settings = ['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'core.quotePath=false'].flatMap((setting) => ['-c', setting]);
  // `check-ignore` takes paths as they are anyway and refuses to be told.
  const literal = args[0] === 'check-ignore' ? [] : ['--literal-pathspecs'];
  return ['-C', cwd, '--no-pager', ...literal, ...settings];
}

function environment(env: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const result: NodeJS.ProcessEnv = { ...env };
  for (const name of localVariables) delete result[name];
  return {
    ...result,
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    // A source repository that lacks objects must not fetch them by the means that its own configuration names.
    GIT_NO_LAZY_FETCH: '1',
    // A URL from a metafile must not reach transports that run commands (`ext::`).
    GIT_ALLOW_PROTOCOL: env['GIT_ALLOW_PROTOCOL'] ?? 'file:git:http:https:ssh',
    LC_ALL: 'C',
  };
}

/** `https://user:password@host` → `https://***@host`. */
function withoutPassword(text: string): string {
  return text.replaceAll(/(\w:\/\/)[^\s/@]+@/gu, '$1***@');
}
