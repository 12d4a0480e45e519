import { statSync } from 'node:fs';
import { resolve } from 'node:path';

import { DatapinError } from '@datapin/core';

/** What the workflow asks for, parsed. */
export interface Inputs {
  readonly targets: readonly string[];
  /** Absolute. */
  readonly workingDirectory: string;
  readonly remote: string | undefined;
  /** `section.option` or `remote.name.option` → value. */
  readonly config: ReadonlyMap<string, string>;
  readonly jobs: number | undefined;
  readonly failOnMissing: boolean;
}

/** Every input of action.yml. */
export const inputNames = ['targets', 'working-directory', 'remote', 'config', 'jobs', 'fail-on-missing'] as const;

type InputName = (typeof inputNames)[number];

/**
 * Reads all inputs; nothing else of the Action does. `read` gives an input's text, `''` when it was not given; relative directories are
 * relative to `workspace`. Throws `usage` with the input's name and what it may be.
 */
export function readInputs(read: (name: InputName) => string, workspace: string): Inputs {
  return {
    targets: lines(read('targets')),
    workingDirectory: directory(read('working-directory'), workspace),
    remote: read('remote').trim() || undefined,
    config: settings(read('config')),
    jobs: positive('jobs', read('jobs')),
    failOnMissing: flag('fail-on-missing', read('fail-on-missing'), true),
  };
}

function lines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function directory(text: string, workspace: string): string {
  const path = resolve(workspace, text.trim() || '.');
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path;
  throw new DatapinError('usage', `input working-directory: ${text.trim()} is not a directory`, {
    hint: 'Is there a step before this one that checks the repository out?',
  });
}

/** The value is everything behind the first `=`. A line that is not understood is not shown: it may hold a secret. */
function settings(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const [, name, value] = /^\s*([^=\s]+\.[^=\s]+)\s*=\s*(.*?)\s*$/u.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      throw new DatapinError(
        'usage',
        `input config: line ${index + 1} is not of the form remote.NAME.OPTION=VALUE or SECTION.OPTION=VALUE`,
      );
    }
    found.set(name, value);
  }
  return found;
}

function positive(name: InputName, text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const value = Number(trimmed);
  if (/^\d+$/u.test(trimmed) && value >= 1 && Number.isSafeInteger(value)) return value;
  throw new DatapinError('usage', `input ${name}: ${JSON.stringify(trimmed)} is not a whole number of at least 1`);
}

function flag(name: InputName, text: string, preset: boolean): boolean {
  switch (text.trim()) {
    case 'true':
      return true;
    case 'false':
      return false;
    case '':
      return preset;
    default:
      throw new DatapinError('usage', `input ${name}: ${JSON.stringify(text.trim())} is neither true nor false`);
  }
}
