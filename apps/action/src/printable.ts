const named: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t`, '\\': String.raw`\\` };

/**
 * A text that holds names from the repository, as one line that only looks like what it is: control characters, line separators and marks that turn
 * the direction of writing are escaped, and so is what the runner takes for a command in the middle of a line (`##[…]`).
 */
export function printable(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]|\\(?=[nrtxu\\])/gu, (character) => named[character] ?? hex(character))
    .replaceAll('##[', String.raw`#\x23[`);
}

function hex(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? String.raw`\x${code.toString(16).padStart(2, '0')}` : String.raw`\u{${code.toString(16)}}`;
}

/** A text for a place in HTML, the job summary's language. */
export function html(text: string): string {
  return escapeHtml(printable(text));
}

/** The same for a text that is printable already. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"'`]/gu, (character) => `&#${character.charCodeAt(0)};`);
}
