import { fetch as fetchTargets } from '@datapin/core';

import { targets } from '../arguments/common-options.ts';
import { incomplete } from '../output/incomplete.ts';
import { fetchJson } from '../output/fetch-json.ts';
import { summary } from '../output/summary.ts';
import { preferSmallHeap } from '../prefer-small-heap.ts';
import { type Command, defineCommand } from './command.ts';
import { nothingDone, transferOptions, transferRequest, warnMissing, warnWithoutRemote } from './transfer-options.ts';

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
  exitCodes: { 'disk-full': 1 },
  failurePrefix: 'failed to fetch data from the cloud',
  exitNotes: { 1: 'some files could not be downloaded; what the remote does not have is only a warning' },
  async run({ options, positionals, context, openProject, printer }) {
    preferSmallHeap();
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
    // DVC only warns of what is nowhere; whoever needs the files pulls, or asks `status`.
    const missing = result.missing.filter((object) => object.reason === 'missing');
    const failed = result.missing.filter((object) => object.reason !== 'missing');
    const error = incomplete(failed, 'download');
    warnWithoutRemote(project, { remote: options.remote, error, printer });
    warnMissing(missing, printer);
    return {
      json: fetchJson(result),
      text: summary([['fetched', result.fetched]]) || (error === undefined ? nothingDone('fetched', missing) : ''),
      ...(error && { error }),
    };
  },
});
