import { removeRemote } from '@datapin/core';

import { json } from '../arguments/common-options.ts';
import { type Command, defineCommand } from './command.ts';
import { configScope, levelOptions, tellWritten } from './config-level.ts';

export const remoteRemove: Command = defineCommand({
  description: 'The data on the remote stays.',
  positionals: { name: { kind: 'one', description: 'Name of the remote.' } },
  options: { ...levelOptions, json },
  examples: [{ command: 'datapin remote remove backup', meaning: 'forget where it is' }],
  failureCode: 251,
  failurePrefix: 'configuration error',
  async run({ options, positionals, ...services }) {
    const scope = configScope(options, services);
    const written = await removeRemote(scope, positionals.name.toLowerCase());
    tellWritten(written, scope, services.printer);
    return { json: written, text: '' };
  },
});
