import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run, type Outcome, type RunOptions } from './run.ts';

/** The built program. */
export const datapinProgram: string = join(import.meta.dirname, '..', '..', 'apps', 'cli', 'bin', 'datapin.mjs');

/** Runs the built program. Rejects when there is none. */
export function runDatapin(args: readonly string[], options: RunOptions): Promise<Outcome> {
  if (!existsSync(datapinProgram)) throw new Error('datapin is not built; run these tests with `npm run test:real`');
  return run(process.execPath, [datapinProgram, ...args], options);
}
