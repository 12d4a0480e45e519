import { describe, expect, test } from 'vitest';

import type { OptionTable } from '../src/arguments/option-spec.ts';
import { everywhere } from '../src/arguments/global-options.ts';
import type { Command } from '../src/commands/command.ts';
import { commands, unbuiltCommands } from '../src/commands/registry.ts';

/** Options of DVC 3.67.1, from its parser: `letter/name`, `=` where a value follows, `?` where it may, `*` where several do. */
const dvcOptions: Readonly<Record<string, string>> = {
  init: 'no-scm f/force subdir',
  add: 'no-commit glob o/out= to-remote r/remote= remote-jobs= f/force no-relink',
  commit: 'f/force d/with-deps R/recursive no-relink',
  checkout: 'summary d/with-deps R/recursive f/force relink allow-missing',
  status: 'j/jobs= c/cloud r/remote= a/all-branches T/all-tags A/all-commits d/with-deps R/recursive json no-updates',
  'data status': 'json granular unchanged untracked-files? r/remote= not-in-remote no-remote-refresh',
  diff: 'targets* json show-hash md hide-missing',
  list: 'R/recursive T/tree L/level= dvc-only json rev= config= remote= remote-config* size show-hash',
  'check-ignore': 'd/details a/all n/non-matching stdin',
  fetch: 'j/jobs= r/remote= a/all-branches T/all-tags A/all-commits d/with-deps R/recursive run-cache no-run-cache max-size= type=',
  pull: 'j/jobs= r/remote= a/all-branches T/all-tags A/all-commits f/force d/with-deps R/recursive run-cache no-run-cache glob allow-missing',
  push: 'j/jobs= r/remote= a/all-branches T/all-tags A/all-commits d/with-deps R/recursive run-cache no-run-cache glob',
  'remote add': 'global system project local d/default f/force',
  'remote default': 'global system project local u/unset',
  'remote modify': 'global system project local u/unset',
  'remote list': 'global system project local',
  'remote remove': 'global system project local',
  'remote rename': 'global system project local',
  config: 'global system project local u/unset l/list show-origin',
  root: '',
  version: '',
};

/** Options of commands that DVC does not have. */
const ownOptions: Readonly<Record<string, string>> = {
  'plugin test': 'url= option= http-origin= refused-option= deviations= only= big-object= many-objects=',
  'remote setup': 'd/default f/force s/set= global system project local',
};

const values: Readonly<Record<string, string>> = {
  flag: '',
  count: '',
  unsupported: '',
  text: '=',
  integer: '=',
  repeated: '=',
  list: '*',
  'optional-text': '?',
};

function printed(table: OptionTable): readonly string[] {
  return Object.entries(table).map(([name, spec]) => `${spec.short === undefined ? '' : `${spec.short}/`}${name}${values[spec.kind]}`);
}

const loaded: readonly (readonly [path: string, command: Command])[] = await Promise.all(
  commands.map(async (entry) => [entry.path, await entry.load()] as const),
);

describe.each(loaded)('%s', (path, command) => {
  test('has every option of DVC, and only --json besides', () => {
    const ours = printed(command.options);
    const theirs = (dvcOptions[path] ?? ownOptions[path])?.split(' ').filter((word) => word !== '') ?? [];
    expect(ours).toEqual(expect.arrayContaining(theirs));
    expect(ours.filter((option) => !theirs.includes(option))).toEqual(ours.includes('json') && !theirs.includes('json') ? ['json'] : []);
  });

  test('has a JSON output, an example, and options that do not clash', () => {
    expect(Object.keys(command.options)).toContain('json');
    expect(command.examples.length).toBeGreaterThan(0);
    const all = { ...everywhere, ...command.options };
    expect(Object.keys(all)).toHaveLength(Object.keys(everywhere).length + Object.keys(command.options).length);
    const letters = Object.values(all).flatMap((spec) => ('short' in spec && spec.short !== undefined ? [spec.short] : []));
    expect(new Set(letters).size).toBe(letters.length);
  });
});

test('every command of DVC is either there or refused by name', () => {
  const there = new Set(commands.flatMap((entry) => [entry.path.split(' ')[0], ...(entry.aliases ?? [])]));
  const dvc =
    'add artifacts cache check-ignore checkout commit completion config daemon dag data pull push fetch status dataset ds destroy diff du ' +
    'experiments exp freeze unfreeze gc get get-url git-hook import import-db test-db import-url init install list ls list-url ls-url metrics ' +
    'move mv params plots queue remote remove rm repro root stage studio unprotect update version doctor';
  expect(dvc.split(' ').filter((name) => !there.has(name) && !unbuiltCommands.has(name))).toEqual([]);
  expect([...unbuiltCommands].filter((name) => there.has(name))).toEqual([]);
});
