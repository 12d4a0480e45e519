import type { DatapinError, ErrorCode, OperationContext, Project, ProjectOptions } from '@datapin/core';

import type { OptionTable, OptionValues, PositionalTable, PositionalValues } from '../arguments/option-spec.ts';
import type { FailureCode } from '../exit-codes.ts';
import type { Printer } from '../output/printer.ts';

/** What the program hands to every command. */
export interface CommandServices {
  readonly printer: Printer;
  /** Signal and progress, for operations. */
  readonly context: OperationContext;
  readonly projectOptions: ProjectOptions;
  /** Words from standard input, line by line. */
  readonly readLines: () => AsyncIterable<string>;
  /** Finds the repository around the working directory. */
  readonly openProject: () => Promise<Project>;
}

/** What a command has to say at its end. The program prints it: `json` with `--json`, else `text`; then the error, if there is one. */
export interface Outcome {
  /** The document for `--json`: DVC's shape where DVC has one, else the one documented in docs/json-output.md. */
  readonly json: unknown;
  /** Lines for stdout; empty for nothing to say. */
  readonly text: string;
  /** What to do about it; for stderr, and not with `--json` or `-q`. */
  readonly hint?: string;
  /** For a command that did only a part of its work; decides the exit code. */
  readonly error?: DatapinError;
  /** Default 0. */
  readonly exitCode?: number;
}

export interface Example {
  readonly command: string;
  readonly meaning: string;
}

/** One call of a command: what was typed, and what the program provides. */
export interface CommandCall<T extends OptionTable, P extends PositionalTable> extends CommandServices {
  readonly options: OptionValues<T>;
  readonly positionals: PositionalValues<P>;
}

/** One command: its arguments, what help says, and what it does. One file each, loaded when it is called. */
export interface CommandSpec<T extends OptionTable, P extends PositionalTable> {
  /** Help's text below the summary: plain paragraphs. */
  readonly description?: string;
  readonly positionals: P;
  readonly options: T;
  readonly examples: readonly Example[];
  /** What a failure without an exit code of its own ends with. */
  readonly failureCode: FailureCode;
  /** Exit codes of single failures that differ from the general ones, as DVC's do. */
  readonly exitCodes?: Partial<Record<ErrorCode, number>>;
  /** What DVC puts before the reason: `failed to push data to the cloud`. */
  readonly failurePrefix?: string;
  /** What exit codes mean beyond the general table, for help. */
  readonly exitNotes?: Readonly<Record<number, string>>;
  /** Does it. Rejects when nothing was done. */
  run(call: CommandCall<T, P>): Promise<Outcome>;
}

/** A command whose tables are known at run time only. */
export type Command = CommandSpec<OptionTable, PositionalTable>;

/** Types a command's code by its tables, and forgets the tables' types for the program: the parser fills the values by the same tables. */
export function defineCommand<const T extends OptionTable, const P extends PositionalTable>(spec: CommandSpec<T, P>): Command {
  return spec;
}
