import type { Output, Stage } from './stage.ts';

/**
 * What a target on the command line selects: whole outputs, and parts of directory outputs.
 * `within` is a path inside the output (relative to it, `/` between segments): a file or a subdirectory.
 */
export interface SelectedOutput {
  readonly output: Output;
  /** `undefined` for the whole output. */
  readonly within: readonly string[] | undefined;
}

export interface TargetSelection {
  readonly stages: readonly Stage[];
  readonly outputs: readonly SelectedOutput[];
}

/** How targets are widened. */
export interface TargetOptions {
  /** `-R`: a folder as target selects all stages below it. */
  readonly recursive?: boolean;
  /** `-d`: also the stages whose outputs the selected ones depend on. */
  readonly withDeps?: boolean;
  /** For commands whose target may have been meant for git: an unknown one that git knows gets the hint `git checkout`. */
  readonly suggestGit?: boolean;
}
