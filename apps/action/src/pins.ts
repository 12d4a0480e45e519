import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Output, PinnedContent } from '@datapin/core';

import { lineOfPin } from './metafile-line.ts';

/** One project of a run. */
export interface RunProject {
  /** Absolute; where metafiles are read, unless they come from a commit. */
  readonly root: string;
  /** The root relative to the workspace, or in a repository that was fetched; `''` for the top. */
  readonly prefix: string;
  /** Whether `prefix` leads to files in the workspace, which annotations can point at. */
  readonly isInWorkspace: boolean;
  /** Data's place relative to the workspace. */
  readonly placedAt: string;
}

/** A selected output and what became of it, for the summary. Paths are relative to the workspace. */
export interface PinRow {
  readonly path: string;
  readonly metafile: string;
  readonly hash: string;
  readonly files: number | undefined;
  readonly bytes: number | undefined;
  readonly source: string;
  /** Against the revision that is compared to. */
  readonly change: 'new' | 'changed' | '';
}

/** The metafile in which an output's hash stands: a stage's is in the `dvc.lock` beside its `dvc.yaml`. */
export function metafileOf({ stage }: Output): string {
  return stage.name === undefined ? stage.file : stage.file.replace(/dvc\.yaml$/u, 'dvc.lock');
}

export function joined(prefix: string, path: string): string {
  return prefix === '' ? path : `${prefix}/${path}`;
}

/** Where the pin behind a path stands: file relative to the workspace, and line where the file is there to be looked at. */
export function placeOfPin(
  path: string,
  contents: readonly PinnedContent[],
  { root, prefix, isInWorkspace }: RunProject,
): { readonly file: string; readonly line: number | undefined } | undefined {
  const output = contents.map(({ selected }) => selected.output).find((one) => path === one.path || path.startsWith(`${one.path}/`));
  if (output === undefined) return undefined;
  const metafile = metafileOf(output);
  const hash = output.id?.value;
  const text = isInWorkspace && hash !== undefined ? readIfThere(join(root, metafile)) : undefined;
  return {
    file: joined(prefix, metafile),
    line: text === undefined || hash === undefined ? undefined : lineOfPin(text, { hash, path: output.path }),
  };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
