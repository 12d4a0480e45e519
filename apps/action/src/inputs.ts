import type { LinkType } from '@datapin/core';

import { badInput, choice, flag, lines, size, whole } from './parse-input.ts';

export type Mode = 'pull' | 'fetch' | 'check' | 'plan';

/** What the workflow asks for, parsed. Paths are as written. */
export interface Inputs {
  readonly targets: readonly string[];
  readonly workingDirectory: string;
  /** Folders and patterns for them; `undefined` looks for them. */
  readonly roots: readonly string[] | undefined;
  readonly rev: string | undefined;
  readonly repository: string | undefined;
  readonly path: string | undefined;
  readonly token: string | undefined;
  readonly mode: Mode;
  readonly shard: Shard | undefined;
  readonly remote: string | undefined;
  /** `section.option` or `remote.name.option` → value. */
  readonly config: ReadonlyMap<string, string>;
  readonly jobs: number | undefined;
  readonly retries: number;
  readonly failOnMissing: boolean;
  readonly failOnNoCredentials: 'auto' | 'true' | 'false';
  readonly link: readonly LinkType[] | undefined;
  readonly cacheDir: string | undefined;
  readonly cache: 'auto' | 'true' | 'false' | 'restore-only';
  readonly cacheWrite: 'auto' | 'always' | 'never';
  readonly cachePrefix: string;
  /** Bytes. */
  readonly cacheMaxSize: number;
  /** Seconds. */
  readonly cacheTimeout: number;
  readonly allowUnsafePrData: boolean;
  readonly summary: 'true' | 'false' | 'on-change';
  /** `auto`, `false` or a revision. */
  readonly compareTo: string;
  readonly annotations: boolean;
}

/** One of several equal parts: `2/8` is the second of eight. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** Every input of action.yml. */
export const inputNames = [
  'targets',
  'working-directory',
  'roots',
  'rev',
  'repository',
  'path',
  'token',
  'mode',
  'shard',
  'remote',
  'config',
  'jobs',
  'retries',
  'fail-on-missing',
  'fail-on-no-credentials',
  'link',
  'cache-dir',
  'cache',
  'cache-write',
  'cache-prefix',
  'cache-max-size',
  'cache-timeout',
  'allow-unsafe-pr-data',
  'summary',
  'compare-to',
  'annotations',
] as const;

export type InputName = (typeof inputNames)[number];

/** Gives an input's text, `''` when it was not given. */
export type ReadInput = (name: InputName) => string;

/** The inputs of a step, as the runner hands them to its process. */
export function environmentInput(env: Readonly<Record<string, string | undefined>>): ReadInput {
  return (name) => env[`INPUT_${name.toUpperCase()}`] ?? '';
}

/** Reads all inputs; nothing else of the Action does. Throws `usage` with the input's name and what it may be. */
export function readInputs(read: ReadInput): Inputs {
  const text = (name: InputName): string | undefined => read(name).trim() || undefined;
  const inputs: Inputs = {
    targets: lines(read('targets')),
    workingDirectory: text('working-directory') ?? '.',
    roots: roots(read('roots')),
    rev: revision('rev', text('rev')),
    repository: text('repository'),
    path: text('path'),
    token: text('token'),
    mode: choice('mode', read('mode'), ['pull', 'fetch', 'check', 'plan'], 'pull'),
    shard: shard(read('shard')),
    remote: text('remote'),
    config: settings(read('config')),
    jobs: whole('jobs', read('jobs'), 1),
    retries: whole('retries', read('retries'), 0) ?? 4,
    failOnMissing: flag('fail-on-missing', read('fail-on-missing'), true),
    failOnNoCredentials: choice('fail-on-no-credentials', read('fail-on-no-credentials'), ['auto', 'true', 'false'], 'auto'),
    link: links(read('link')),
    cacheDir: text('cache-dir'),
    cache: choice('cache', read('cache'), ['auto', 'true', 'false', 'restore-only'], 'auto'),
    cacheWrite: choice('cache-write', read('cache-write'), ['auto', 'always', 'never'], 'auto'),
    cachePrefix: prefix(text('cache-prefix') ?? 'datapin'),
    cacheMaxSize: size('cache-max-size', read('cache-max-size'), 4 * 1024 ** 3),
    cacheTimeout: whole('cache-timeout', read('cache-timeout'), 1) ?? 120,
    allowUnsafePrData: flag('allow-unsafe-pr-data', read('allow-unsafe-pr-data'), false),
    summary: choice('summary', read('summary'), ['true', 'false', 'on-change'], 'true'),
    compareTo: revision('compare-to', text('compare-to')) ?? 'auto',
    annotations: flag('annotations', read('annotations'), true),
  };
  if (inputs.path !== undefined && inputs.mode !== 'pull') throw badInput('path', `nothing is placed with mode: ${inputs.mode}`);
  return inputs;
}

function roots(text: string): readonly string[] | undefined {
  const listed = lines(text);
  return listed.length === 0 || (listed.length === 1 && listed[0] === 'auto') ? undefined : listed;
}

function shard(text: string): Shard | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const [, index = '', count = ''] = /^([1-9]\d{0,4})\s*\/\s*([1-9]\d{0,4})$/u.exec(trimmed) ?? [];
  if (count === '' || Number(index) > Number(count)) {
    throw badInput('shard', `${JSON.stringify(trimmed)} is not of the form N/COUNT with N from 1 to COUNT, such as 2/8`);
  }
  return { index: Number(index), count: Number(count) };
}

/** What git could take for an option, or for two revisions, never reaches it. */
function revision(name: InputName, text: string | undefined): string | undefined {
  if (text !== undefined && (text.startsWith('-') || /[\p{Cc}\s:]|\.\./u.test(text))) {
    throw badInput(name, `${JSON.stringify(text)} is not a branch, a tag or a commit`);
  }
  return text;
}

/** Fits into a cache key: GitHub takes 512 characters without commas, and some servers fold the case. */
function prefix(text: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,63}$/iu.test(text)) return text;
  throw badInput('cache-prefix', `${JSON.stringify(text)} is not up to 64 letters, digits, dots, dashes and underscores`);
}

const linkTypes: readonly LinkType[] = ['reflink', 'hardlink', 'symlink', 'copy'];

function links(text: string): readonly LinkType[] | undefined {
  const words = text.split(/[\s,]+/u).filter((word) => word !== '');
  if (words.length === 0) return undefined;
  return words.map((word) => choice('link', word, linkTypes, 'copy'));
}

/** The value is everything behind the first `=`. A line that is not understood is not shown: it may hold a secret. */
function settings(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const [, name, value] = /^\s*([^=\s]+\.[^=\s]+)\s*=\s*(.*?)\s*$/u.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      throw badInput('config', `line ${index + 1} is not of the form remote.NAME.OPTION=VALUE or SECTION.OPTION=VALUE`);
    }
    found.set(name, value);
  }
  return found;
}
