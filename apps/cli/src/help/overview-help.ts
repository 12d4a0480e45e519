import { everywhere } from '../arguments/global-options.ts';
import { type CommandEntry, type CommandGroup, commands } from '../commands/registry.ts';
import { helpWidth, twoColumns, wrap } from './wrap.ts';

const groups: readonly CommandGroup[] = ['Work with data', 'Move data', 'Look around', 'Set up'];

/** `datapin --help`: all commands in groups. `datapin remote --help`: the commands of one word. */
export function overviewHelp(group: string, columns: number | undefined): string {
  return group === '' ? wholeHelp(helpWidth(columns)) : groupHelp(group, helpWidth(columns));
}

function wholeHelp(width: number): string {
  const nameWidth = Math.max(...rows(commands).map(([name]) => name.length));
  const options = twoColumns(
    [
      ['-h, --help', everywhere.help.description],
      ['-V, --version', 'Print the version.'],
      ['-q, --quiet', everywhere.quiet.description],
      ['-v, --verbose', everywhere.verbose.description],
      ['    --cd <path>', everywhere.cd.description],
      ['    --wait-for-lock', everywhere['wait-for-lock'].description],
    ],
    width,
    nameWidth,
  );
  return [
    wrap(
      'Data version control for git: small metafiles in git pin large data that lives in a remote. Reads and writes the formats of DVC 3; both tools work on the same repository.',
      width,
    ).join('\n'),
    'Usage: datapin [options] <command> …',
    ...groups.map((group) => `${group}:\n${twoColumns(rows(commands.filter((entry) => entry.group === group)), width, nameWidth)}`),
    `Options:\n${options}`,
    'Examples:\n  datapin pull                                  all data of this checkout\n  datapin add images && datapin push            track a directory and upload it\n  datapin remote add -d store s3://bucket/data  where the data lives',
    '`datapin <command> --help` tells more about a command.',
  ].join('\n\n');
}

function groupHelp(group: string, width: number): string {
  const entries = commands.filter((entry) => entry.path.startsWith(`${group} `));
  return [
    `Usage: datapin ${group} <command> …`,
    `Commands:\n${twoColumns(rows(entries), width)}`,
    `\`datapin ${group} <command> --help\` tells more about a command.`,
  ].join('\n\n');
}

function rows(entries: readonly CommandEntry[]): readonly (readonly [string, string])[] {
  return entries.map((entry) => [[entry.path, ...(entry.aliases ?? [])].join(', '), entry.summary]);
}
