import { DatapinError, type MissingObject, type PullResult } from '@datapin/core';

/** A failure or warning as the runner shows it: at the top of the run, with a title. */
export interface Annotation {
  readonly level: 'error' | 'warning';
  /** `datapin: object-missing`: the stable code is part of it. */
  readonly title: string;
  readonly message: string;
}

/** The runner shows ten of a kind per step; a few say as much. */
const mostNamed = 5;

type Reason = MissingObject['reason'];

const sentences: Readonly<Record<Reason, (count: number, remote: string) => string>> = {
  missing: (count, remote) =>
    `${are(count)} not on ${remote}. Whoever changed the data may not have pushed it yet: run \`datapin push\` or \`dvc push\` where the data is.`,
  corrupt: (count, remote) =>
    `${are(count)} damaged on ${remote}: the bytes there are not those that are pinned. Nothing of them was kept. Push the data again from a good copy.`,
  denied: (count, remote) =>
    `${files(count)} could not be pulled, because ${remote} refused the credentials. Check that they are the right ones, have not expired, and may read there.`,
  'no-credentials': (count, remote) =>
    `${files(count)} could not be pulled, because there are no credentials for ${remote}. Give the step the secrets: by \`env\`, by the input \`config\`, or by a step before that signs in. Pull requests from forks get none.`,
  failed: (count, remote) => `${files(count)} could not be pulled from ${remote}.`,
  unsupported: (count) => `${are(count)} pinned in a way that cannot be pulled yet.`,
};

/** What the result of a pull has to say to the user: one annotation for each code and remote. */
export function annotationsOf({ fetch, checkout }: PullResult, failOnMissing: boolean): readonly Annotation[] {
  const groups = Map.groupBy(fetch.missing, ({ code, remote }) => JSON.stringify([code, remote]));
  const annotations = [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : annotationOf(first, others, failOnMissing),
  );
  if (checkout.failed.length > 0 && annotations.length === 0) {
    const message = `${are(checkout.failed.length)} not in place:\n${named(checkout.failed)}`;
    annotations.push({ level: 'error', title: 'datapin: checkout-incomplete', message });
  }
  return annotations;
}

function annotationOf(first: MissingObject, others: readonly MissingObject[], failOnMissing: boolean): Annotation {
  const { code, reason, remote } = first;
  const objects = [first, ...others];
  const where = remote === undefined ? 'the remote' : `the remote '${remote}'`;
  const lines = objects.map(({ message, path }) => (message.includes(path) ? message : `${path}: ${message}`));
  return {
    level: reason === 'missing' && !failOnMissing ? 'warning' : 'error',
    title: `datapin: ${code}`,
    message: `${sentences[reason](objects.length, where)}\n${named(lines)}`,
  };
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

/** What to say about an error that ended the pull. One that nobody foresaw is a bug and says so. */
export function annotationOfError(error: unknown): Annotation {
  if (error instanceof DatapinError) {
    const parts = [
      error.message,
      ...(error.hint === undefined ? [] : [error.hint]),
      ...(error.details.length === 0 ? [] : [named(error.details.map(({ message }) => message))]),
    ];
    return { level: 'error', title: `datapin: ${error.code}`, message: parts.join('\n') };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { level: 'error', title: 'datapin: unexpected', message: `${message}\nThis is a bug in datapin; please report it.` };
}
