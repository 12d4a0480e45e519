import { type ConfigScope, DatapinError, getConfig, listConfig, setConfig, unsetConfig } from '@datapin/core';

import { json } from '../arguments/common-options.ts';
import { UsageError } from '../arguments/usage-error.ts';
import type { Printer } from '../output/printer.ts';
import { type Command, defineCommand, type Outcome } from './command.ts';
import { configScope, levelOptions, tellWritten } from './config-level.ts';

export const config: Command = defineCommand({
  description: "Reads and writes the same files as `dvc config`. What DVC's own check would refuse goes to `.dvc/datapin` beside them.",
  positionals: {
    name: { kind: 'optional', description: 'section.option, or remote.<name>.<option>.' },
    value: { kind: 'optional', description: 'The value to set.' },
  },
  options: {
    unset: { kind: 'flag', short: 'u', description: 'Take the setting away.' },
    list: { kind: 'flag', short: 'l', description: 'List all settings; secrets are hidden.' },
    'show-origin': { kind: 'flag', description: 'Print the file of each setting before it.' },
    ...levelOptions,
    json,
  },
  examples: [
    { command: 'datapin config --list --show-origin', meaning: 'everything, and where it comes from' },
    { command: 'datapin config cache.type reflink,hardlink', meaning: 'link instead of copy' },
    { command: 'datapin config --global core.autostage true', meaning: 'for all repositories of this user' },
  ],
  failureCode: 251,
  failurePrefix: 'configuration error',
  async run({ options, positionals, ...services }) {
    const { name, value } = positionals;
    const complaint = mistake(options, positionals);
    if (complaint !== undefined) return { json: {}, text: '', error: new DatapinError('usage', complaint), exitCode: 1 };
    if (name !== undefined && !/^((remote|db)\.)?[^.]*\.[^.]*$/u.test(name)) {
      throw new UsageError(`'${name}' is no setting`, 'A name looks like section.option or remote.name.option.');
    }

    const scope = configScope(options, services);
    if (name === undefined) return listed(scope, services.printer, { showOrigin: options['show-origin'] });
    if (value === undefined && !options.unset) {
      if (options['show-origin']) return listed(scope, services.printer, { showOrigin: true, only: name.toLowerCase() });
      const found = await getConfig(scope, name);
      return { json: { name, value: found ?? null }, text: found ?? '' };
    }
    const written = value === undefined || options.unset ? await unsetConfig(scope, name) : await setConfig(scope, name, value);
    tellWritten(written, scope, services.printer);
    return { json: written, text: '' };
  },
});

function mistake(
  options: { readonly unset: boolean; readonly list: boolean; readonly 'show-origin': boolean },
  { name, value }: { readonly name: string | undefined; readonly value: string | undefined },
): string | undefined {
  if (options['show-origin'] && (value !== undefined || options.unset)) {
    return "--show-origin can't be used together with any of these options: -u/--unset, value";
  }
  if (options.list && (name !== undefined || options.unset)) {
    return "-l/--list can't be used together with any of these options: -u/--unset, name, value";
  }
  return name === undefined && !options.list ? 'name argument is required' : undefined;
}

async function listed(
  scope: ConfigScope,
  printer: Printer,
  { showOrigin, only }: { readonly showOrigin: boolean; readonly only?: string },
): Promise<Outcome> {
  const entries = (await listConfig(scope)).filter((entry) => only === undefined || entry.name === only);
  const lines = printer
    .shown(entries)
    .map(({ name, value, origin }) => `${showOrigin ? `${origin}\t` : ''}${only === undefined ? `${name}=` : ''}${value}`);
  return { json: { settings: entries }, text: lines.join('\n') };
}
