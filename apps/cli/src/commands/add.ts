import { add as addTargets, DatapinError } from '@datapin/core';

import { json } from '../arguments/common-options.ts';
import { gitHint } from '../output/git-hint.ts';
import { type Command, defineCommand } from './command.ts';

export const add: Command = defineCommand({
  description:
    'Hashes the content, stores it in the cache, puts a link (or a copy) in place, tells git to ignore the data, and writes a small `.dvc` metafile for git to track. A path inside a tracked directory updates that directory.',
  positionals: { targets: { kind: 'some', description: 'Files and directories.' } },
  options: {
    'no-commit': { kind: 'flag', description: 'Only write the metafile; do not store the content in the cache.' },
    glob: { kind: 'flag', description: 'Targets are patterns: `*`, `?`, `[a-z]`, `**`.' },
    out: { kind: 'text', short: 'o', metavar: 'path', description: 'Copy the target to this path and track it there.' },
    'to-remote': { kind: 'flag', description: 'Upload straight to the remote; keep nothing here.' },
    remote: { kind: 'text', short: 'r', metavar: 'name', description: 'The remote for `--to-remote`.' },
    'remote-jobs': { kind: 'integer', metavar: 'number', least: 1, description: 'How many transfers run at once with `--to-remote`.' },
    force: { kind: 'flag', short: 'f', description: 'Overwrite what is in the way.' },
    'no-relink': { kind: 'flag', description: 'Leave the files in the work tree as they are; make no links to the cache.' },
    json,
  },
  examples: [
    { command: 'datapin add images', meaning: 'track a directory' },
    { command: 'datapin add images/new.png', meaning: 'record one new file of a tracked directory' },
    { command: "datapin add --glob 'raw/*.csv'", meaning: 'track files by a pattern, each with a metafile of its own' },
  ],
  failureCode: 1,
  async run({ options, positionals, context, openProject }) {
    const { out, remote } = options;
    const exclusive = options['to-remote'] ? '--to-remote' : out === undefined ? undefined : '--out';
    if (exclusive !== undefined) {
      if (positionals.targets.length !== 1) throw new DatapinError('usage', `multiple targets can't be used with ${exclusive}`);
      if (options.glob) throw new DatapinError('usage', `--glob option can't be used with ${exclusive}`);
      if (options['no-commit']) throw new DatapinError('usage', `--no-commit option can't be used with ${exclusive}`);
    } else if (remote !== undefined || options['remote-jobs'] !== undefined) {
      throw new DatapinError('usage', `${remote === undefined ? '--remote-jobs' : '--remote'} can't be used without --to-remote`);
    }

    const project = await openProject();
    const result = await addTargets(
      project,
      {
        targets: positionals.targets,
        glob: options.glob,
        noCommit: options['no-commit'],
        noRelink: options['no-relink'],
        force: options.force,
        out,
        toRemote: options['to-remote'],
        remote,
        jobs: options['remote-jobs'],
      },
      context,
    );
    return { json: result, text: gitHint(project, result) };
  },
});
