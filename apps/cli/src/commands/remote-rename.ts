import { renameRemote } from '@datapin/core';

import { json } from '../arguments/common-options.ts';
import { type Command, defineCommand } from './command.ts';
import { configScope, levelOptions, tellWritten } from './config-level.ts';

export const remoteRename: Command = defineCommand({
  positionals: { name: { kind: 'one', description: 'Its name now.' }, new: { kind: 'one', description: 'Its new name.' } },
  options: { ...levelOptions, json },
  examples: [{ command: 'datapin remote rename store main', meaning: 'also where it is the default remote' }],
  failureCode: 251,
  failurePrefix: 'configuration error',
  async run({ options, positionals, ...services }) {
    const scope = configScope(options, services);
    const written = await renameRemote(scope, { from: positionals.name.toLowerCase(), to: positionals.new.toLowerCase() });
    tellWritten(written, scope, services.printer);
    return { json: written, text: '' };
  },
});
