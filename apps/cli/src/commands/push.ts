import { push as pushTargets } from '@datapin/core';

import { targets } from '../arguments/common-options.ts';
import { incomplete } from '../output/incomplete.ts';
import { summary } from '../output/summary.ts';
import { preferSmallHeap } from '../prefer-small-heap.ts';
import { type Command, defineCommand } from './command.ts';
import { nothingDone, transferOptions, transferRequest, warnMissing, warnWithoutRemote } from './transfer-options.ts';

export const push: Command = defineCommand({
  description:
    'Uploads what the remote lacks: files first, each directory once all of its files are there. What is neither here nor on the remote is named in a warning.',
  positionals: { targets },
  options: { ...transferOptions, glob: { kind: 'flag', description: 'Targets are patterns: `*`, `?`, `[a-z]`, `**`.' } },
  examples: [
    { command: 'datapin push', meaning: 'everything this checkout pins, to the default remote' },
    { command: 'datapin push -r backup images', meaning: 'one directory, to another remote' },
    { command: 'datapin push --all-commits', meaning: 'whatever any commit pins and the cache has' },
  ],
  failureCode: 1,
  failurePrefix: 'failed to push data to the cloud',
  exitNotes: { 1: 'some files were not uploaded, or nothing could be' },
  async run({ options, positionals, context, openProject, printer }) {
    preferSmallHeap();
    const project = await openProject();
    const result = await pushTargets(project, transferRequest(options, { targets: positionals.targets, glob: options.glob }), context);
    const error = incomplete(result.failed, 'upload');
    warnWithoutRemote(project, { remote: options.remote, error, printer });
    warnMissing(result.missing, printer);
    return {
      json: result,
      text: summary([['pushed', result.pushed]]) || (error === undefined ? nothingDone('pushed', result.missing) : ''),
      ...(error && { error }),
    };
  },
});
