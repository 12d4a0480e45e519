/** The MIME type that makes a file a folder. */
export const folderType = 'application/vnd.google-apps.folder';

/** A name looked for in folders that are one to whoever reads (Drive allows several of the same name). */
export interface NameQuestion {
  readonly parents: readonly string[];
  readonly name: string;
}

/** A value in the search language: https://developers.google.com/workspace/drive/api/guides/ref-search-terms. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** Everything in these folders that is not in the trash; `folders` alone where asked for. */
export function childrenOf(parents: readonly string[], only?: 'folders'): string {
  const kind = only === 'folders' ? [`mimeType = ${quoted(folderType)}`] : [];
  return present([...kind, anyParent(parents)]);
}

/** Whatever has one of these names in its folders. Drive compares names without regard to case: whoever asks compares again. */
export function namedChildren(questions: readonly NameQuestion[]): string {
  const each = questions.map(({ parents, name }) => `name = ${quoted(name)} and ${anyParent(parents)}`);
  const [only] = each;
  return present([each.length === 1 && only !== undefined ? only : `(${each.map((clause) => `(${clause})`).join(' or ')})`]);
}

function anyParent(parents: readonly string[]): string {
  const each = parents.map((id) => `${quoted(id)} in parents`);
  return each.length === 1 ? each.join('') : `(${each.join(' or ')})`;
}

/** The trash answers queries like any folder: no query may go out without this. */
function present(conditions: readonly string[]): string {
  return [...conditions, 'trashed = false'].join(' and ');
}
