import { defaultRemote, setDefaultRemote } from '@datapin/core';

import { json } from '../arguments/common-options.ts';
import { type Command, defineCommand } from './command.ts';
import { configScope, levelOptions, tellWritten } from './config-level.ts';

export const remoteDefault: Command = defineCommand({
  description: 'Without a name: prints the default remote.',
  positionals: { name: { kind: 'optional', description: 'The remote to make the default one.' } },
  options: { unset: { kind: 'flag', short: 'u', description: 'Have no default remote.' }, ...levelOptions, json },
  examples: [{ command: 'datapin remote default store', meaning: 'what pull and push use without `-r`' }],
  failureCode: 251,
  failurePrefix: 'configuration error',
  exitNotes: { 1: 'there is no default remote' },
  async run({ options, positionals, ...services }) {
    const scope = configScope(options, services);
    if (positionals.name === undefined && !options.unset) {
      const name = await defaultRemote(scope);
      return { json: { default: name ?? null }, text: name ?? 'No default remote set', exitCode: name === undefined ? 1 : 0 };
    }
    const written = await setDefaultRemote(scope, options.unset ? null : (positionals.name ?? '').toLowerCase());
    tellWritten(written, scope, services.printer);
    return { json: written, text: '' };
  },
});
