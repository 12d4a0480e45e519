import { closest } from '@datapin/core';

import { type CommandEntry, commands, unbuiltCommands } from '../commands/registry.ts';
import { UsageError } from './usage-error.ts';

/** What the command line asks for: a command with its words, or the overview of everything (`''`) or of a group (`remote`). */
export type FoundCommand =
  | { readonly kind: 'command'; readonly entry: CommandEntry; readonly words: readonly string[] }
  | { readonly kind: 'overview'; readonly group: string; readonly words: readonly string[] };

/** Options before the command; `--cd` is the only one with a value. */
export interface GlobalWords {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Splits at the first word that is not an option (or an option's value). */
export function splitGlobalWords(argv: readonly string[]): GlobalWords {
  let at = 0;
  while (at < argv.length) {
    const word = argv[at] ?? '';
    if (!word.startsWith('-') || word === '-' || word === '--') break;
    at += word === '--cd' ? 2 : 1;
  }
  return { before: argv.slice(0, at), after: argv.slice(at) };
}

/** Finds the command that the words begin with; `help push` is `push --help`. Throws a {@link UsageError} for one that does not exist, or not yet. */
export function findCommand(words: readonly string[]): FoundCommand {
  const [first, second] = words;
  if (first === undefined) return { kind: 'overview', group: '', words };
  if (first === 'help') {
    return second === undefined || second === 'help' || second.startsWith('-')
      ? { kind: 'overview', group: '', words: ['--help'] }
      : findCommand([...words.slice(1), '--help']);
  }

  const whole = commands.find((entry) => entry.path === first || entry.aliases?.includes(first));
  if (whole !== undefined) return { kind: 'command', entry: whole, words: words.slice(1) };

  const inGroup = commands.filter((entry) => entry.path.startsWith(`${first} `));
  if (inGroup.length === 0) throw unknownCommand(first);
  if (second === undefined || second.startsWith('-')) return { kind: 'overview', group: first, words: words.slice(1) };

  const entry = inGroup.find((one) => one.path === `${first} ${second}`);
  if (entry === undefined) throw unknownSubcommand(first, second, inGroup);
  return { kind: 'command', entry, words: words.slice(2) };
}

function unknownCommand(name: string): UsageError {
  if (unbuiltCommands.has(name)) {
    return new UsageError(`\`datapin ${name}\` is not there yet`, `Use \`dvc ${name}\`: both tools work on the same repository.`);
  }
  const names = new Set(commands.flatMap((entry) => [entry.path.split(' ')[0] ?? '', ...(entry.aliases ?? [])]));
  const meant = closest(name, names);
  return new UsageError(
    `unknown command '${name}'`,
    meant === undefined ? '`datapin --help` lists the commands.' : `Did you mean \`datapin ${meant}\`?`,
  );
}

function unknownSubcommand(group: string, name: string, entries: readonly CommandEntry[]): UsageError {
  const names = entries.map((entry) => entry.path.slice(group.length + 1));
  const meant = closest(name, names);
  const [only] = names.length === 1 ? names : [];
  const choice = only === undefined ? `Choose one of ${names.join(', ')}.` : `There is only \`datapin ${group} ${only}\`.`;
  return new UsageError(`unknown command '${group} ${name}'`, meant === undefined ? choice : `Did you mean \`datapin ${group} ${meant}\`?`);
}
