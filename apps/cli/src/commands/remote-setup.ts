import { setUpRemote } from '@datapin/core';

import { json } from '../arguments/common-options.ts';
import { setupDialog } from '../setup/setup-dialog.ts';
import { type Command, defineCommand } from './command.ts';
import { configScope, levelOptions, tellWritten } from './config-level.ts';

export const remoteSetup: Command = defineCommand({
  description:
    'Asks what is needed, says what to click, logs in, and tries the new remote by storing, reading and removing an object. Only then the configuration is written: the address where git tracks it, secrets and paths of this machine in the local configuration.\n\nWhere nobody is there to ask, `--set` answers beforehand.',
  positionals: {
    storage: { kind: 'one', description: 'Which kind of store: gdrive.' },
    name: { kind: 'optional', description: 'Name of the remote. Default: the kind of store.' },
  },
  options: {
    default: { kind: 'flag', short: 'd', description: 'Make it the default remote.' },
    force: { kind: 'flag', short: 'f', description: 'Replace a remote of the same name.' },
    set: { kind: 'repeated', short: 's', metavar: 'question=answer', description: 'Answers a question by its name.' },
    ...levelOptions,
    json,
  },
  examples: [
    { command: 'datapin remote setup gdrive -d', meaning: 'a folder in Google Drive, step by step' },
    {
      command: 'datapin remote setup gdrive team --set account=service-account --set key=robot.json --set folder=0ABC…',
      meaning: 'a shared drive and a service account, without questions',
    },
  ],
  failureCode: 251,
  async run({ options, positionals, ...services }) {
    const scope = configScope(options, services);
    const { printer, readLines, projectOptions, context } = services;
    const result = await setUpRemote(
      scope,
      {
        scheme: positionals.storage.toLowerCase(),
        name: positionals.name ?? positionals.storage,
        default: options.default,
        force: options.force,
        dialog: (questions) => setupDialog({ questions, given: options.set, printer, readLines, env: projectOptions.env }),
      },
      context,
    );
    for (const written of result.written) tellWritten(written, scope, printer);
    return { json: { name: result.name, url: result.url }, text: `Remote '${result.name}' works: ${result.url}` };
  },
});
