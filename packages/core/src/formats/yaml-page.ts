import { codePoints } from './yaml-scalar.ts';
import type { Trivia } from './yaml-styled.ts';

/** Text in the making. Knows the column it has reached, in code points. */
export class Page {
  readonly #lines: string[] = [];
  #line = '';

  get column(): number {
    return codePoints(this.#line);
  }

  /** Adds text, which may hold line breaks. */
  write(text: string): void {
    if (!text.includes('\n')) {
      this.#line += text;
      return;
    }
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    this.#lines.push(...lines);
  }

  /** Begins a line at the column. */
  breakLine(column: number): void {
    this.#lines.push(this.#line);
    this.#line = ' '.repeat(column);
  }

  /** Adds what followed a value in the file it was read from. A comment keeps its column where there is room. */
  writeTrivia(trivia: Trivia | undefined): void {
    if (trivia === undefined) {
      return;
    }
    if (trivia.text.startsWith('#')) {
      this.write(' '.repeat(Math.max(trivia.column - this.column, 1)));
    }
    this.write(trivia.text);
  }

  /** All of it, with a line break at the end. */
  text(): string {
    return `${[...this.#lines, this.#line].join('\n')}\n`;
  }
}
