import { everywhere } from '../arguments/global-options.ts';
import type { OptionSpec, OptionTable, PositionalTable } from '../arguments/option-spec.ts';
import type { Command, Example } from '../commands/command.ts';
import type { CommandEntry } from '../commands/registry.ts';
import { helpWidth, twoColumns, wrap } from './wrap.ts';

/** `datapin push --help`: summary, usage, arguments, options, examples, exit codes. */
export function commandHelp(entry: CommandEntry, command: Command, columns: number | undefined): string {
  const width = helpWidth(columns);
  const parts = [`${entry.summary}.`, usage(entry, command.positionals)];
  for (const paragraph of command.description?.split('\n\n') ?? []) parts.push(wrap(paragraph.replaceAll('\n', ' '), width).join('\n'));

  const positionals = Object.entries(command.positionals).map(([name, spec]) => [name, spec.description] as const);
  if (positionals.length > 0) parts.push(`Arguments:\n${twoColumns(positionals, width)}`);
  parts.push(`Options:\n${optionRows(command.options, width)}`);
  parts.push(`Options of every command:\n${optionRows(everywhere, width)}`);
  if (command.examples.length > 0) {
    parts.push(`Examples:\n${command.examples.map((example) => exampleLines(example, width)).join('\n')}`);
  }
  parts.push(`Exit codes:\n${twoColumns(exitRows(command), width)}`);
  return parts.join('\n\n');
}

function exampleLines({ command, meaning }: Example, width: number): string {
  return [`  ${command}`, ...wrap(meaning, width - 6).map((line) => `      ${line}`)].join('\n');
}

function usage(entry: CommandEntry, positionals: PositionalTable): string {
  const words = Object.entries(positionals).map(([name, { kind }]) => {
    if (kind === 'one') return `<${name}>`;
    if (kind === 'optional') return `[${name}]`;
    return kind === 'some' ? `<${name}...>` : `[${name}...]`;
  });
  const aliases = entry.aliases === undefined ? '' : `\nAlso:  ${entry.aliases.map((alias) => `datapin ${alias}`).join(', ')}`;
  return `Usage: ${['datapin', entry.path, '[options]', ...words].join(' ')}${aliases}`;
}

function optionRows(table: OptionTable, width: number): string {
  const rows = Object.entries(table)
    .filter(([, spec]) => spec.hidden !== true && spec.kind !== 'unsupported')
    .map(([name, spec]) => [optionName(name, spec), describe(spec)] as const);
  return twoColumns(rows, width);
}

function optionName(name: string, spec: OptionSpec): string {
  const short = spec.short === undefined ? '    ' : `-${spec.short}, `;
  switch (spec.kind) {
    case 'text':
    case 'integer':
    case 'repeated':
      return `${short}--${name} <${spec.metavar}>`;
    case 'list':
      return `${short}--${name} <${spec.metavar}...>`;
    case 'optional-text':
      return `${short}--${name} [${spec.metavar}]`;
    default:
      return `${short}--${name}`;
  }
}

function describe(spec: OptionSpec): string {
  return 'choices' in spec && spec.choices !== undefined ? `${spec.description} One of: ${spec.choices.join(', ')}.` : spec.description;
}

function exitRows(command: Command): readonly (readonly [string, string])[] {
  const codes: Record<number, string> = {
    0: 'done',
    [command.failureCode]: 'failed; the message says why',
    251: 'a setting is wrong, or there are no credentials',
    252: 'interrupted',
    253: 'not in a repository',
    254: 'wrong arguments, or an option that is not there yet',
    255: command.failureCode === 255 ? 'failed; the message says why' : 'no plugin for the storage, the system refuses, or a bug',
    ...command.exitNotes,
  };
  return Object.entries(codes);
}
