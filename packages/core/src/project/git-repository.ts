import { dirname, join, relative, sep } from 'node:path';

import { DatapinError } from '../errors.ts';
import { findGit, type GitLocation } from './find-git.ts';
import type { GitCall, GitProgram } from './git-program.ts';
import type { GitRepository, GitRevision, GitScope, GitStatus, GitTreeEntry } from './git.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Run = (call: Omit<GitCall, 'cwd'>) => Promise<{ readonly exitCode: number; readonly stdout: Buffer }>;

/** Paths per command line: far below every system's limit. */
const pathsPerCall = 200;

/** A repository found by {@link findGit}. Nothing is run and `git` is not even looked for until a method is called. */
export function openGitRepository(location: GitLocation, env: Env): GitRepository {
  let program: GitProgram | undefined;
  const run: Run = async (call) => {
    const { findGitProgram, runGit } = await import('./git-program.ts');
    program ??= findGitProgram(env);
    return runGit(program, { cwd: location.workTree, ...call });
  };
  const { workTree } = location;
  return {
    ...location,
    resolve: (rev) => resolveRevision(run, rev),
    head: () => commitOf(run, 'HEAD'),
    revisions: (scope) => listRevisions(run, scope),
    listTree: (commit, options) => listTree(run, commit, options),
    readBlobs: (objects) => readBlobs(run, objects),
    tracked: (paths) => trackedPaths(run, workTree, paths),
    ignored: (paths) => ignoredPaths(run, workTree, paths),
    status: ({ untracked }) => gitStatus(run, untracked),
    stage: (paths) => stagePaths(run, workTree, paths),
  };
}

async function resolveRevision(run: Run, rev: string): Promise<string> {
  const commit = await commitOf(run, rev);
  if (commit !== undefined) return commit;
  const { stdout } = await run({ args: ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/remotes'] });
  const found = new Set<string>();
  for (const line of lines(stdout)) {
    const [object, ref] = splitOnce(line, ' ');
    if (ref.split('/').slice(3).join('/') === rev) found.add(object);
  }
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  throw new DatapinError('unknown-revision', `${only === undefined ? 'unknown' : 'ambiguous'} Git revision '${rev}'`);
}

/** By standard input, so that no name can be taken for an option. */
async function commitOf(run: Run, rev: string): Promise<string | undefined> {
  if (rev === '' || /[\n\0]/u.test(rev)) return undefined;
  const { stdout } = await run({ args: ['cat-file', '--batch-check=%(objectname) %(objecttype)'], input: `${rev}^{commit}\n` });
  return /^([0-9a-f]{40,64}) commit\n$/u.exec(stdout.toString('utf8'))?.[1];
}

async function listRevisions(run: Run, scope: GitScope): Promise<readonly GitRevision[]> {
  const names = new Map<string, string[]>();
  const add = (commit: string, name: string): void => {
    const known = names.get(commit);
    if (known) known.push(name);
    else names.set(commit, [name]);
  };
  const patterns = [...(scope.branches || scope.commits ? ['refs/heads'] : []), ...(scope.tags || scope.commits ? ['refs/tags'] : [])];
  if (patterns.length === 0) return [];
  const format = '%(objecttype) %(objectname) %(*objecttype) %(*objectname) %(refname:lstrip=2)';
  const { stdout } = await run({ args: ['for-each-ref', '--sort=-creatordate', `--format=${format}`, ...patterns] });
  for (const line of lines(stdout)) {
    // An annotated tag names its commit in the starred fields, which are empty otherwise.
    const match = /^(\w+) (\w+) (\w*) (\w*) (.*)$/u.exec(line);
    if (!match) continue;
    const [, type, object = '', peeledType, peeled = '', name = ''] = match;
    if (type === 'commit') add(object, name);
    else if (peeledType === 'commit') add(peeled, name);
  }
  if (!scope.commits) return [...names].map(([commit, list]) => ({ commit, names: list }));
  const head = await commitOf(run, 'HEAD');
  const all = await run({ args: ['rev-list', '--branches', '--tags', '--remotes', ...(head === undefined ? [] : [head]), '--'] });
  return lines(all.stdout).map((commit) => ({ commit, names: names.get(commit) ?? [commit] }));
}

async function listTree(
  run: Run,
  commit: string,
  { under = '', sizes = false }: { readonly under?: string; readonly sizes?: boolean } = {},
): Promise<readonly GitTreeEntry[]> {
  const options = sizes ? ['-rlz', '--full-tree'] : ['-rz', '--full-tree'];
  const { stdout } = await run({ args: ['ls-tree', ...options, objectName(commit), '--', ...(under === '' ? [] : [`${under}/`])] });
  return records(stdout).map((record) => {
    const [meta, path] = splitOnce(record, '\t');
    const [mode = '', , object = '', size] = meta.split(/ +/u);
    return { path, mode, object, ...(size === undefined || size === '-' ? {} : { size: Number(size) }) };
  });
}

async function readBlobs(run: Run, objects: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  const wanted = [...new Set(objects)].map(objectName);
  const blobs = new Map<string, Buffer>();
  if (wanted.length === 0) return blobs;
  const { stdout } = await run({ args: ['cat-file', '--batch'], input: `${wanted.join('\n')}\n` });
  let position = 0;
  for (const object of wanted) {
    const end = stdout.indexOf(10, position);
    const size = Number(/ blob (\d+)$/u.exec(stdout.toString('latin1', position, end))?.[1] ?? Number.NaN);
    if (end === -1 || !Number.isSafeInteger(size)) throw new DatapinError('git-failed', `git has no blob ${object}`);
    blobs.set(object, stdout.subarray(end + 1, end + 1 + size));
    position = end + 1 + size + 1;
  }
  return blobs;
}

async function trackedPaths(run: Run, workTree: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const inside = paths.filter((path) => isInside(workTree, path));
  const wanted = new Set(inside);
  const tracked = new Set<string>();
  for (let start = 0; start < inside.length; start += pathsPerCall) {
    const { stdout } = await run({ args: ['ls-files', '-z', '--', ...inside.slice(start, start + pathsPerCall)] });
    for (const file of records(stdout)) {
      for (let path = join(workTree, file); path.length > workTree.length; path = dirname(path)) {
        if (wanted.has(path)) tracked.add(path);
      }
    }
  }
  return tracked;
}

async function ignoredPaths(run: Run, workTree: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const inside = paths.filter((path) => isInside(workTree, path));
  if (inside.length === 0) return new Set();
  const input = `${inside.join('\0')}\0`;
  const { stdout } = await run({ args: ['check-ignore', '--no-index', '--stdin', '-z'], input, accept: [0, 1] });
  return new Set(records(stdout));
}

async function gitStatus(run: Run, untracked: boolean): Promise<GitStatus> {
  const { stdout } = await run({ args: ['status', '--porcelain', '-z', '--no-renames', `--untracked-files=${untracked ? 'all' : 'no'}`] });
  const entries = records(stdout);
  return { dirty: entries.length > 0, untracked: entries.filter((entry) => entry.startsWith('?? ')).map((entry) => entry.slice(3)) };
}

async function stagePaths(run: Run, workTree: string, paths: readonly string[]): Promise<void> {
  const ours = paths.filter((path) => isInside(workTree, path) && findGit(dirname(path))?.workTree === workTree);
  for (let start = 0; start < ours.length; start += pathsPerCall) {
    await run({ args: ['add', '--', ...ours.slice(start, start + pathsPerCall)] });
  }
}

function isInside(workTree: string, path: string): boolean {
  const way = relative(workTree, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}

/** An object name from git itself; anything else must not reach a command line. */
function objectName(text: string): string {
  if (!/^[0-9a-f]{40,64}$/u.test(text)) throw new DatapinError('unknown-revision', `'${text}' is not a full commit id`);
  return text;
}

function lines(output: Buffer): string[] {
  return output.toString('utf8').split('\n').filter(Boolean);
}

function records(output: Buffer): string[] {
  return output.toString('utf8').split('\0').filter(Boolean);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
