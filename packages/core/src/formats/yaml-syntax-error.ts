import { DatapinError } from '../errors.ts';

/** What is wrong in a text, and where. */
export interface YamlProblem {
  readonly offset: number;
  readonly problem: string;
}

/** An `invalid-metafile` that names file, line and column; it tells when the text holds the markers of a merge conflict. */
export function syntaxError(text: string, file: string, { offset, problem }: YamlProblem): DatapinError {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  const conflict = /^(?:<{7}|={7}|>{7})(?: |$)/mu.test(text);
  return new DatapinError('invalid-metafile', `'${file}' is not valid YAML: line ${line}, column ${column}: ${problem}`, {
    ...(conflict && { hint: 'It holds the markers of an unresolved merge conflict.' }),
  });
}
