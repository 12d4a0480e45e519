import type { Verbosity } from '../output/printer.ts';
import type { CountSpec, FlagSpec, OptionValues, TextSpec } from './option-spec.ts';
import { UsageError } from './usage-error.ts';

/** Options of every command; they may stand before it, too. */
export const everywhere: {
  readonly help: FlagSpec;
  readonly quiet: CountSpec;
  readonly verbose: CountSpec;
  readonly cd: TextSpec;
  readonly 'wait-for-lock': FlagSpec;
} = {
  help: { kind: 'flag', short: 'h', description: 'Show this help.' },
  quiet: { kind: 'count', short: 'q', description: 'Print errors only; twice: nothing.' },
  verbose: { kind: 'count', short: 'v', description: 'Tell more about what is done and what went wrong.' },
  cd: { kind: 'text', metavar: 'path', description: 'Change to this directory first.' },
  'wait-for-lock': { kind: 'flag', description: 'Wait as long as another process holds the lock, instead of giving up after a while.' },
};

export type EverywhereValues = OptionValues<typeof everywhere>;

/** Options that only make sense before the command. */
export const beforeCommand: typeof everywhere & { readonly version: FlagSpec } = {
  ...everywhere,
  version: { kind: 'flag', short: 'V', description: 'Print the version.' },
};

/** What was said before and after the command, together. */
export function mergeEverywhere(first: EverywhereValues, second: EverywhereValues): EverywhereValues {
  return {
    help: first.help || second.help,
    quiet: first.quiet + second.quiet,
    verbose: first.verbose + second.verbose,
    cd: second.cd ?? first.cd,
    'wait-for-lock': first['wait-for-lock'] || second['wait-for-lock'],
  };
}

export function verbosityOf({ quiet, verbose }: Pick<EverywhereValues, 'quiet' | 'verbose'>): Verbosity {
  if (quiet > 0 && verbose > 0) throw new UsageError('`-q` and `-v` exclude each other');
  if (quiet > 0) return quiet > 1 ? 'silent' : 'quiet';
  return verbose > 0 ? 'verbose' : 'default';
}
