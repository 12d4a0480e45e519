import { DatapinError } from '@datapin/core';

import type { MissingFile } from './outcome.ts';
import { joined } from './pins.ts';
import { printable } from './printable.ts';
import type { Annotation } from './runner.ts';

/** What turns a failure into a warning, and what a run was for. */
export interface FailureRules {
  readonly failOnMissing: boolean;
  readonly failOnNoCredentials: boolean;
  /** Whether this is a run for a fork, which gets no secrets. */
  readonly isFromFork: boolean;
  readonly mode: 'pull' | 'fetch' | 'check' | 'plan';
  /** The commit whose pins were looked at. */
  readonly commit: string;
}

/** The runner shows ten annotations of a kind per step, and a few names say as much as many. */
const mostAnnotations = 5;
const mostNamed = 5;

type Reason = MissingFile['reason'];

const sentences: Readonly<Record<Reason, (count: number, remote: string, rules: FailureRules) => string>> = {
  missing: (count, remote) =>
    `${are(count)} not on ${remote}. Whoever changed the data may not have pushed it yet: run \`datapin push\` or \`dvc push\` where the data is.`,
  corrupt: (count, remote) =>
    `${are(count)} damaged on ${remote}: the bytes there are not those that are pinned. Nothing of them was kept. Push the data again from a good copy.`,
  denied: (count, remote, rules) =>
    `${files(count)} could not be ${done(rules)}, because ${remote} refused the credentials. Check that they are the right ones, have not expired, and may read there.`,
  'no-credentials': (count, remote, rules) =>
    rules.isFromFork
      ? `${files(count)} could not be ${done(rules)}: GitHub gives no secrets to pull requests from forks, so there are no credentials for ${remote}, and the Actions cache did not have them either. A run on the default branch with the input cache set to true fills the cache, which forks can read.`
      : `${files(count)} could not be ${done(rules)}, because there are no credentials for ${remote}. Give the step the secrets: by \`env\`, by the input \`config\`, or by a step before that signs in. Pull requests from forks get none.`,
  failed: (count, remote, rules) => `${files(count)} could not be ${done(rules)} ${rules.mode === 'check' ? 'on' : 'from'} ${remote}.`,
  unsupported: (count) => `${are(count)} pinned in a way that cannot be pulled yet.`,
};

function done({ mode }: FailureRules): string {
  return mode === 'check' ? 'checked' : mode === 'fetch' ? 'fetched' : 'pulled';
}

/**
 * What the run has to say about files that did not come: one annotation for each kind of failure, remote and metafile, and one for all that are too
 * many.
 */
export function annotationsOf(missing: readonly MissingFile[], rules: FailureRules): readonly Annotation[] {
  const groups = [...Map.groupBy(missing, ({ code, remote, metafile }) => JSON.stringify([code, remote, metafile?.file])).values()];
  const annotations = groups.flatMap((group) => annotationOf(group, rules));
  if (annotations.length <= mostAnnotations) return annotations;
  const shown = annotations.slice(0, mostAnnotations);
  const rest = groups.slice(mostAnnotations).flat();
  const level = annotations.some((one) => one.level === 'error') ? 'error' : 'warning';
  const all = `In all, ${files(missing.length)} ${missing.length === 1 ? 'is' : 'are'} not there. The output missing and the log name them.`;
  return [
    ...shown,
    {
      level,
      title: 'datapin: more-missing',
      message: `${files(rest.length)} more of ${groups.length - mostAnnotations} more metafiles. ${all}`,
    },
  ];
}

function annotationOf(group: readonly MissingFile[], rules: FailureRules): readonly Annotation[] {
  const [first] = group;
  if (first === undefined) return [];
  const { code, reason, remote, metafile, project } = first;
  const where = remote === undefined ? 'the remote' : `the remote '${printable(remote)}'`;
  const lines = group.map(({ message, path }) => printable(message.includes(path) ? message : `${path}: ${message}`));
  const pinnedBy =
    metafile === undefined
      ? ''
      : `\nPinned by ${printable(metafile.file)}${metafile.line === undefined ? '' : `, line ${metafile.line}`}, at commit ${rules.commit.slice(0, 12) || 'unknown'}.`;
  return [
    {
      level: levelOf(reason, rules),
      title: `datapin: ${code}`,
      message: `${sentences[reason](group.length, where, rules)}\n${named(lines)}${pinnedBy}`,
      ...(metafile === undefined || !project.isInWorkspace || metafile.line === undefined
        ? {}
        : { file: metafile.file, line: metafile.line }),
    },
  ];
}

/** Whether a file that is not there fails the step. */
function levelOf(reason: Reason, rules: FailureRules): 'error' | 'warning' {
  if (reason === 'missing' && !rules.failOnMissing) return 'warning';
  if (reason === 'no-credentials' && !rules.failOnNoCredentials) return 'warning';
  return 'error';
}

function files(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}

function are(count: number): string {
  return `${files(count)} ${count === 1 ? 'is' : 'are'}`;
}

function named(lines: readonly string[]): string {
  const shown = lines.slice(0, mostNamed).map((line) => `- ${line}`);
  if (lines.length > mostNamed) shown.push(`- … and ${lines.length - mostNamed} more`);
  return shown.join('\n');
}

/** A missing file in one line of the log. */
export function lineOf({ path, project, message, metafile }: MissingFile): string {
  const place = metafile === undefined ? '' : ` (${metafile.file}${metafile.line === undefined ? '' : `:${metafile.line}`})`;
  return printable(`${joined(project.placedAt, path)}${place}: ${message}`);
}

/** What to say about an error that ended the run. One that nobody foresaw is a bug and says so. */
export function annotationOfError(error: unknown): Annotation {
  if (error instanceof DatapinError) {
    const parts = [
      printable(error.message),
      ...(error.hint === undefined ? [] : [printable(error.hint)]),
      ...(error.details.length === 0 ? [] : [named(error.details.map(({ message }) => printable(message)))]),
    ];
    return { level: 'error', title: `datapin: ${error.code}`, message: parts.join('\n') };
  }
  const message = printable(error instanceof Error ? error.message : String(error));
  return { level: 'error', title: 'datapin: unexpected', message: `${message}\nThis is a bug in datapin; please report it.` };
}
