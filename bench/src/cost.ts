import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, type RunOptions } from '../../e2e/harness/run.ts';

const measure = join(import.meta.dirname, '..', '..', 'e2e', 'harness', 'measure.py');

/** What one command cost: seconds of the processor for its whole process tree, seconds by the clock, bytes of its largest process. */
export interface Cost {
  readonly cpu: number;
  readonly wall: number;
  readonly peak: number;
}

/** Runs a command in a process tree of its own and measures it. Rejects when it fails: a failed run has no meaningful cost. */
export async function costOf(command: readonly string[], options: RunOptions): Promise<Cost> {
  const report = join(options.env['TMPDIR'] ?? '/tmp', 'cost.json');
  const { code, stdout, stderr } = await run('dvc-python', [measure, report, ...command], options);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code} in ${options.cwd}\n${stdout}${stderr}`);
  return JSON.parse(readFileSync(report, 'utf8')) as Cost;
}

/** The median of each figure by itself. */
export function medianCost(costs: readonly Cost[]): Cost {
  return {
    cpu: median(costs.map(({ cpu }) => cpu)),
    wall: median(costs.map(({ wall }) => wall)),
    peak: median(costs.map(({ peak }) => peak)),
  };
}

/** `NaN` of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
