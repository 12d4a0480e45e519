/** A file in a git tree. */
export interface GitTreeEntry {
  /** Relative to the git work tree's root, `/` between segments. */
  readonly path: string;
  readonly mode: string;
  readonly object: string;
}

/**
 * The git side of a repository, through the `git` program (found once by absolute path, never in the working directory; run without a shell,
 * `GIT_TERMINAL_PROMPT=0`). Failures are `git-failed`, unknown revisions `unknown-revision`.
 */
export interface GitRepository {
  /** Absolute, symlinks resolved. May be above the project root. */
  readonly workTree: string;
  readonly gitDir: string;
  /** Full commit id. */
  resolve(rev: string): Promise<string>;
  /** Commit ids with the names that lead to them, newest first. */
  revisions(scope: {
    readonly branches: boolean;
    readonly tags: boolean;
    readonly commits: boolean;
  }): Promise<readonly { readonly commit: string; readonly names: readonly string[] }[]>;
  /** All files of a commit, optionally below a folder. */
  listTree(commit: string, under?: string): Promise<readonly GitTreeEntry[]>;
  /** Contents of many blobs through one `cat-file --batch`. */
  readBlobs(objects: readonly string[]): Promise<ReadonlyMap<string, Buffer>>;
  /** Which of these absolute paths git tracks. */
  tracked(paths: readonly string[]): Promise<ReadonlySet<string>>;
  /** Which of these absolute paths git ignores by any rule. */
  ignored(paths: readonly string[]): Promise<ReadonlySet<string>>;
  /** `git add`, for `core.autostage`. */
  stage(paths: readonly string[]): Promise<void>;
}
