import type { MissingObject, Project, TransferRequest } from '@datapin/core';

import { json, jobs, recursive, remote, revisions, runCache, withDeps } from '../arguments/common-options.ts';
import type { FlagSpec, OptionValues } from '../arguments/option-spec.ts';
import { incomplete } from '../output/incomplete.ts';
import type { Printer } from '../output/printer.ts';

/** The options that fetch, pull and push share. */
export const transferOptions: typeof revisions &
  typeof runCache & {
    readonly jobs: typeof jobs;
    readonly remote: typeof remote;
    readonly 'with-deps': FlagSpec;
    readonly recursive: FlagSpec;
    readonly json: FlagSpec;
  } = { jobs, remote, ...revisions, 'with-deps': withDeps, recursive, ...runCache, json };

/** What was typed, as core wants it. */
export function transferRequest(
  options: OptionValues<typeof transferOptions>,
  { targets, glob }: { readonly targets: readonly string[]; readonly glob: boolean },
): TransferRequest {
  return {
    targets,
    glob,
    remote: options.remote,
    jobs: options.jobs,
    withDeps: options['with-deps'],
    recursive: options.recursive,
    allBranches: options['all-branches'],
    allTags: options['all-tags'],
    allCommits: options['all-commits'],
  };
}

/** DVC's warning where everything may be up to date only because nobody said where to look. */
export function warnWithoutRemote(project: Project, remoteName: string | undefined, printer: Printer): void {
  if (remoteName === undefined && project.config.core.remote === undefined) {
    printer.warning('No remote provided and no default remote set.', '`datapin remote default <name>` sets one.');
  }
}

/** DVC's warning for what is neither here nor on the remote and does not fail the command. */
export function warnMissing(objects: readonly MissingObject[], printer: Printer): void {
  const lines = incomplete(objects, 'download')?.details.map((detail) => `  ${detail.message}`) ?? [];
  if (lines.length === 0) return;
  if (lines.length > mostLines) lines.splice(mostLines, Infinity, `  … and ${lines.length - mostLines} more`);
  printer.warning(['Some of the cache files do not exist neither locally nor on remote. Missing cache files:', ...lines]);
}

const mostLines = 20;
