/** Columns side by side, two spaces between, as DVC's plain tables; the first one may be set right. */
export function plainTable(rows: readonly (readonly string[])[], firstRight: boolean): string {
  const widths = columnWidths(rows);
  return rows
    .map((row) =>
      row
        .map((cell, at) =>
          at === 0 && firstRight ? cell.padStart(widths[at] ?? 0) : at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}

/** A table in GitHub's Markdown, with the spacing of DVC's. */
export function markdownTable(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = columnWidths([headers.map((header) => `${header}  `), ...rows]);
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(headers), rule, ...rows.map(line)].join('\n');
}

function columnWidths(rows: readonly (readonly string[])[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  return widths;
}
