import { commit as commitTargets } from '@datapin/core';

import { json, recursive, targets, withDeps } from '../arguments/common-options.ts';
import { type Command, defineCommand } from './command.ts';

export const commit: Command = defineCommand({
  description:
    'Stores the present content of outputs in the cache and records it in the metafiles: after tracked data, or what a stage read, was changed by hand.',
  positionals: { targets },
  options: {
    force: { kind: 'flag', short: 'f', description: 'Do not ask, also when a stage was changed.' },
    'with-deps': withDeps,
    recursive,
    'no-relink': { kind: 'flag', description: 'Leave the files in the work tree as they are; make no links to the cache.' },
    json,
  },
  examples: [{ command: 'datapin commit -f images.dvc', meaning: 'record the directory as it is now' }],
  failureCode: 1,
  failurePrefix: 'failed to commit',
  async run({ options, positionals, context, openProject }) {
    const request = {
      targets: positionals.targets,
      force: options.force,
      withDeps: options['with-deps'],
      recursive: options.recursive,
      noRelink: options['no-relink'],
    };
    return { json: await commitTargets(await openProject(), request, context), text: '' };
  },
});
