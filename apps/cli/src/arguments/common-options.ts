import type { FlagSpec, IntegerSpec, PositionalSpec, TextSpec, UnsupportedSpec } from './option-spec.ts';

/** Options and arguments that several commands share, with DVC's names and letters. */

export const json: FlagSpec = { kind: 'flag', description: 'Print one JSON document instead of text.' };

export const targets: PositionalSpec = {
  kind: 'any',
  description: 'Tracked files and directories, paths inside tracked directories, metafiles, stage names. Default: everything.',
};

export const jobs: IntegerSpec = {
  kind: 'integer',
  short: 'j',
  metavar: 'number',
  least: 1,
  description: 'How many transfers run at once.',
};

export const remote: TextSpec = { kind: 'text', short: 'r', metavar: 'name', description: 'Use this remote instead of the default one.' };

export const withDeps: FlagSpec = { kind: 'flag', short: 'd', description: 'Also what the targets depend on.' };

export const recursive: FlagSpec = { kind: 'flag', short: 'R', description: 'Take a directory as target: everything tracked below it.' };

/** `--run-cache` is not built; `--no-run-cache` is how things are. */
export const runCache: { readonly 'run-cache': UnsupportedSpec; readonly 'no-run-cache': FlagSpec } = {
  'run-cache': { kind: 'unsupported', description: 'Also the history of stage runs.' },
  'no-run-cache': { kind: 'flag', hidden: true, description: 'Without the history of stage runs (this is the default).' },
};

/** Which revisions besides the work tree. */
export const revisions: { readonly 'all-branches': FlagSpec; readonly 'all-tags': FlagSpec; readonly 'all-commits': FlagSpec } = {
  'all-branches': { kind: 'flag', short: 'a', description: 'Also what the tips of all branches pin.' },
  'all-tags': { kind: 'flag', short: 'T', description: 'Also what all tags pin.' },
  'all-commits': { kind: 'flag', short: 'A', description: 'Also what all commits pin.' },
};
