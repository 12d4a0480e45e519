/** Breaks a text into lines of at most `width` letters at its spaces; an overlong word has a line of its own. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Options without a letter begin six spaces in; what stands below a name is further in than any of them. */
const below = ' '.repeat(10);

/**
 * Rows of `name   explanation`: names padded to one column (at least `nameWidth`), explanations wrapped beside it, or below it where the
 * terminal is narrow.
 */
export function twoColumns(rows: readonly (readonly [name: string, text: string])[], width: number, nameWidth = 0): string {
  const longest = Math.max(nameWidth, ...rows.map(([name]) => name.length));
  const column = Math.min(longest, 30) + 4;
  const narrow = width - column < 30;
  return rows
    .flatMap(([name, text]) => {
      if (narrow) return [`  ${name}`, ...wrap(text, Math.max(width - below.length, 20)).map((line) => below + line)];
      const [first = '', ...rest] = wrap(text, width - column);
      const head = name.length + 4 > column ? [`  ${name}`, `${' '.repeat(column)}${first}`] : [`  ${name.padEnd(column - 2)}${first}`];
      return [...head, ...rest.map((line) => `${' '.repeat(column)}${line}`)];
    })
    .join('\n');
}

/** The width help is set in: the terminal's, but never wider than is good to read. */
export function helpWidth(columns: number | undefined): number {
  return Math.max(40, Math.min(columns ?? 80, 100));
}
