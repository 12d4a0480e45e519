import { TemplateProblem } from './template-problem.ts';

/** A `${…}` in a text. */
export interface TemplateExpression {
  readonly start: number;
  readonly end: number;
  /** The words of `a.b[0]`: `a`, `b`, `0`. */
  readonly words: readonly string[];
  /** What stands between the braces, all words joined by dots. */
  readonly text: string;
}

/** A backslash in front keeps `${` as it is; the first `}` ends it (DVC: `interpolate.KEYCRE`). */
const expressionPattern = /(?<!\\)\$\{([^\n]*?)\}/g;

/** Words are anything but `.`, `[` and `]`; further ones follow a dot or stand in brackets. */
const wordsPattern = /^[^.[\]]+(?:\.[^.[\]]+|\[[^.[\]]+\])*$/u;

/** All expressions of a text, in order. Throws a {@link TemplateProblem} for one that is malformed. */
export function findExpressions(text: string): TemplateExpression[] {
  return [...text.matchAll(expressionPattern)].map((match) => {
    const inner = match[1] ?? '';
    if (!wordsPattern.test(inner)) {
      throw new TemplateProblem(`'${match[0]}' is not a valid expression`);
    }
    const text = inner.replaceAll('[', '.').replaceAll(']', '');
    return { start: match.index, end: match.index + match[0].length, words: text.split('.').map((word) => word.trim()), text };
  });
}

/** Whether the text holds any `${…}`, well-formed or not. */
export function hasExpression(text: string): boolean {
  return text.search(expressionPattern) !== -1;
}
