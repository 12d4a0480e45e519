import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, type RunOptions } from '../../e2e/harness/run.ts';
import { findProgram } from '../../e2e/servers/server-process.ts';

const measure = join(import.meta.dirname, '..', '..', 'e2e', 'harness', 'measure.py');

/** What one command cost: seconds of the processor for its whole process tree, seconds by the clock, bytes of its largest process. */
export interface Cost {
  readonly cpu: number;
  readonly wall: number;
  readonly peak: number;
}

/** What to put in front of a command so that it is measured, and how to read what it cost. */
export function measured(folder: string): { readonly prefix: readonly string[]; readonly cost: () => Cost } {
  const report = join(folder, 'cost.json');
  return { prefix: [findProgram('dvc-python'), measure, report], cost: () => JSON.parse(readFileSync(report, 'utf8')) as Cost };
}

/** Runs a command in a process tree of its own and measures it. Rejects when it fails: a failed run has no meaningful cost. */
export async function costOf(command: readonly string[], options: RunOptions): Promise<Cost> {
  const { prefix, cost } = measured(options.env['TMPDIR'] ?? '/tmp');
  const [program = '', ...before] = prefix;
  const { code, stdout, stderr } = await run(program, [...before, ...command], options);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code} in ${options.cwd}\n${stdout}${stderr}`);
  return cost();
}

/** The median of each figure by itself. */
export function medianCost(costs: readonly Cost[]): Cost {
  return {
    cpu: median(costs.map(({ cpu }) => cpu)),
    wall: median(costs.map(({ wall }) => wall)),
    peak: median(costs.map(({ peak }) => peak)),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
