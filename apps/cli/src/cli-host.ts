import type { Env } from './env-vars.ts';
import type { OutputStream } from './output/printer.ts';

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
  /** Milliseconds, from any start. */
  readonly now: () => number;
}
