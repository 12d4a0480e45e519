import { isPlainString } from './yaml-plain.ts';

/** Where on the page a scalar is written. Columns count code points from 0. */
export interface ScalarPlace {
  /** Column of the scalar's first character. */
  readonly column: number;
  /** Column of continuation lines. */
  readonly indent: number;
  /** Inside `[…]` or `{…}`, where commas and brackets need quotes. */
  readonly flow: boolean;
  /** A mapping's key that stands on one line. */
  readonly key: boolean;
}

/** Lines are folded behind this column. */
export const bestWidth = 80;

/** Most strings are: nothing in them can need quotes. */
const simple = /^\w[\w./-]*$/;
const breaks = '\\n\\u0085\\u2028\\u2029';
const white = `[\\0 \\t\\r${breaks}]`;
const blockIndicator = new RegExp(`^(?:---|\\.\\.\\.|[#,[\\]{}&*!|>'"%@\`]|[?:-](?:${white}|$))|.:(?:${white}|$)|${white}#`, 'su');
const flowIndicator = /[,[\]{}]|^[?:]$/u;
const lineBreak = new RegExp(`[${breaks}]`, 'u');
/** Written only as an escape: controls, byte order mark, lone surrogates. */
const special = /[^\n\x20-\x7e\u0085\u00a0-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]|\p{Cs}/u;
const outerWhite = new RegExp(`^[ ${breaks}]|[ ${breaks}]$`, 'u');
const spaceAtBreak = new RegExp(` [${breaks}]|[${breaks}] `, 'u');

/** Whether a key is written without a leading `?`: on one line, and with the five characters of its tag shorter than 128. */
export function isSimpleKey(text: string): boolean {
  return codePoints(text) + '!!str'.length < 128 && !lineBreak.test(text);
}

/**
 * A string as the dumper of ruamel.yaml 0.19.1 writes it in DVC's configuration: plain where it reads back as the same string, single quotes
 * where they do, double quotes otherwise, folded at column 80. What ruamel.yaml writes so that nobody
 * can read it back (U+0085; a plain scalar folded at several spaces, or as a key; some double-quoted ones with escapes) is written in double quotes so
 * that both tools read it.
 */
export function layoutString(text: string, place: ScalarPlace): string {
  if (simple.test(text) && place.column + text.length <= bestWidth && isPlainString(text)) {
    return text;
  }
  if (isPlainString(text) && allowsPlain(text, place.flow)) {
    const plain = layoutPlain(text, place);
    if (plain !== undefined) {
      return plain;
    }
  } else if (allowsSingleQuotes(text, place.key)) {
    return layoutSingleQuoted(text, place);
  }
  return layoutDoubleQuoted(text, place);
}

/** A scalar that is not a string (`true`, `1.0`); nothing but its width matters. */
export function layoutToken(text: string, { column, indent }: Pick<ScalarPlace, 'column' | 'indent'>): string {
  return column > indent && column + codePoints(text) > bestWidth ? `\n${' '.repeat(indent)}${text}` : text;
}

/** Length in code points, which is what Python counts. */
export function codePoints(text: string): number {
  return /[\ud800-\udbff]/.test(text) ? Array.from(text).length : text.length;
}

function allowsPlain(text: string, flow: boolean): boolean {
  return !(
    lineBreak.test(text) ||
    special.test(text) ||
    outerWhite.test(text) ||
    blockIndicator.test(text) ||
    (flow && flowIndicator.test(text))
  );
}

function allowsSingleQuotes(text: string, key: boolean): boolean {
  return !(/['\n\u0085]/u.test(text) || special.test(text) || spaceAtBreak.test(text) || (key && lineBreak.test(text)));
}

/** `undefined` when the folded text would not read back. */
function layoutPlain(text: string, { column, indent, key }: ScalarPlace): string | undefined {
  const newLine = `\n${' '.repeat(indent)}`;
  let result = '';
  let at = column;
  let spaces = 0;
  for (const part of text.match(/ +|[^ ]+/gu) ?? []) {
    if (part.startsWith(' ')) {
      spaces = part.length;
      const folds = spaces === 1 && at >= bestWidth && !key;
      result += folds ? newLine : part;
      at = folds ? indent : at + spaces;
      continue;
    }
    const length = codePoints(part);
    if (at + length > bestWidth && at > indent) {
      if (spaces > 1 || (key && result !== '')) {
        return undefined;
      }
      result += newLine;
      at = indent;
    }
    result += part;
    at += length;
  }
  return result;
}

function layoutSingleQuoted(text: string, { column, indent, key }: ScalarPlace): string {
  const pad = ' '.repeat(indent);
  let result = "'";
  let at = column + 1;
  let done = 0;
  for (const part of text.match(/ +|[\u2028\u2029]+|[^ \u2028\u2029]+/gu) ?? []) {
    done += part.length;
    const inside = done > part.length && done < text.length;
    if (part === ' ' && at > bestWidth && !key && inside) {
      result += `\n${pad}`;
      at = indent;
    } else if (/^[\u2028\u2029]/u.test(part)) {
      result += part + pad;
      at = indent;
    } else {
      result += part;
      at += codePoints(part);
    }
  }
  return `${result}'`;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['\0', '0'],
  ['\u0007', 'a'],
  ['\b', 'b'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\v', 'v'],
  ['\f', 'f'],
  ['\r', 'r'],
  ['\u001b', 'e'],
  ['"', '"'],
  ['\\', '\\'],
  ['\u0085', 'N'],
  ['\u00a0', '_'],
  ['\u2028', 'L'],
  ['\u2029', 'P'],
]);
const escaped = /["\\\u0085\u2028\u2029\ufeff]|[^\x20-\x7e\u00a0-\ufffd\u{10000}-\u{10ffff}]|\p{Cs}/u;

function escape(character: string): string {
  const known = escapes.get(character);
  if (known !== undefined) {
    return `\\${known}`;
  }
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  return code <= 0xff ? `\\x${hex.padStart(2, '0')}` : code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/**
 * A run of unescaped characters is held back until it must be written; behind each character the line may end when run and line together are too
 * long. A line ends bare, and the reader puts a space there, where a held run ends at a single space; elsewhere it ends in a backslash.
 */
function layoutDoubleQuoted(text: string, { column, indent, key }: ScalarPlace): string {
  const characters = Array.from(text);
  const count = characters.length;
  let result = '"';
  let at = column + 1;
  let start = 0;
  for (let end = 0; end <= count; end += 1) {
    const character = characters[end];
    if (character === undefined || escaped.test(character)) {
      const run = characters.slice(start, Math.max(start, end)).join('');
      const escape_ = character === undefined ? '' : escape(character);
      result += run + escape_;
      at += Math.max(0, end - start) + escape_.length;
      start = character === undefined ? end : end + 1;
    }
    const mayFold = !key && end > 0 && end < count - 1 && (character === ' ' || start >= end);
    if (!mayFold || at + (end - start) <= bestWidth) {
      continue;
    }
    // behind an escape ruamel.yaml ends a line bare where no space comes next, and reads one that was not there
    const bare = characters[Math.max(start, end)] === ' ' && endsBare(characters, { start, end });
    result += characters.slice(start, Math.max(start, end)).join('') + (bare ? '' : '\\');
    result += `\n${' '.repeat(indent)}`;
    at = indent;
    start = Math.max(start, end);
    if (characters[start] === ' ') {
      if (bare) {
        start += 1;
      } else {
        result += '\\';
        at += 1;
      }
    }
  }
  return `${result}"`;
}

/** Whether the line may end without a backslash: a single space comes next or after the current word, and no quote or line break before it. */
function endsBare(characters: readonly string[], { start, end }: { start: number; end: number }): boolean {
  let space = end;
  for (let next = characters[space]; next !== ' '; next = characters[space]) {
    if (next === undefined || next === '\n' || next === '"' || next === "'") {
      return false;
    }
    space += 1;
  }
  const after = characters[space + 1];
  const betweenSpaces = characters[end - 1] === ' ' && characters[end] === ' ';
  return start !== end && after !== undefined && after !== ' ' && after !== '\n' && !betweenSpaces;
}
