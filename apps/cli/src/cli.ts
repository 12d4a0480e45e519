import { findCommand, splitGlobalWords } from './arguments/find-command.ts';
import { beforeCommand, everywhere, type EverywhereValues, verbosityOf } from './arguments/global-options.ts';
import type { OptionValues } from './arguments/option-spec.ts';
import { parseArguments } from './arguments/parse-arguments.ts';
import { UsageError } from './arguments/usage-error.ts';
import type { CliHost } from './cli-host.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { printReport, reportOf } from './output/error-report.ts';
import { createPrinter, type Printer } from './output/printer.ts';
import { runCommand } from './run-command.ts';

/** Runs one command line and resolves with its exit code; never rejects. `argv` is without the program. */
export async function runCli(argv: readonly string[], host: CliHost): Promise<number> {
  let printer = createPrinter({ ...host, verbosity: 'default' });
  try {
    const { before, after } = splitGlobalWords(argv);
    const options = parseArguments(before, beforeCommand, {}).options as OptionValues<typeof beforeCommand>;
    printer = createPrinter({ ...host, verbosity: verbosityOf(options) });
    if (options.version) {
      printer.always(host.version);
      return exitCodes.done;
    }
    const found = findCommand(after);
    if (found.kind === 'command') return await runCommand(found.entry, found.words, { before: options, host });

    const own = parseArguments(found.words, everywhere, {}).options as EverywhereValues;
    return await showOverview(found.group, { wanted: options.help || own.help, printer, columns: host.stdout.columns });
  } catch (error) {
    printReport(printer, reportOf(error));
    return exitCodeOf(error, 1);
  }
}

/** Help when it was asked for; else a reminder and an error. */
async function showOverview(
  group: string,
  { wanted, printer, columns }: { readonly wanted: boolean; readonly printer: Printer; readonly columns: number | undefined },
): Promise<number> {
  const { overviewHelp } = await import('./help/overview-help.ts');
  const text = overviewHelp(group, columns);
  if (!wanted) {
    printer.note(text.split('\n'));
    throw new UsageError(group === '' ? 'no command given' : `no command given after '${group}'`);
  }
  printer.always(text);
  return exitCodes.done;
}
