import type { Command } from './command.ts';

export type CommandGroup = 'Work with data' | 'Move data' | 'Look around' | 'Set up';

/** A command as the overview knows it; the rest is loaded when it is called. */
export interface CommandEntry {
  /** As typed: `push`, `remote add`. */
  readonly path: string;
  readonly aliases?: readonly string[];
  readonly group: CommandGroup;
  readonly summary: string;
  load(): Promise<Command>;
}

/** All commands, in the overview's order. */
export const commands: readonly CommandEntry[] = [
  {
    path: 'init',
    group: 'Set up',
    summary: 'Make a repository',
    load: async () => (await import('./init.ts')).init,
  },
  {
    path: 'remote add',
    group: 'Set up',
    summary: 'Add a remote',
    load: async () => (await import('./remote-add.ts')).remoteAdd,
  },
  {
    path: 'remote setup',
    group: 'Set up',
    summary: 'Add a remote step by step, and try it',
    load: async () => (await import('./remote-setup.ts')).remoteSetup,
  },
  {
    path: 'remote modify',
    group: 'Set up',
    summary: 'Set or unset an option of a remote',
    load: async () => (await import('./remote-modify.ts')).remoteModify,
  },
  {
    path: 'remote list',
    group: 'Set up',
    summary: 'List the remotes',
    load: async () => (await import('./remote-list.ts')).remoteList,
  },
  {
    path: 'remote remove',
    group: 'Set up',
    summary: 'Remove a remote from the configuration',
    load: async () => (await import('./remote-remove.ts')).remoteRemove,
  },
  {
    path: 'remote rename',
    group: 'Set up',
    summary: 'Rename a remote',
    load: async () => (await import('./remote-rename.ts')).remoteRename,
  },
  {
    path: 'remote default',
    group: 'Set up',
    summary: 'Show, set or unset the default remote',
    load: async () => (await import('./remote-default.ts')).remoteDefault,
  },
  {
    path: 'plugin add',
    group: 'Set up',
    summary: 'Install a storage plugin for this user',
    load: async () => (await import('./plugin-add.ts')).pluginAdd,
  },
  {
    path: 'plugin list',
    group: 'Set up',
    summary: 'List the storage plugins that are found',
    load: async () => (await import('./plugin-list.ts')).pluginList,
  },
  {
    path: 'plugin remove',
    group: 'Set up',
    summary: 'Remove a storage plugin of this user',
    load: async () => (await import('./plugin-remove.ts')).pluginRemove,
  },
  {
    path: 'plugin test',
    group: 'Set up',
    summary: 'Try a storage plugin against the contract, on a real store',
    load: async () => (await import('./plugin-test.ts')).pluginTest,
  },
  {
    path: 'config',
    group: 'Set up',
    summary: 'Show or change settings',
    load: async () => (await import('./config.ts')).config,
  },
  {
    path: 'add',
    group: 'Work with data',
    summary: 'Track files or directories',
    load: async () => (await import('./add.ts')).add,
  },
  {
    path: 'commit',
    group: 'Work with data',
    summary: 'Record the present content of tracked data',
    load: async () => (await import('./commit.ts')).commit,
  },
  {
    path: 'checkout',
    group: 'Work with data',
    summary: 'Put the pinned data in place from the cache',
    load: async () => (await import('./checkout.ts')).checkout,
  },
  {
    path: 'pull',
    group: 'Move data',
    summary: 'Download pinned data and put it in place',
    load: async () => (await import('./pull.ts')).pull,
  },
  {
    path: 'push',
    group: 'Move data',
    summary: 'Upload pinned data to a remote',
    load: async () => (await import('./push.ts')).push,
  },
  {
    path: 'fetch',
    group: 'Move data',
    summary: 'Download pinned data to the cache only',
    load: async () => (await import('./fetch.ts')).fetch,
  },
  {
    path: 'status',
    group: 'Look around',
    summary: 'Show changed data and stages; -c: compare with a remote',
    load: async () => (await import('./status.ts')).status,
  },
  {
    path: 'data status',
    group: 'Look around',
    summary: 'Show changes: last commit, metafiles, work tree',
    load: async () => (await import('./data-status.ts')).dataStatus,
  },
  {
    path: 'diff',
    group: 'Look around',
    summary: 'Show changed data between revisions',
    load: async () => (await import('./diff.ts')).diff,
  },
  {
    path: 'list',
    aliases: ['ls'],
    group: 'Look around',
    summary: 'List a repository: files in git and tracked data',
    load: async () => (await import('./list.ts')).list,
  },
  {
    path: 'check-ignore',
    group: 'Look around',
    summary: 'Tell whether paths are excluded by `.dvcignore`',
    load: async () => (await import('./check-ignore.ts')).checkIgnore,
  },
  {
    path: 'root',
    group: 'Look around',
    summary: 'Print the path to the root of the repository',
    load: async () => (await import('./root.ts')).root,
  },
  {
    path: 'version',
    aliases: ['doctor'],
    group: 'Look around',
    summary: 'Print versions and what may be wrong on this machine',
    load: async () => (await import('./version.ts')).version,
  },
];

/**
 * DVC's commands that datapin does not have yet, with their aliases and groups: refused by name, so that nobody looks for a typing mistake.
 * DVC's parser is the source of the list.
 */
export const unbuiltCommands: ReadonlySet<string> = new Set(
  (
    'artifacts cache completion daemon dag dataset ds destroy du experiments exp freeze unfreeze gc get get-url git-hook import import-db ' +
    'test-db import-url install list-url ls-url metrics move mv params plots queue remove rm repro stage studio unprotect update'
  ).split(' '),
);
