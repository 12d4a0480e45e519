import { modifyRemote } from '@datapin/core';

import { json } from '../arguments/common-options.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { type Command, defineCommand } from './command.ts';
import { configScope, levelOptions, tellWritten } from './config-level.ts';

export const remoteModify: Command = defineCommand({
  description:
    'Options have the names that DVC gives them. Secrets belong into the local configuration (`--local`), which git does not track.',
  positionals: {
    name: { kind: 'one', description: 'Name of the remote.' },
    option: { kind: 'one', description: 'Name of the option: url, endpointurl, profile, …' },
    value: { kind: 'optional', description: 'Its value.' },
  },
  options: { unset: { kind: 'flag', short: 'u', description: 'Take the option away.' }, ...levelOptions, json },
  examples: [
    { command: 'datapin remote modify store endpointurl https://minio.example.org', meaning: 'an S3-compatible store' },
    { command: 'datapin remote modify --local store access_key_id AKIA…', meaning: 'a secret, for this clone only' },
    { command: 'datapin remote modify -u store profile', meaning: 'take an option away' },
  ],
  failureCode: 251,
  failurePrefix: 'configuration error',
  async run({ options, positionals, ...services }) {
    const { value } = positionals;
    if (value === undefined && !options.unset)
      throw new UsageError('the following arguments are required: value', '`-u` takes the option away.');
    const scope = configScope(options, services);
    const request = { name: positionals.name.toLowerCase(), option: positionals.option, value: options.unset ? undefined : value };
    const written = await modifyRemote(scope, request);
    tellWritten(written, scope, services.printer);
    return { json: written, text: '' };
  },
});
