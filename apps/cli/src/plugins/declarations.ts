import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Conformance } from '@datapin/storage-testkit/run';

import { UsageError } from '../arguments/usage-error.ts';
import { field } from './find-plugins.ts';

/** What a plugin's author declares: JSON with `lacks` and `deviations`, or a module that exports them as `conformance` or by themselves. */
export async function readDeclarations(file: string | undefined, cwd: string): Promise<Pick<Conformance, 'lacks' | 'deviations'>> {
  if (file === undefined) return {};
  const path = resolve(cwd, file);
  let content: unknown;
  try {
    content = path.endsWith('.json') ? JSON.parse(readFileSync(path, 'utf8')) : await import(pathToFileURL(path).href);
  } catch (cause) {
    throw new UsageError(`'${file}' cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const declared = field(content, 'conformance') ?? content;
  return { lacks: textsOf(declared, 'lacks', file), deviations: deviationsOf(declared, file) };
}

function textsOf(declared: unknown, name: string, file: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(Object(field(declared, name) ?? {})).map(([key, reason]) => {
      if (typeof reason !== 'string') throw new UsageError(`'${file}': ${name} of '${key}' is not a reason, as text`);
      return [key, reason];
    }),
  );
}

function deviationsOf(declared: unknown, file: string): NonNullable<Conformance['deviations']> {
  const entries = Object.entries(Object(field(declared, 'deviations') ?? {})).map(([id, deviation]) => {
    if (typeof deviation === 'string') return [id, deviation] as const;
    const reason = field(deviation, 'reason');
    if (typeof reason !== 'string' || field(deviation, 'sometimes') !== true) {
      throw new UsageError(`'${file}': the deviation '${id}' has no reason`);
    }
    return [id, { reason, sometimes: true } as const] as const;
  });
  return Object.fromEntries(entries);
}
