/**
 * `status`, `data status`, `diff` and `list` beside real DVC's: a repository with two versions is changed at random, and both tools are asked what they see.
 * The seed stands in each test's name; `DATAPIN_SEED` sets it, `DATAPIN_ROUNDS` the number of rounds.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { localPlugin } from '@datapin/storage-local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { dataStatus } from '../src/operations/data-status.ts';
import { diff } from '../src/operations/diff.ts';
import { list } from '../src/operations/list.ts';
import { status } from '../src/operations/status.ts';
import { openProject } from '../src/project/open-project.ts';

const seed = Number(process.env['DATAPIN_SEED'] ?? Date.now() % 1_000_000);
const rounds = Number(process.env['DATAPIN_ROUNDS'] ?? 6);

let base: string;
let template: string;
let env: Record<string, string>;

beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'datapin-random-')));
  template = join(base, 'template');
  env = {
    PATH: process.env['PATH'] ?? '',
    HOME: base,
    SHELL: '/bin/sh',
    DVC_NO_ANALYTICS: '1',
    DVC_SITE_CACHE_DIR: join(base, 'site-cache'),
    DVC_SYSTEM_CONFIG_DIR: base,
    DVC_GLOBAL_CONFIG_DIR: base,
    GIT_AUTHOR_NAME: 't',
    GIT_AUTHOR_EMAIL: 't@t',
    GIT_COMMITTER_NAME: 't',
    GIT_COMMITTER_EMAIL: 't@t',
  };
  makeTemplate();
});
afterAll(() => rmSync(base, { recursive: true }));

function run(cwd: string, command: string, ...args: readonly string[]): string {
  const { status: code, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
  return stdout;
}

function write(root: string, path: string, text: string): void {
  // What stands in the way goes: an earlier change may have put a file where a folder is needed now, or the other way round.
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    if (lstatSync(join(root, folder), { throwIfNoEntry: false })?.isFile() === true) rmSync(join(root, folder));
  }
  rmSync(join(root, path), { recursive: true, force: true });
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const pipeline = `stages:
  copy:
    cmd: cp data/a copied
    deps: [data/a]
    params:
    - train.lr
    - other.json:
    outs: [copied]
  many:
    foreach: [x, y]
    do:
      cmd: echo \${item} > out-\${item}
      outs:
      - out-\${item}:
          cache: false
  wd:
    wdir: sub
    cmd: cat ../single > gathered
    deps: [../single]
    outs: [gathered]
`;

/** Two committed versions, tagged `one` and `two`, in which everything was run and added. */
function makeTemplate(): void {
  mkdirSync(template);
  run(template, 'git', 'init', '-q');
  run(template, 'dvc', 'init', '-q');
  for (const [path, text] of Object.entries({
    'data/a': '1',
    'data/b': '2',
    'data/deep/c d': '3',
    'data/deep/é': '3',
    single: 's',
    'sub/two': 't',
    gone: 'g',
  })) {
    write(template, path, text);
  }
  write(template, 'params.yaml', 'train:\n  lr: 0.1\n');
  write(template, 'other.json', '{"k": [1, 2]}');
  write(template, 'dvc.yaml', pipeline);
  write(template, '.dvcignore', '*.tmp\n');
  const save = (tag: string, targets: readonly string[]): void => {
    run(template, 'dvc', 'add', '-q', ...targets);
    run(template, 'dvc', 'repro', '-q');
    run(template, 'git', 'add', '-A');
    run(template, 'git', 'commit', '-qm', tag);
    run(template, 'git', 'tag', tag);
  };
  save('one', ['data', 'single', 'sub/two', 'gone']);
  write(template, 'data/a', '1 again');
  write(template, 'data/new', 'n');
  renameSync(join(template, 'data/b'), join(template, 'data/deep/b'));
  write(template, 'single', 's again');
  rmSync(join(template, 'gone'));
  rmSync(join(template, 'gone.dvc'));
  save('two', ['data', 'single']);
}

/** A linear congruential generator: the same changes for the same seed everywhere. */
function numbers(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >> 8) % below;
  };
}

type Change = (root: string, next: (below: number) => number) => void;

const changes: readonly Change[] = [
  (root) => write(root, 'data/a', 'changed'),
  (root) => write(root, 'data/added', 'added'),
  (root) => write(root, 'data/x/y/added', 'added'),
  (root) => write(root, 'data/ignored.tmp', 'i'),
  (root) => rmSync(join(root, 'data/a'), { force: true }),
  (root) => rmSync(join(root, 'data'), { recursive: true, force: true }),
  (root) => existsSync(join(root, 'data/deep/b')) && renameSync(join(root, 'data/deep/b'), join(root, 'data/moved')),
  (root) => write(root, 'single', 'changed'),
  (root) => rmSync(join(root, 'single'), { recursive: true, force: true }),
  (root) => {
    rmSync(join(root, 'single'), { recursive: true, force: true });
    write(root, 'single/now/a/folder', 'f');
  },
  (root) => {
    rmSync(join(root, 'data'), { recursive: true, force: true });
    write(root, 'data', 'now a file');
  },
  (root) => rmSync(join(root, 'sub/two.dvc'), { force: true }),
  (root) => void run(root, 'git', 'checkout', '-q', 'one', '--', 'data.dvc'),
  (root) => void run(root, 'git', 'checkout', '-q', 'one', '--', 'single.dvc', 'gone.dvc'),
  (root) => write(root, 'params.yaml', 'train:\n  lr: 0.2\n'),
  (root) => write(root, 'params.yaml', 'train: {}\n'),
  (root) => rmSync(join(root, 'params.yaml')),
  (root) => write(root, 'other.json', '{"k": [1, 2], "new": 1}'),
  (root) => write(root, 'dvc.yaml', pipeline.replace('cp data/a copied', 'cp -p data/a copied')),
  (root) => write(root, 'dvc.yaml', pipeline.replace('  wd:\n', '  wd:\n    frozen: true\n')),
  (root) => write(root, 'dvc.yaml', pipeline.replace('  wd:\n', '  wd:\n    always_changed: true\n')),
  (root) => write(root, 'dvc.yaml', pipeline.replace('[x, y]', '[x, y, z]')),
  (root) => rmSync(join(root, 'dvc.lock')),
  (root) => rmSync(join(root, 'copied'), { force: true }),
  (root) => write(root, 'out-x', 'changed'),
  (root, next) => removeObject(root, next, (name) => name.endsWith('.dir')),
  (root, next) => removeObject(root, next, (name) => !name.endsWith('.dir')),
  (root) => {
    if (lstatSync(join(root, 'data'), { throwIfNoEntry: false })?.isDirectory() !== true) return;
    run(root, 'dvc', 'add', '-q', 'data');
  },
  (root) => {
    write(root, 'fresh', 'f');
    run(root, 'dvc', 'add', '-q', 'fresh');
  },
];

function removeObject(root: string, next: (below: number) => number, isMeant: (name: string) => boolean): void {
  const cache = join(root, '.dvc/cache/files/md5');
  const objects = readdirSync(cache, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('/') && isMeant(name))
    .sort();
  const chosen = objects[next(Math.max(1, objects.length))];
  if (chosen !== undefined) rmSync(join(cache, chosen));
}

/** What DVC keeps in sets and dicts has no order. */
function unordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unordered).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => !Array.isArray(item) || item.length > 0)
      .map(([key, item]) => [key, unordered(item)])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );
}

describe.each(Array.from({ length: rounds }, (_, round) => seed + round))('seed %i', (start) => {
  let root: string;
  let applied: string;
  const context = { signal: new AbortController().signal, report: () => {} };
  const open = () => openProject({ cwd: root, env, storages: { load: async () => localPlugin } });
  const dvc = (...args: readonly string[]): unknown => unordered(JSON.parse(run(root, 'dvc', ...args, '--json')));

  beforeAll(() => {
    root = join(base, `round-${start}`);
    cpSync(template, root, { recursive: true, preserveTimestamps: true });
    const next = numbers(start);
    const chosen = new Set(Array.from({ length: 1 + next(4) }, () => next(changes.length)));
    for (const index of chosen) changes[index]?.(root, next);
    applied = [...chosen].join();
  });

  it('status', async () => {
    const found = await status(await open(), { targets: [], withDeps: false, recursive: false, noUpdates: false }, context);
    expect({ applied, found: unordered(Object.fromEntries(found.changes)) }).toEqual({ applied, found: dvc('status') });
  });

  it.each([false, true])('data status, granular: %s', async (granular) => {
    const request = {
      targets: [],
      granular,
      unchanged: true,
      untrackedFiles: true,
      notInRemote: false,
      noRemoteRefresh: false,
      remote: undefined,
    };
    const { notInCache, committed, uncommitted, untracked, unchanged } = await dataStatus(await open(), request, context);
    const lists = { not_in_cache: notInCache, committed: listsOf(committed), uncommitted: listsOf(uncommitted), untracked, unchanged };
    const asked = dvc('data', 'status', '--unchanged', '--untracked-files', ...(granular ? ['--granular'] : []));
    expect({ applied, found: withoutEmpty(unordered(lists)) }).toEqual({ applied, found: asked });
  });

  it.each([[[]], [['one']], [['one', 'two']]])('diff %j', async (revisions) => {
    const [from, to] = revisions;
    const { notInCache, ...rest } = await diff(await open(), { from, to, targets: undefined, hideMissing: false }, context);
    const found = unordered({ ...rest, 'not in cache': notInCache });
    expect({ applied, found }).toEqual({ applied, found: dvc('diff', '--show-hash', ...revisions) });
  });

  it('list', async () => {
    const request = {
      url: '.',
      path: undefined,
      rev: undefined,
      recursive: false,
      level: undefined,
      dvcOnly: false,
      remote: undefined,
      config: undefined,
    };
    const options = { cwd: root, env, storages: { load: async () => localPlugin } };
    const entries = await list(options, { ...request, remoteConfig: new Map() }, context);
    const found = entries.map(({ isOut, isDir, isExec, size, md5, path }) => ({
      isout: isOut,
      isdir: isDir,
      isexec: isExec,
      size: size ?? null,
      md5: md5 ?? null,
      path,
    }));
    expect({ applied, found: unordered(found) }).toEqual({ applied, found: dvc('list', '.') });
  });
});

function listsOf(value: object): object {
  return withoutEmpty(unordered(value));
}

function withoutEmpty(value: unknown): object {
  const entries = Object.entries(value as Record<string, unknown>);
  return Object.fromEntries(entries.filter(([, item]) => typeof item !== 'object' || item === null || Object.keys(item).length > 0));
}
