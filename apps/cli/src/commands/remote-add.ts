import { addRemote } from '@datapin/core';

import { json } from '../arguments/common-options.ts';
import { type Command, defineCommand } from './command.ts';
import { configScope, levelOptions, tellWritten } from './config-level.ts';

export const remoteAdd: Command = defineCommand({
  description:
    'A remote is a place for data: a folder (also a network share), s3://bucket/prefix, gdrive://…, webdavs://…, https://…. Credentials do not belong into the URL; see `datapin remote modify --help`.',
  positionals: {
    name: { kind: 'one', description: 'Name of the remote.' },
    url: { kind: 'one', description: 'Where it is. A relative path is relative to the working directory.' },
  },
  options: {
    default: { kind: 'flag', short: 'd', description: 'Make it the default remote.' },
    force: { kind: 'flag', short: 'f', description: 'Replace a remote of the same name.' },
    ...levelOptions,
    json,
  },
  examples: [
    { command: 'datapin remote add -d store s3://bucket/data', meaning: 'where the team keeps its data' },
    { command: 'datapin remote add --local backup /mnt/nas/data', meaning: 'for this clone only' },
  ],
  failureCode: 251,
  failurePrefix: 'configuration error',
  async run({ options, positionals, ...services }) {
    const scope = configScope(options, services);
    const name = positionals.name.toLowerCase();
    const written = await addRemote(scope, { name, url: positionals.url, default: options.default, force: options.force });
    tellWritten(written, scope, services.printer);
    return { json: written, text: options.default ? `Setting '${name}' as a default remote.` : '' };
  },
});
