import { resolvePlain } from './yaml-plain.ts';
import { isYamlMap, type YamlKey, type YamlMap, type YamlValue } from './yaml-value.ts';

/** A line of a block collection: where its content begins, and the content. */
interface Line {
  readonly indent: number;
  readonly text: string;
}

/** Controls, surrogates and breaks that readers of YAML treat differently. */
const unclear = '\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\uFEFF';
const plainPattern = new RegExp(`^[\\p{L}\\p{N}_./\\\\](?:[^:#${unclear}]|:(?=[^ ])|(?<=[^ ])#)*$`, 'u');
const singleQuotedPattern = new RegExp(`^'([^'${unclear}]*)'$`, 'u');
const doubleQuotedPattern = new RegExp(`^"((?:[^"\\\\${unclear}]|\\\\[nt"\\\\])*)"$`, 'u');
/** Nothing of DVC's is nested this deeply; the library has its own limit. */
const maxIndent = 100;
const entryPattern = /^([\p{L}\p{N}_./][^:#'"]*|'[^']*'):(?: (.*))?$/u;

/**
 * Reads the shape in which DVC and datapin write metafiles (block mappings and sequences, scalars without escapes) without the YAML library.
 * `undefined` for everything else, wrong or merely unusual: then the library has to look.
 * What is returned is what the library would return.
 */
export function readCanonicalYaml(text: string): YamlValue | undefined {
  const lines = splitLines(text);
  if (lines === undefined || lines[0]?.indent !== 0) {
    return undefined;
  }
  const reader = new CanonicalReader(lines);
  const value = reader.readBlock(0);
  return reader.atEnd ? value : undefined;
}

function splitLines(text: string): Line[] | undefined {
  const lines: Line[] = [];
  for (const line of text.replace(/\r?\n$/u, '').split(/\r?\n/u)) {
    const content = line.replace(/^ +/u, '');
    if (content === '' || content.startsWith('#') || content.startsWith('---') || content.startsWith('...')) {
      return undefined;
    }
    lines.push({ indent: line.length - content.length, text: content });
  }
  return lines;
}

/** Recursive descent over lines. `undefined` from any method means: not canonical. */
class CanonicalReader {
  #next = 0;
  readonly #lines: Line[];

  constructor(lines: Line[]) {
    this.#lines = lines;
  }

  get atEnd(): boolean {
    return this.#next === this.#lines.length;
  }

  /** The mapping or sequence whose first line is the next one, at exactly this indentation. */
  readBlock(indent: number): YamlValue | undefined {
    if (indent > maxIndent) {
      return undefined;
    }
    return this.#isItem(this.#next) ? this.#readSequence(indent) : this.#readMapping(indent);
  }

  #isItem(index: number): boolean {
    return this.#lines[index]?.text.startsWith('- ') ?? false;
  }

  #readSequence(indent: number): YamlValue[] | undefined {
    const items: YamlValue[] = [];
    for (let line = this.#lines[this.#next]; line?.indent === indent && this.#isItem(this.#next); line = this.#lines[this.#next]) {
      const content = line.text.slice(2);
      const item = entryPattern.test(content) ? this.#readCompactMapping(indent + 2, content) : this.#readLines(indent, content);
      if (item === undefined) {
        return undefined;
      }
      items.push(item);
    }
    return items;
  }

  /** A mapping that begins behind the dash of its item. */
  #readCompactMapping(indent: number, content: string): YamlMap | undefined {
    this.#lines[this.#next] = { indent, text: content };
    return this.#readMapping(indent);
  }

  #readMapping(indent: number): YamlMap | undefined {
    const map = new Map<YamlKey, YamlValue>();
    for (let line = this.#lines[this.#next]; line?.indent === indent && !this.#isItem(this.#next); line = this.#lines[this.#next]) {
      const match = entryPattern.exec(line.text);
      const key = match?.[1] === undefined ? undefined : readScalar(match[1]);
      if (match === null || typeof key !== 'string' || map.has(key)) {
        return undefined;
      }
      const value = match[2] === undefined ? this.#readNested(indent) : this.#readLines(indent, match[2]);
      if (value === undefined) {
        return undefined;
      }
      map.set(key, value);
    }
    return map.size === 0 ? undefined : map;
  }

  /** What stands below `key:`: a deeper block, a sequence at the key's own column, or nothing, which is null. */
  #readNested(indent: number): YamlValue | undefined {
    this.#next += 1;
    const line = this.#lines[this.#next];
    if (line !== undefined && (line.indent > indent || (line.indent === indent && this.#isItem(this.#next)))) {
      return this.readBlock(line.indent);
    }
    return null;
  }

  /** A scalar that begins on the current line and may go on on deeper ones, where a line break stands for a space. */
  #readLines(indent: number, text: string): YamlValue | undefined {
    const parts = [withoutTrailingSpaces(text)];
    this.#next += 1;
    for (let line = this.#lines[this.#next]; line !== undefined && line.indent > indent; line = this.#lines[this.#next]) {
      parts.push(withoutTrailingSpaces(line.text));
      this.#next += 1;
    }
    if (parts.length > 1) {
      return readScalar(parts.join(' ').replace(/^ +/u, ''));
    }
    return text === '' ? null : readScalar(text);
  }
}

/** Not a regular expression: that would take quadratic time on a long run of spaces. */
function withoutTrailingSpaces(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ') {
    end -= 1;
  }
  return text.slice(0, end);
}

function unescape(_: string, character: string): string {
  return character === 'n' ? '\n' : character === 't' ? '\t' : character;
}

function readScalar(text: string): YamlValue | undefined {
  if (text === '[]') {
    return [];
  }
  if (text === '{}') {
    return new Map();
  }
  const quoted = singleQuotedPattern.exec(text)?.[1] ?? doubleQuotedPattern.exec(text)?.[1]?.replaceAll(/\\(.)/gu, unescape);
  if (quoted !== undefined) {
    return quoted;
  }
  if (!plainPattern.test(text) || text.endsWith(' ')) {
    return undefined;
  }
  const resolved = resolvePlain(text);
  return 'value' in resolved && !isYamlMap(resolved.value) ? resolved.value : undefined;
}
