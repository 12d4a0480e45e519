import { DatapinError } from '@datapin/core';

import { everywhere } from './arguments/common-options.ts';
import { findCommand, splitGlobalWords } from './arguments/find-command.ts';
import type { FlagSpec, OptionTable, OptionValues, PositionalTable } from './arguments/option-spec.ts';
import { type ParsedArguments, parseArguments } from './arguments/parse-arguments.ts';
import { UsageError } from './arguments/usage-error.ts';
import type { Command, CommandCall, Outcome } from './commands/command.ts';
import type { CommandEntry } from './commands/registry.ts';
import type { Env } from './env-vars.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { type ErrorReport, printReport, reportOf } from './output/error-report.ts';
import { createPrinter, type OutputStream, type Printer, type Verbosity } from './output/printer.ts';
import { createReporter } from './reporters/reporter.ts';
import { createServices } from './services.ts';

/** Everything that the program has from the outside; tests hand in their own. */
export interface CliHost {
  readonly version: string;
  readonly cwd: string;
  readonly env: Env;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly readLines: () => AsyncIterable<string>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly now: () => number;
}

const globals: typeof everywhere & { readonly version: FlagSpec } = {
  ...everywhere,
  version: { kind: 'flag', short: 'V', description: 'Print the version.' },
};

type EverywhereValues = OptionValues<typeof everywhere>;

/** Runs one command line and resolves with its exit code; never rejects. `argv` is without the program. */
export async function runCli(argv: readonly string[], host: CliHost): Promise<number> {
  let printer = createPrinter({ ...host, verbosity: 'default' });
  try {
    const { before, after } = splitGlobalWords(argv);
    const first = parseArguments(before, globals, {}).options as OptionValues<typeof globals>;
    printer = createPrinter({ ...host, verbosity: verbosityOf(first) });
    if (first.version) {
      printer.always(host.version);
      return exitCodes.done;
    }
    const found = findCommand(after);
    if (found.kind === 'overview') {
      const { overviewHelp } = await import('./help/overview-help.ts');
      const wanted = first.help || (parseArguments(found.words, everywhere, {}).options as EverywhereValues).help;
      const text = overviewHelp(found.group, host.stdout.columns);
      if (wanted) printer.always(text);
      else {
        printer.note(text);
        throw new UsageError(found.group === '' ? 'no command given' : `no command given after '${found.group}'`);
      }
      return exitCodes.done;
    }
    return await runCommand(found.entry, found.words, { first, host });
  } catch (error) {
    printReport(printer, reportOf(error));
    return exitCodeOf(error, 1);
  }
}

async function runCommand(
  entry: CommandEntry,
  words: readonly string[],
  { first, host }: { first: EverywhereValues; host: CliHost },
): Promise<number> {
  const command = await entry.load();
  let printer = createPrinter({ ...host, verbosity: verbosityOf(first) });
  let json = words.includes('--json');
  try {
    const parsed = parseOrHelp(command, words);
    const both = merge(first, parsed?.options as EverywhereValues | undefined);
    if (parsed === undefined || both.help) {
      const { commandHelp } = await import('./help/command-help.ts');
      printer.always(commandHelp(entry, command, host.stdout.columns));
      return exitCodes.done;
    }
    json = parsed.options['json'] === true;
    printer = createPrinter({ ...host, verbosity: verbosityOf(both) });
    const reporter = createReporter({ printer, now: host.now });
    try {
      const context = { signal: host.signal, report: reporter.report, waitForLock: both['wait-for-lock'] };
      const services = createServices({ ...host, printer, context, cd: both.cd });
      const outcome = await command.run({ ...services, ...parsed } as CommandCall<OptionTable, PositionalTable>);
      reporter.stop();
      return printOutcome(outcome, { command, printer, json });
    } finally {
      reporter.stop();
    }
  } catch (error) {
    const known = host.signal.aborted ? new DatapinError('cancelled', 'interrupted by the user') : error;
    const report = prefixed(reportOf(known), command.failurePrefix);
    printReport(printer, report);
    if (error instanceof Error && known === error && report.code === 'unexpected') printer.detail(error.stack ?? '');
    if (json) printer.json({ error: report });
    return exitCodeOf(known, command.failureCode, command.exitCodes);
  }
}

function printOutcome(outcome: Outcome, { command, printer, json }: { command: Command; printer: Printer; json: boolean }): number {
  const { error } = outcome;
  if (json) printer.json(error === undefined ? outcome.json : { ...Object(outcome.json), error: withoutDetails(reportOf(error)) });
  else if (outcome.text !== '') printer.data(outcome.text);
  if (error === undefined) return outcome.exitCode ?? exitCodes.done;
  printReport(printer, prefixed(reportOf(error), command.failurePrefix));
  return exitCodeOf(error, command.failureCode, command.exitCodes);
}

/** The result itself lists what is missing or failed; once is enough. */
function withoutDetails({ details: _details, ...report }: ErrorReport): ErrorReport {
  return report;
}

/** `--help` wins over every mistake in the rest of the line: `undefined`. */
function parseOrHelp(command: Command, words: readonly string[]): ParsedArguments | undefined {
  try {
    return parseArguments(words, { ...everywhere, ...command.options }, command.positionals);
  } catch (error) {
    if (words.includes('--help') || words.includes('-h')) return undefined;
    throw error;
  }
}

function merge(first: EverywhereValues, second: EverywhereValues | undefined): EverywhereValues {
  if (second === undefined) return first;
  return {
    help: first.help || second.help,
    quiet: first.quiet + second.quiet,
    verbose: first.verbose + second.verbose,
    cd: second.cd ?? first.cd,
    'wait-for-lock': first['wait-for-lock'] || second['wait-for-lock'],
  };
}

function verbosityOf(options: Pick<EverywhereValues, 'quiet' | 'verbose'>): Verbosity {
  if (options.quiet > 0 && options.verbose > 0) throw new UsageError('`-q` and `-v` exclude each other');
  if (options.quiet > 0) return options.quiet > 1 ? 'silent' : 'quiet';
  return options.verbose > 0 ? 'verbose' : 'default';
}

/** DVC says `failed to push data to the cloud - reason`; wrong words on the command line and bugs are told as they are. */
function prefixed(report: ErrorReport, prefix: string | undefined): ErrorReport {
  const own =
    prefix === undefined ||
    report.code === 'usage' ||
    report.code === 'unexpected' ||
    report.code === 'not-a-repository' ||
    report.code === 'cancelled';
  return own ? report : { ...report, message: `${prefix} - ${report.message}` };
}
