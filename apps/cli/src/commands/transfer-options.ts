import type { DatapinError, MissingObject, TransferRequest } from '@datapin/core';

import { json, jobs, recursive, remote, revisions, runCache, withDeps } from '../arguments/common-options.ts';
import type { FlagSpec, OptionValues } from '../arguments/option-spec.ts';
import { countOf, objectLine } from '../output/incomplete.ts';
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

/** DVC's warning where everything may be up to date only because nobody said where to look. An error that says so is enough. */
export function warnWithoutRemote(
  {
    config,
  }: { readonly config: { readonly core: { readonly remote?: string | undefined }; readonly remotes: ReadonlyMap<string, unknown> } },
  { remote, error, printer }: { readonly remote: string | undefined; readonly error: DatapinError | undefined; readonly printer: Printer },
): void {
  if (remote !== undefined || config.core.remote !== undefined || error?.code === 'no-remote') return;
  const hint = config.remotes.size === 0 ? '`datapin remote add -d <name> <url>` adds one.' : '`datapin remote default <name>` sets one.';
  printer.warning('No remote provided and no default remote set.', hint);
}

/** DVC's warning for what is neither here nor on the remote and does not fail the command. */
export function warnMissing(objects: readonly MissingObject[], printer: Printer): void {
  if (objects.length === 0) return;
  const lines = objects.slice(0, mostLines).map((object) => `  ${objectLine(object)}`);
  if (objects.length > mostLines) lines.push(`  … and ${objects.length - mostLines} more`);
  printer.warning([`${countOf(objects)} ${objects.length === 1 ? 'is' : 'are'} neither in the cache nor on the remote:`, ...lines]);
}

const mostLines = 20;

/** What is said when nothing had to be done, or nothing could be: `done` is what would have been. */
export function nothingDone(done: 'pushed' | 'fetched' | 'changed', missing: readonly MissingObject[]): string {
  if (missing.length === 0) return 'Everything is up to date.';
  return `Nothing ${done}; ${countOf(missing)} ${missing.length === 1 ? 'is' : 'are'} missing.`;
}
