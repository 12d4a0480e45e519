import { fetch as fetchTargets } from '@datapin/core';

import { targets } from '../arguments/common-options.ts';
import { incomplete } from '../output/incomplete.ts';
import { summary } from '../output/summary.ts';
import { type Command, defineCommand } from './command.ts';
import { transferOptions, transferRequest, warnWithoutRemote } from './transfer-options.ts';

export const fetch: Command = defineCommand({
  description: 'Brings pinned objects into the cache and leaves the work tree alone. Every object is checked against its hash on arrival.',
  positionals: { targets },
  options: {
    ...transferOptions,
    'max-size': { kind: 'integer', metavar: 'bytes', description: 'Only files and directories that are smaller than this.' },
    type: { kind: 'repeated', metavar: 'type', choices: ['metrics', 'plots'], description: 'Only outputs of this type.' },
  },
  examples: [
    { command: 'datapin fetch --all-branches', meaning: 'fill the cache for all branches' },
    { command: 'datapin fetch images', meaning: 'one directory' },
  ],
  failureCode: 1,
  failurePrefix: 'failed to fetch data from the cloud',
  exitNotes: { 1: 'some files were not downloaded, or nothing could be' },
  async run({ options, positionals, context, openProject, printer }) {
    const project = await openProject();
    const result = await fetchTargets(
      project,
      {
        ...transferRequest(options, { targets: positionals.targets, glob: false }),
        maxSize: options['max-size'],
        types: options.type.flatMap((type) => (type === 'metrics' || type === 'plots' ? [type] : [])),
      },
      context,
    );
    warnWithoutRemote(project, options.remote, printer);
    const error = incomplete(result.missing, 'download');
    return {
      json: result,
      text: summary([['fetched', result.fetched]]) || (error === undefined ? 'Everything is up to date.' : ''),
      ...(error && { error }),
    };
  },
});
