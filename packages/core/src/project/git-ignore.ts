import { join } from 'node:path';

import { readText } from './file-tree.ts';
import type { GitLocation } from './find-git.ts';
import { type GitIgnorePattern, parseGitIgnore } from './git-ignore-pattern.ts';

/**
 * Git's ignore rules (`.gitignore` at every level, `info/exclude`, `core.excludesFile`) without a git process: asked for every folder
 * while stages are looked for. As DVC asks them, tracked files are no exception.
 */
export interface GitIgnore {
  /** `path` is relative to the git work tree, `/` between segments. A path below an ignored folder is ignored. */
  ignores(path: string, kind: 'file' | 'folder'): boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Reads rule files when a path below their folder is first asked for. */
export function createGitIgnore(git: GitLocation, env: Env): GitIgnore {
  const settings = readGitSettings(git, env);
  const general = [settings.excludesFile, join(git.commonDir, 'info', 'exclude')].flatMap((file) =>
    readPatterns(file, settings.ignoreCase),
  );
  const perFolder = new Map<string, readonly GitIgnorePattern[]>();
  const verdicts = new Map<string, boolean>();

  const patternsOf = (folder: string): readonly GitIgnorePattern[] => {
    let patterns = perFolder.get(folder);
    if (!patterns) {
      patterns = readPatterns(join(git.workTree, folder, '.gitignore'), settings.ignoreCase);
      perFolder.set(folder, patterns);
    }
    return patterns;
  };

  const ignoresFolder = (path: string): boolean => {
    if (path === '') return false;
    let verdict = verdicts.get(path);
    if (verdict === undefined) {
      verdict = ignores(path, 'folder');
      verdicts.set(path, verdict);
    }
    return verdict;
  };

  const ignores = (path: string, kind: 'file' | 'folder'): boolean => {
    const parent = parentOf(path);
    if (ignoresFolder(parent)) return true;
    // The nearest file decides; within a file the last pattern that matches.
    for (let folder = parent; ; folder = parentOf(folder)) {
      const match = lastMatch(patternsOf(folder), folder === '' ? path : path.slice(folder.length + 1), kind);
      if (match) return !match.negated;
      if (folder === '') break;
    }
    const match = lastMatch(general, path, kind);
    return match !== undefined && !match.negated;
  };

  return { ignores: (path, kind) => (kind === 'folder' ? ignoresFolder(path) : ignores(path, kind)) };
}

function lastMatch(patterns: readonly GitIgnorePattern[], path: string, kind: 'file' | 'folder'): GitIgnorePattern | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return patterns.findLast(
    (pattern) => (kind === 'folder' || !pattern.foldersOnly) && pattern.expression.test(pattern.anchored ? path : name),
  );
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function readPatterns(file: string, ignoreCase: boolean): readonly GitIgnorePattern[] {
  const text = readQuietly(file);
  return text === undefined ? [] : parseGitIgnore(text, ignoreCase);
}

function readQuietly(file: string): string | undefined {
  try {
    return readText(file);
  } catch {
    // Not ours to read: git goes on without it too.
    return undefined;
  }
}

/** `core.excludesFile` and `core.ignoreCase` from git's own files, a later one winning. Conditional includes are not followed. */
function readGitSettings(git: GitLocation, env: Env): { readonly excludesFile: string; readonly ignoreCase: boolean } {
  const home = env['HOME'] ?? env['USERPROFILE'];
  const userFolder = join(env['XDG_CONFIG_HOME'] || join(home ?? '/', '.config'), 'git');
  let excludesFile = join(userFolder, 'ignore');
  let ignoreCase = false;
  const global = env['GIT_CONFIG_GLOBAL'];
  const files = [
    env['GIT_CONFIG_NOSYSTEM'] ? undefined : (env['GIT_CONFIG_SYSTEM'] ?? '/etc/gitconfig'),
    ...(global === undefined ? [join(userFolder, 'config'), join(home ?? '/', '.gitconfig')] : [global]),
    join(git.commonDir, 'config'),
  ];
  for (const file of files) {
    const core = file === undefined ? undefined : coreSection(readQuietly(file) ?? '');
    const excludes = core?.get('excludesfile');
    if (excludes !== undefined) excludesFile = excludes.startsWith('~/') ? join(home ?? '/', excludes.slice(2)) : excludes;
    const insensitive = core?.get('ignorecase');
    if (insensitive !== undefined) ignoreCase = /^(true|yes|on|1)$/iu.test(insensitive);
  }
  return { excludesFile, ignoreCase };
}

function coreSection(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  let inCore = false;
  for (const line of text.split('\n')) {
    const section = /^\s*\[([^\]]*)\]/u.exec(line);
    if (section) inCore = section[1]?.trim().toLowerCase() === 'core';
    const setting = /^\s*(\w+)\s*=\s*"?(.*?)"?\s*$/u.exec(line);
    if (inCore && setting) settings.set((setting[1] ?? '').toLowerCase(), setting[2] ?? '');
  }
  return settings;
}
