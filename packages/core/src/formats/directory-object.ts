import { DatapinError } from '../errors.ts';
import { compareCodePoints } from './code-point-order.ts';

/** One file of a directory object. `relpath` has `/` between segments and is relative to the directory. */
export interface DirectoryEntry {
  readonly md5: string;
  readonly relpath: string;
}

/** Entries per piece of text: large enough that pieces cost nothing, small enough that they are soon garbage. */
const batchSize = 4096;

/**
 * The bytes of a directory object: what Python's `json.dumps(list, sort_keys=True)` gives for the entries sorted by `relpath`, code
 * point by code point. Their MD5 is the directory's name. The entries may come in any order.
 */
export function serializeDirectory(entries: Iterable<DirectoryEntry>): Buffer {
  const sorted = [...entries].sort((a, b) => compareCodePoints(a.relpath, b.relpath));
  const pieces: Buffer[] = [];
  for (let start = 0; start < sorted.length; start += batchSize) {
    const batch = sorted.slice(start, start + batchSize);
    const text = batch.map((entry) => `{"md5": ${pythonJsonString(entry.md5)}, "relpath": ${pythonJsonString(entry.relpath)}}`).join(', ');
    pieces.push(Buffer.from(start === 0 ? `[${text}` : `, ${text}`, 'latin1'));
  }
  pieces.push(Buffer.from(pieces.length === 0 ? '[]' : ']', 'latin1'));
  return Buffer.concat(pieces);
}

const needsEscape = /[^ !#-[\]-~]/u;
const escapable = /[^ !#-[\]-~]/g;
const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['"', String.raw`\"`],
  ['\\', String.raw`\\`],
  ['\n', String.raw`\n`],
  ['\r', String.raw`\r`],
  ['\t', String.raw`\t`],
  ['\b', String.raw`\b`],
  ['\f', String.raw`\f`],
]);

/** A text as `json.dumps` writes it: everything outside of printable ASCII escaped per UTF-16 unit, DEL too. */
function pythonJsonString(text: string): string {
  if (!needsEscape.test(text)) {
    return `"${text}"`;
  }
  const escaped = text.replaceAll(
    escapable,
    (unit) => shortEscapes.get(unit) ?? String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}

/**
 * The entries of a directory object in the order of their paths, each path once. Iterating makes the entries afresh from the
 * object's bytes, which take a third of the memory of a million objects: keep this, not a copy, and `[...listing]` where an array is needed.
 */
export interface DirectoryListing extends Iterable<DirectoryEntry> {
  readonly length: number;
}

/**
 * Reads a directory object and keeps `bytes`, which must not change any more. Keys other than `md5` and `relpath` are dropped.
 * Throws `invalid-directory-object` for what is not a list of entries with an MD5 and a path each, or names a path twice.
 * Whether a path is safe to write to is not decided here. `name` is what messages call the object.
 */
export function parseDirectory(bytes: Uint8Array, name: string): DirectoryListing {
  return scanDirectory(bytes) ?? parseAnyDirectory(bytes, name);
}

const head = Buffer.from('{"md5": "');
const middle = Buffer.from('", "relpath": "');
const md5Length = 32;
const relpathOffset = head.length + md5Length + middle.length;
const [quote, backslash, comma, space, closeBrace, openBracket, closeBracket] = [0x22, 0x5c, 0x2c, 0x20, 0x7d, 0x5b, 0x5d];

/**
 * Finds the entries of a directory object in the one form that Python writes, sorted and without other keys. Everything else is
 * `undefined`: odd but fine, or broken, which {@link parseAnyDirectory} tells apart.
 */
function scanDirectory(bytes: Uint8Array): DirectoryListing | undefined {
  if (bytes[0] !== openBracket) {
    return undefined;
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const borders = new Uint32Array(2 * Math.ceil(bytes.length / relpathOffset));
  let count = 0;
  let position = 1;
  while (bytes[position] !== closeBracket || count > 0) {
    const start = position + relpathOffset;
    if (!matches(bytes, head, position) || !isMd5(bytes, position + head.length) || !matches(bytes, middle, start - middle.length)) {
      return undefined;
    }
    const end = endOfString(bytes, start);
    if (end <= start || bytes[end + 1] !== closeBrace || (count > 0 && !ascends(text, borders, count - 1, start, end))) {
      return undefined;
    }
    borders[2 * count] = start;
    borders[2 * count + 1] = end;
    count += 1;
    position = end + 4;
    if (bytes[end + 2] === closeBracket) {
      position = end + 2;
      break;
    }
    if (bytes[end + 2] !== comma || bytes[end + 3] !== space) {
      return undefined;
    }
  }
  return position === bytes.length - 1 ? listing(text, borders, count) : undefined;
}

function listing(text: Buffer, borders: Uint32Array, length: number): DirectoryListing {
  return {
    length,
    *[Symbol.iterator]() {
      for (let index = 0; index < length; index += 1) {
        const start = borders[2 * index] ?? 0;
        const md5Start = start - middle.length - md5Length;
        yield {
          md5: text.toString('latin1', md5Start, md5Start + md5Length),
          relpath: relpathAt(text, start, borders[2 * index + 1] ?? 0),
        };
      }
    },
  };
}

function relpathAt(text: Buffer, start: number, end: number): string {
  const written = text.toString('latin1', start, end);
  return written.includes('\\') ? String(JSON.parse(`"${written}"`)) : written;
}

function matches(bytes: Uint8Array, expected: Uint8Array, position: number): boolean {
  for (let index = 0; index < expected.length; index += 1) {
    if (bytes[position + index] !== expected[index]) {
      return false;
    }
  }
  return true;
}

function isMd5(bytes: Uint8Array, start: number): boolean {
  for (let index = start; index < start + md5Length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (!((byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66))) {
      return false;
    }
  }
  return true;
}

/** Where the string that starts here ends; -1 when it has no end, a bad escape, or something that Python would have escaped. */
function endOfString(bytes: Uint8Array, start: number): number {
  let escapes = false;
  for (let index = start; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte === quote) {
      return escapes && !isJson(bytes, start, index) ? -1 : index;
    }
    if (byte === backslash) {
      escapes = true;
      index += 1;
    } else if (byte < space || byte > 0x7e) {
      return -1;
    }
  }
  return -1;
}

function isJson(bytes: Uint8Array, start: number, end: number): boolean {
  try {
    JSON.parse(`"${Buffer.from(bytes.subarray(start, end)).toString('latin1')}"`);
    return true;
  } catch {
    return false;
  }
}

/** Whether the path at `start` comes after that of the entry before it. */
function ascends(text: Buffer, borders: Uint32Array, before: number, start: number, end: number): boolean {
  const from = borders[2 * before] ?? 0;
  const to = borders[2 * before + 1] ?? 0;
  for (let index = 0; index < end - start; index += 1) {
    const a = from + index < to ? (text[from + index] ?? 0) : 0;
    const b = text[start + index] ?? 0;
    if (a === backslash || b === backslash) {
      return compareCodePoints(relpathAt(text, from, to), relpathAt(text, start, end)) < 0;
    }
    if (a !== b) {
      return a < b;
    }
  }
  return false;
}

/** Reads a directory object in any JSON form, with any other keys. */
function parseAnyDirectory(bytes: Uint8Array, name: string): DirectoryListing {
  const values = parseJson(bytes, name);
  if (!Array.isArray(values)) {
    throw corrupt(name, 'it is not a list');
  }
  const entries = values.map((value: unknown, index) => {
    const entry = toEntry(value);
    if (entry === undefined) {
      throw corrupt(name, `entry ${index + 1} is not an MD5 and a path`);
    }
    return entry;
  });
  entries.sort((a, b) => compareCodePoints(a.relpath, b.relpath));
  const twice = entries.find((entry, index) => entry.relpath === entries[index - 1]?.relpath);
  if (twice !== undefined) {
    throw corrupt(name, `it names ${JSON.stringify(twice.relpath)} twice`);
  }
  return entries;
}

function parseJson(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw corrupt(name, 'it is not JSON', error);
  }
}

const md5Pattern = /^[0-9a-f]{32}$/;

function toEntry(value: unknown): DirectoryEntry | undefined {
  if (typeof value !== 'object' || value === null || !('md5' in value) || !('relpath' in value)) {
    return undefined;
  }
  const { md5, relpath } = value;
  // hexadecimal only: the hash becomes a path in the cache
  const valid = typeof md5 === 'string' && md5Pattern.test(md5) && typeof relpath === 'string' && relpath !== '';
  return valid ? { md5, relpath } : undefined;
}

function corrupt(name: string, reason: string, cause?: unknown): DatapinError {
  return new DatapinError('invalid-directory-object', `the directory object ${name} is corrupt: ${reason}`, {
    cause,
    hint: 'delete it from the cache and fetch it again',
  });
}
