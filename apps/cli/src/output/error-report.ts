import { DatapinError } from '@datapin/core';
import { isStorageError } from '@datapin/storage';

import { UsageError } from '../arguments/usage-error.ts';
import type { Printer } from './printer.ts';

/** A failure as the user sees it, and as `--json` prints it under `error`. */
export interface ErrorReport {
  /** Stable; an `ErrorCode` of core, or `usage`, or `unexpected`. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly details?: readonly ErrorReport[];
}

/** Turns anything that was thrown into a report. What nobody foresaw is `unexpected` and says that it is a bug. */
export function reportOf(error: unknown): ErrorReport {
  if (error instanceof DatapinError) {
    const details = error.details.map(reportOf);
    return { code: error.code, message: error.message, ...hinted(error.hint), ...(details.length === 0 ? {} : { details }) };
  }
  if (error instanceof UsageError) return { code: error.code, message: error.message, ...hinted(error.hint) };
  if (isStorageError(error)) return { code: error.code, message: error.message, ...hinted(error.hint) };
  const system = systemErrorReport(error);
  if (system !== undefined) return system;
  return {
    code: 'unexpected',
    message: `unexpected error - ${error instanceof Error ? error.message || error.name : String(error)}`,
    hint: 'This is a bug in datapin. Please report it with what the same command prints with `-v`.',
  };
}

function hinted(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint };
}

const systemCodes: Readonly<Record<string, readonly [code: string, words: string]>> = {
  ENOSPC: ['disk-full', 'no space is left on the disk'],
  EDQUOT: ['disk-full', 'the disk quota is used up'],
  EACCES: ['permission-denied', 'permission denied'],
  EPERM: ['permission-denied', 'permission denied'],
  EROFS: ['read-only', 'the file system is read-only'],
  EMFILE: ['io-failed', 'too many open files'],
  ENFILE: ['io-failed', 'too many open files'],
  EIO: ['io-failed', 'input/output error'],
};

/** Refusals of the operating system are the user's business even where core did not expect them. */
function systemErrorReport(error: unknown): ErrorReport | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const known = systemCodes[error.code];
  if (known === undefined) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? `: '${error.path}'` : '';
  return { code: known[0], message: `${known[1]}${path}` };
}

const mostDetails = 20;

/** Prints a report to stderr: the message, the single failures behind it (the first twenty), the hint. */
export function printReport(printer: Printer, report: ErrorReport): void {
  const details = report.details ?? [];
  const lines = [report.message, ...details.slice(0, mostDetails).map((detail) => `  ${detail.message}`)];
  if (details.length > mostDetails) lines.push(`  … and ${details.length - mostDetails} more`);
  printer.error(lines, report.hint);
}
