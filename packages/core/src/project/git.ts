/** A file in a git tree. */
export interface GitTreeEntry {
  /** Relative to the git work tree's root, `/` between segments. */
  readonly path: string;
  /** Git's octal mode: `100644`, `100755`, `120000` (symlink), `160000` (submodule). */
  readonly mode: string;
  readonly object: string;
  /** Bytes of a file; only when asked for. */
  readonly size?: number;
}

/** What `git status` has to say about a work tree. */
export interface GitStatus {
  /** Whether anything differs from HEAD or is untracked (only looked at when asked for). */
  readonly dirty: boolean;
  /** Untracked files, each by itself, relative to the git work tree's root. Empty unless asked for. */
  readonly untracked: readonly string[];
}

/** A commit that one or more names lead to. */
export interface GitRevision {
  readonly commit: string;
  /** Branch and tag names; the commit id itself for a commit without a name. */
  readonly names: readonly string[];
}

/** Which revisions of a repository. `commits` means all of them and includes the others. */
export interface GitScope {
  readonly branches: boolean;
  readonly tags: boolean;
  readonly commits: boolean;
}

/**
 * The git side of a repository, through the `git` program (found once by absolute path, never in the working directory; run without a shell,
 * `GIT_TERMINAL_PROMPT=0`). Failures are `git-failed`, unknown revisions `unknown-revision`.
 */
export interface GitRepository {
  /** Absolute, symlinks resolved. May be above the project root. */
  readonly workTree: string;
  readonly gitDir: string;
  /** `info/exclude` and the like are here; the same as `gitDir` except in a linked work tree. */
  readonly commonDir: string;
  /** Full commit id. A branch that exists on exactly one git remote is found by its plain name, as DVC does. */
  resolve(rev: string): Promise<string>;
  /** Commit id of HEAD; `undefined` before the first commit. */
  head(): Promise<string | undefined>;
  /** Commit ids with the names that lead to them, newest first. */
  revisions(scope: GitScope): Promise<readonly GitRevision[]>;
  /** All files of a commit, optionally below a folder and with their sizes. */
  listTree(commit: string, options?: { readonly under?: string; readonly sizes?: boolean }): Promise<readonly GitTreeEntry[]>;
  /** Contents of many blobs through one `cat-file --batch`. */
  readBlobs(objects: readonly string[]): Promise<ReadonlyMap<string, Buffer>>;
  /** Which of these absolute paths git tracks; a folder counts when a file below it is tracked. */
  tracked(paths: readonly string[]): Promise<ReadonlySet<string>>;
  /** Which of these absolute paths git's ignore rules match, whether tracked or not. A folder's path ends with `/`. */
  ignored(paths: readonly string[]): Promise<ReadonlySet<string>>;
  status(options: { readonly untracked: boolean }): Promise<GitStatus>;
  /** `git add`, for `core.autostage`. Paths in submodules are left out. */
  stage(paths: readonly string[]): Promise<void>;
}
