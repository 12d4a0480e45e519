/** What moves the cursor, colours, rings, begins a line or turns the direction of writing: C0, DEL, C1, the separators of lines, bidi overrides. */
const unprintable = /[\p{Cc}\u2028-\u202E\u2066-\u2069]/gu;

/** The same without what whole texts are made of: line ends, tabs, and the colours that {@link Paint} puts in. */
// oxlint-disable-next-line no-control-regex -- it is what colours begin with
const unprintableInText = /(?!\t|\n|\u001B\[[\d;]*m)[\p{Cc}\u2028-\u202E\u2066-\u2069]/gu;

const named: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` };

/** A text that holds names of somebody else, as one line that cannot speak to a terminal: `ev\x1b]0;title\x07il`. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, escaped);
}

/** The same for lines of which some are painted: a last resort, since a line break or a colour inside of a name passes. */
export function printableText(text: string): string {
  return text.replaceAll(unprintableInText, escaped);
}

/** A result (lists and maps of texts in any depth) in which every text is {@link printable}. */
export function printableResult<T>(result: T): T {
  return walk(result) as T;
}

function walk(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) return value.map(walk);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [printable(key), walk(inner)]));
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return (
    named[character] ??
    (code < 0x80 ? String.raw`\x${code.toString(16).padStart(2, '0')}` : String.raw`\u${code.toString(16).padStart(4, '0')}`)
  );
}
