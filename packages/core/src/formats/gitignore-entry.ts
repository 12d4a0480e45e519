/** Characters with a meaning in a gitignore pattern (pathspec `GitWildMatchPattern.escape`, which DVC uses). A trailing space is not among them. */
const special = /[\\[\]!*#?]/gu;

/** The line that makes git ignore a file or directory beside the `.gitignore`: anchored, special characters escaped. */
export function gitignoreEntry(name: string): string {
  return `/${name.replaceAll(special, String.raw`\$&`)}`;
}

/** A `.gitignore` with the entry for `name` at its end (DVC: `Git._add_entry_to_gitignore`). One that has the entry already stays as it is. */
export function addGitignoreEntry(text: string, name: string): string {
  const entry = gitignoreEntry(name);
  if (text.split('\n').includes(entry)) return text;
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${gap}${entry}\n`;
}
