import type { Page } from './yaml-page.ts';
import { bestWidth, codePoints } from './yaml-scalar.ts';
import type { BlockStyle } from './yaml-styled.ts';

/** Writes `|` or `>`, the hints a reader needs, and the text on lines of their own at `indent`. */
export function writeBlockScalar(page: Page, { text, style, indent }: { text: string; style: BlockStyle; indent: number }): void {
  page.write(style.indicator + hints(text) + style.comment);
  const lines = style.lines ?? (style.indicator === '|' ? literalLines(text) : foldedLines(text, indent));
  for (const line of lines) {
    page.breakLine(line === '' ? 0 : indent);
    page.write(line);
  }
}

/** `2` before a text that begins with white space, `-` for one that does not end its last line, `+` for one with blank lines at its end. */
function hints(text: string): string {
  const indentation = /^[ \n]/u.test(text) ? '2' : '';
  const chomping = text.endsWith('\n') ? (/^\n?$|\n\n$/u.test(text) ? '+' : '') : '-';
  return indentation + chomping;
}

/** The lines between which the text has its breaks; its last break is the end of the last line. */
function literalLines(text: string): string[] {
  return text.replace(/\n$/u, '').split('\n');
}

/** In a folded scalar a single break reads as a space, so a break of the text needs two, but not beside lines that begin with a space. */
function foldedLines(text: string, indent: number): string[] {
  const lines: string[] = [];
  let previous: string | undefined;
  for (const line of literalLines(text)) {
    const between = previous !== undefined && previous !== '' && line !== '' && !previous.startsWith(' ') && !line.startsWith(' ');
    lines.push(...(between ? [''] : []), ...wrap(line, indent));
    previous = line;
  }
  return lines;
}

/** Ends a line at the first single space behind column 80. */
function wrap(line: string, indent: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const part of line.match(/ +|[^ ]+/gu) ?? ['']) {
    if (part === ' ' && current !== '' && !line.startsWith(' ') && indent + codePoints(current) > bestWidth) {
      lines.push(current);
      current = '';
    } else {
      current += part;
    }
  }
  return [...lines, current];
}
