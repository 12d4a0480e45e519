import { DatapinError } from '@datapin/core';

import { everywhere, type EverywhereValues, mergeEverywhere, verbosityOf } from './arguments/global-options.ts';
import type { OptionTable, PositionalTable } from './arguments/option-spec.ts';
import { type ParsedArguments, parseArguments } from './arguments/parse-arguments.ts';
import type { CliHost } from './cli-host.ts';
import type { Command, CommandCall, Outcome } from './commands/command.ts';
import type { CommandEntry } from './commands/registry.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { type ErrorReport, printReport, reportOf } from './output/error-report.ts';
import { createPrinter, type Printer } from './output/printer.ts';
import { createReporter } from './reporters/reporter.ts';
import { createServices } from './services.ts';

/** How results and errors of this call are shown. */
interface Presentation {
  readonly command: Command;
  printer: Printer;
  json: boolean;
}

/** Loads a command, reads its words, runs it, prints what it has to say; resolves with the exit code. */
export async function runCommand(
  entry: CommandEntry,
  words: readonly string[],
  { before, host }: { readonly before: EverywhereValues; readonly host: CliHost },
): Promise<number> {
  const command = await entry.load();
  const shown: Presentation = {
    command,
    printer: createPrinter({ ...host, verbosity: verbosityOf(before) }),
    json: words.includes('--json'),
  };
  try {
    const parsed = parseOrHelp(command, words);
    const options = parsed === undefined ? before : mergeEverywhere(before, parsed.options as EverywhereValues);
    if (parsed === undefined || options.help) {
      const { commandHelp } = await import('./help/command-help.ts');
      shown.printer.always(commandHelp(entry, command, host.stdout.columns));
      return exitCodes.done;
    }
    shown.json = parsed.options['json'] === true;
    shown.printer = createPrinter({ ...host, verbosity: verbosityOf(options) });
    shown.printer.detail(`datapin ${host.version}, Node.js ${process.versions.node}, ${process.platform} ${process.arch}`);
    const outcome = await execute(parsed, options, { shown, host });
    return printOutcome(outcome, shown);
  } catch (error) {
    return printFailure(host.signal.aborted ? new DatapinError('cancelled', 'interrupted by the user') : error, shown);
  }
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

async function execute(
  parsed: ParsedArguments,
  options: EverywhereValues,
  { shown, host }: { readonly shown: Presentation; readonly host: CliHost },
): Promise<Outcome> {
  const reporter = createReporter({ printer: shown.printer, now: host.now });
  try {
    const context = { signal: host.signal, report: reporter.report, waitForLock: options['wait-for-lock'] };
    const services = createServices({ ...host, printer: shown.printer, context, cd: options.cd });
    return await shown.command.run({ ...services, ...parsed } as CommandCall<OptionTable, PositionalTable>);
  } finally {
    reporter.stop();
  }
}

function printOutcome(outcome: Outcome, { command, printer, json }: Presentation): number {
  const { error } = outcome;
  if (json) printer.json(error === undefined ? outcome.json : { ...Object(outcome.json), error: withoutDetails(reportOf(error)) });
  else if (outcome.text !== '') printer.data(outcome.text);
  if (!json && outcome.hint !== undefined) printer.hint(outcome.hint);
  if (error !== undefined) printReport(printer, prefixed(reportOf(error), command.failurePrefix));
  return outcome.exitCode ?? (error === undefined ? exitCodes.done : exitCodeOf(error, command.failureCode, command.exitCodes));
}

function printFailure(error: unknown, { command, printer, json }: Presentation): number {
  const report = prefixed(reportOf(error), command.failurePrefix);
  printReport(printer, report);
  if (error instanceof Error) {
    if (report.code === 'unexpected') printer.detail((error.stack ?? '').split('\n'));
    for (let { cause } = error; cause instanceof Error; { cause } = cause) printer.detail(`caused by: ${cause.message}`);
  }
  if (json) printer.json({ error: report });
  return exitCodeOf(error, command.failureCode, command.exitCodes);
}

/** The result itself lists what is missing or failed; once is enough. */
function withoutDetails({ details: _details, ...report }: ErrorReport): ErrorReport {
  return report;
}

/** Failures that have nothing to do with what the command was about. */
const plainCodes: ReadonlySet<string> = new Set(['usage', 'unexpected', 'not-a-repository', 'cancelled']);
/** Failures of the settings, which any command may meet. */
const settingsCodes: ReadonlySet<string> = new Set(['invalid-config', 'config-conflict']);

/** DVC says `failed to push data to the cloud - reason`, and `configuration error - reason` whatever the command was. */
function prefixed(report: ErrorReport, prefix: string | undefined): ErrorReport {
  const own = settingsCodes.has(report.code) ? 'configuration error' : prefix;
  return own === undefined || plainCodes.has(report.code) ? report : { ...report, message: `${own} - ${report.message}` };
}
