/**
 * A command line as its words, by the quoting rules of a POSIX shell and nothing else of it: no variables, no wildcards, no operators
 * (Python's `shlex.split`, which DVC uses). `undefined` when a quote or an escape is not finished.
 */
export function splitCommand(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (quote === "'") {
      if (character === "'") quote = undefined;
      else word += character;
    } else if (character === '\\') {
      at += 1;
      if (at === line.length) return undefined;
      const escaped = line.charAt(at);
      word = `${word ?? ''}${quote === '"' && !'"\\'.includes(escaped) ? '\\' : ''}${escaped}`;
    } else if (quote === '"') {
      if (character === '"') quote = undefined;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/u.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = `${word ?? ''}${character}`;
    }
  }
  if (quote !== undefined) return undefined;
  if (word !== undefined) words.push(word);
  return words;
}
