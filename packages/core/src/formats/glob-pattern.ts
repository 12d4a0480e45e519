/**
 * Turns one segment of a gitignore pattern (no `/` in it) into the source of a regular expression with the `u` flag: `*`, `?`, `[a-z]`,
 * `[!a]` and backslash escapes. `undefined` for what git discards: a bracket that never closes, a range upside down, a backslash at the end.
 */
export function globSegmentSource(segment: string): string | undefined {
  const characters = Array.from(segment);
  let source = '';
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? '';
    if (character === '*') {
      source += '[^/]*';
    } else if (character === '?') {
      source += '[^/]';
    } else if (character === '[') {
      const close = closingBracket(characters, index);
      if (close === -1) {
        return undefined;
      }
      source += bracketSource(characters.slice(index + 1, close));
      index = close;
    } else if (character === '\\') {
      index += 1;
      const escaped = characters[index];
      if (escaped === undefined) {
        return undefined;
      }
      source += escapeRegExp(escaped);
    } else {
      source += escapeRegExp(character);
    }
  }
  return isRegExp(source) ? source : undefined;
}

/** Where the bracket expression that opens at `open` closes: a `]` right at its start is one of its characters. */
function closingBracket(characters: readonly string[], open: number): number {
  const negated = characters[open + 1] === '!' || characters[open + 1] === '^';
  return characters.indexOf(']', open + (negated ? 3 : 2));
}

function bracketSource(content: readonly string[]): string {
  const negated = content[0] === '!' || content[0] === '^';
  const members = negated ? content.slice(1) : content;
  return `[${negated ? '^' : ''}${members.map((member) => (member === '-' ? '-' : escapeRegExp(member))).join('')}]`;
}

/** Escapes what has a meaning in a regular expression, inside and outside of brackets. */
function escapeRegExp(text: string): string {
  return text.replaceAll(/[\^$\\.*+?()[\]{}|/]/g, String.raw`\$&`);
}

function isRegExp(source: string): boolean {
  try {
    return new RegExp(source, 'u').source !== '';
  } catch {
    return false;
  }
}
