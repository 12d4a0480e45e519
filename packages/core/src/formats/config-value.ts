/** A value of a configuration file: text, or a list where unquoted commas stand. */
export type ConfigValue = string | readonly string[];

/** The value of one line cannot be read, or a value cannot be written. The caller knows file and line. */
export class ConfigValueProblem extends Error {}

/** Where a value's text ends and what it is. */
interface Scanned {
  readonly item: string;
  readonly end: number;
}

/**
 * Reads what stands behind the `=` of a line: a text, quoted or bare; a list of them, separated by commas; a comment after `#`.
 * (Python's ConfigObj with `list_values`.) Throws a {@link ConfigValueProblem} for anything else.
 */
export function parseConfigValue(text: string): ConfigValue {
  if (/^,\s*(?:#|$)/.test(text)) {
    return [];
  }
  const items: string[] = [];
  let position = 0;
  for (;;) {
    if (isEnd(text, position)) {
      return items.length === 0 ? '' : items;
    }
    const { item, end } = quotes.has(text[position] ?? '') ? scanQuoted(text, position) : scanBare(text, position);
    if (text[end] !== ',') {
      return items.length === 0 ? item : [...items, item];
    }
    items.push(item);
    position = skipBlanks(text, end + 1);
  }
}

const quotes = new Set(['"', "'"]);

/** The closing quote is the first one that a comma, a comment or the end of the line follows; others belong to the text. */
function scanQuoted(text: string, start: number): Scanned {
  const quote = text[start] ?? '';
  for (let close = text.indexOf(quote, start + 1); close !== -1; close = text.indexOf(quote, close + 1)) {
    const end = skipBlanks(text, close + 1);
    if (text[end] === ',' || isEnd(text, end)) {
      return { item: text.slice(start + 1, close), end };
    }
  }
  throw new ConfigValueProblem('Parse error in value');
}

function scanBare(text: string, start: number): Scanned {
  const length = text.slice(start).search(/[,#]/);
  const end = length === -1 ? text.length : start + length;
  if (end === start) {
    throw new ConfigValueProblem('Parse error in value');
  }
  return { item: text.slice(start, end).trimEnd(), end };
}

function skipBlanks(text: string, start: number): number {
  let position = start;
  while (position < text.length && (text[position] ?? '').trim() === '') position += 1;
  return position;
}

/** Whether nothing but a comment follows. */
function isEnd(text: string, position: number): boolean {
  return position >= text.length || text[position] === '#';
}

/** Writes a value the way ConfigObj does. Throws a {@link ConfigValueProblem} for a text that no quotes can hold. */
export function printConfigValue(value: ConfigValue): string {
  if (typeof value === 'string') {
    return needsTripleQuotes(value) ? tripleQuoted(value) : printConfigName(value);
  }
  const [only] = value;
  if (value.length === 1 && only !== undefined) {
    return `${printConfigName(only)},`;
  }
  return value.length === 0 ? ',' : value.map(printConfigName).join(', ');
}

/** Writes the name of a section or an option, or an item of a list: on one line, quoted only where it must be. */
export function printConfigName(text: string): string {
  if (text.includes('\n')) {
    throw unquotable();
  }
  const mustBeQuoted = text === '' || /^[ \r\n\v\t'"]|[ \r\n\v\t'"]$|[,#]/.test(text);
  if (!mustBeQuoted) {
    return text;
  }
  if (text.includes('"') && text.includes("'")) {
    throw unquotable();
  }
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}

function needsTripleQuotes(text: string): boolean {
  return text.includes('\n') || (text.includes('"') && text.includes("'"));
}

function tripleQuoted(text: string): string {
  if (!text.includes("'''")) {
    return `'''${text}'''`;
  }
  if (text.includes('"""')) {
    throw unquotable();
  }
  return `"""${text}"""`;
}

function unquotable(): ConfigValueProblem {
  return new ConfigValueProblem('the value holds quotes of both kinds in a way that the configuration file cannot hold');
}
