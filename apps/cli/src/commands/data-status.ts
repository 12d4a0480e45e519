import { dataStatus as projectDataStatus } from '@datapin/core';

import { json } from '../arguments/common-options.ts';
import { dataStatusDocument, dataStatusText } from '../output/data-status-text.ts';
import { type Command, defineCommand } from './command.ts';

export const dataStatus: Command = defineCommand({
  description: 'Committed: the metafiles differ from the last git commit. Uncommitted: the work tree differs from the metafiles.',
  positionals: { targets: { kind: 'any', description: 'Limit to these paths, metafiles and stage names.' } },
  options: {
    json,
    granular: { kind: 'flag', description: 'Also the single files of tracked directories.' },
    unchanged: { kind: 'flag', description: 'Also what did not change.' },
    'untracked-files': {
      kind: 'optional-text',
      metavar: 'which',
      choices: ['no', 'all'],
      bare: 'all',
      description: 'Also files that neither git nor a metafile tracks.',
    },
    remote: { kind: 'text', short: 'r', metavar: 'name', description: 'The remote for `--not-in-remote`.' },
    'not-in-remote': { kind: 'flag', description: 'Also what the remote does not have.' },
    'no-remote-refresh': { kind: 'flag', description: 'Believe what is known of the remote; do not ask it.' },
  },
  examples: [
    { command: 'datapin data status --granular', meaning: 'down to single files' },
    { command: 'datapin data status --json', meaning: 'for editors and scripts, in the shape of `dvc data status --json`' },
  ],
  failureCode: 255,
  async run({ options, positionals, context, openProject, printer }) {
    const request = {
      targets: positionals.targets,
      granular: options.granular,
      unchanged: options.unchanged,
      untrackedFiles: options['untracked-files'] === 'all',
      notInRemote: options['not-in-remote'],
      noRemoteRefresh: options['no-remote-refresh'],
      remote: options.remote,
    };
    const result = await projectDataStatus(await openProject(), request, context);
    return { json: dataStatusDocument(result), text: dataStatusText(printer.shown(result), printer.paint) };
  },
});
