import { type Cost, medianCost } from './cost.ts';

/** All costs of a run, by what was done and by whom, in the order in which they first came. */
export interface Ledger {
  note(line: string, who: string, cost: Cost): void;
  /** A Markdown table of medians: for everybody CPU, wall and peak, and how many times as fast as `base` the `subject` is. */
  table(base: string, subject: string): string;
}

export function openLedger(): Ledger {
  const lines = new Map<string, Map<string, Cost[]>>();
  const names = new Set<string>();
  return {
    note(line, who, cost) {
      names.add(who);
      const byName = lines.get(line) ?? new Map<string, Cost[]>();
      lines.set(line, byName);
      byName.set(who, [...(byName.get(who) ?? []), cost]);
    },
    table(base, subject) {
      const columns = [base, subject, ...[...names].filter((name) => name !== base && name !== subject)];
      const rows = [...lines].map(([line, byName]) => {
        const medians = new Map([...byName].map(([name, costs]) => [name, medianCost(costs)]));
        return [line, ...columns.map((name) => costCell(medians.get(name))), ratioCell(medians.get(base), medians.get(subject))];
      });
      return aligned([['', ...columns.map((name) => `${name}: CPU s, wall s, peak MB`), `${subject} is faster: CPU, wall`], ...rows]);
    },
  };
}

function costCell(cost: Cost | undefined): string {
  return cost === undefined
    ? ''
    : [cost.cpu.toFixed(2), cost.wall.toFixed(2), (cost.peak / 1e6).toFixed(0)].map((figure) => figure.padStart(6)).join(' ');
}

function ratioCell(base: Cost | undefined, subject: Cost | undefined): string {
  if (base === undefined || subject === undefined) return '';
  return `${(base.cpu / subject.cpu).toFixed(1)}×, ${(base.wall / subject.wall).toFixed(1)}×`;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)].join('\n');
}
