import { isAlias, isMap, isScalar, isSeq, type Node, Scalar, type YAMLMap, type YAMLSeq } from 'yaml';

import { normaliseBreaks, parseYamlDocument } from './yaml-document.ts';
import { isNode, NodeReader } from './yaml-node-reader.ts';
import { codePoints } from './yaml-scalar.ts';
import {
  isStyled,
  type Presented,
  type StyledEntry,
  type StyledItem,
  type StyledMap,
  type StyledScalar,
  type Trivia,
} from './yaml-styled.ts';
import { isYamlFloat, isYamlList, isYamlMap, isYamlTimestamp, type YamlKey, type YamlValue } from './yaml-value.ts';

/**
 * A file's mapping with the styles and comments that DVC keeps when it rewrites the file. `undefined` when the file is empty or no mapping.
 * Aliases and merged mappings become plain values. Throws `invalid-metafile` as {@link import('./yaml-load.ts').parseYaml}.
 */
export function readStyledYaml(text: string, file: string): StyledMap | undefined {
  const source = normaliseBreaks(text.replaceAll('\r\n', '\n'));
  const { contents } = parseYamlDocument(source, file, { keepSourceTokens: true });
  if (!isMap(contents)) {
    return undefined;
  }
  const reader = new NodeReader(source, file);
  reader.read(contents);
  const styled = new StyleReader(source, reader).read(contents);
  return isStyled(styled) && styled.styled === 'map' ? { ...styled, lead: leadOf(source, contents) } : undefined;
}

/** What stands above the first key, without markers and directives of the document. A first blank line is dropped, as DVC does. */
function leadOf(source: string, contents: Node): string {
  const above = source.slice(0, contents.range?.[0] ?? 0);
  const lines = above.split('\n').slice(0, -1);
  const kept = lines.map((line) => (/^\s*$/u.test(line) ? '' : line)).filter((line) => line === '' || /^\s*#/u.test(line));
  return (kept[0] === '' ? kept.slice(1) : kept).map((line) => `${line}\n`).join('');
}

class StyleReader {
  readonly #text: string;
  readonly #reader: NodeReader;

  constructor(text: string, reader: NodeReader) {
    this.#text = text;
    this.#reader = reader;
  }

  read(node: Node): Presented {
    if (isMap(node) && !node.items.some((pair) => isScalar(pair.key) && pair.key.value === '<<')) {
      return { styled: 'map', flow: node.flow === true, entries: this.#readEntries(node) };
    }
    if (isSeq(node)) {
      return { styled: 'sequence', flow: node.flow === true, items: this.#readItems(node) };
    }
    const value = this.#reader.read(node);
    return isScalar(node) && !isYamlList(value) && !isYamlMap(value) ? this.#readScalar(node, value) : value;
  }

  #readScalar(node: Scalar, value: YamlKey): StyledScalar | YamlKey {
    if (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED) {
      const { comment, lines } = this.#readBlock(node);
      const literal = node.type === Scalar.BLOCK_LITERAL;
      return { styled: 'scalar', value, block: { indicator: literal ? '|' : '>', comment, ...(!literal && { lines }) } };
    }
    const source = node.type === Scalar.PLAIN ? keptSource(node.source ?? '', value) : undefined;
    return source === undefined ? value : { styled: 'scalar', value, source };
  }

  #readBlock(node: Scalar): { comment: string; lines: string[]; end: number } {
    const [start = 0, end = 0] = node.range ?? [];
    const headerEnd = this.#text.indexOf('\n', start);
    const header = this.#text.slice(start, headerEnd);
    const comment = /\s+#.*$/u.exec(header)?.[0] ?? '';
    const body = this.#text.slice(headerEnd + 1, end);
    const content = /^[|>][0-9]?\+/u.test(header) ? body.replace(/\n$/u, '') : body.trimEnd();
    const lines = content.split('\n');
    const indent = Math.min(...lines.filter((line) => /[^ ]/u.test(line)).map((line) => line.search(/[^ ]/u)));
    return { comment, lines: lines.map((line) => line.slice(indent)), end: headerEnd + 1 + content.length };
  }

  #readEntries(map: YAMLMap): StyledEntry[] {
    return map.items.map((pair) => {
      const keyNode = isNode(pair.key) ? pair.key : undefined;
      const value = isNode(pair.value) ? pair.value : undefined;
      const key = keyNode === undefined ? null : (this.#reader.read(keyNode) as YamlKey);
      const colon = keyNode === undefined ? (map.range?.[0] ?? 0) : this.#colonAfter(keyNode);
      const after = map.flow === true ? undefined : this.#triviaOf(value, colon);
      return { key, value: value === undefined ? null : this.read(value), ...(after !== undefined && { after }) };
    });
  }

  /** Offset behind the colon of a key; behind the key where there is none. */
  #colonAfter(key: Node): number {
    const end = key.range?.[1] ?? 0;
    const colon = /^\s*:/u.exec(this.#text.slice(end));
    return end + (colon?.[0].length ?? 0);
  }

  #readItems(sequence: YAMLSeq): StyledItem[] {
    const starts = sequence.srcToken?.type === 'block-seq' ? sequence.srcToken.items.map((item) => item.start) : [];
    return sequence.items.map((item, index) => {
      const node = isNode(item) ? item : undefined;
      const dash = starts[index]?.find((token) => token.type === 'seq-item-ind')?.offset;
      if (dash === undefined) {
        return { value: node === undefined ? null : this.read(node) };
      }
      const collection = node !== undefined && isBlockCollection(node);
      const after = collection ? undefined : this.#triviaOf(node, dash + 1);
      const before = collection ? this.#commentsBetween(dash + 1, node.range?.[0] ?? 0) : '';
      return {
        value: node === undefined ? null : this.read(node),
        ...(before !== '' && { before }),
        ...(after !== undefined && { after }),
      };
    });
  }

  /** Comments between a dash and its collection, each a line in its column. */
  #commentsBetween(start: number, end: number): string {
    const lineStart = this.#text.lastIndexOf('\n', start - 1) + 1;
    const lines = `${' '.repeat(start - lineStart)}${this.#text.slice(start, end)}`.split('\n');
    return lines
      .filter((line) => line.includes('#'))
      .map((line) => `\n${line}`)
      .join('');
  }

  /** What follows the value; for a block collection or no value, what follows the colon or dash before it. */
  #triviaOf(value: Node | undefined, indicator: number): Trivia | undefined {
    const range = value?.range;
    if (value === undefined || !range || range[0] === range[1] || isBlockCollection(value)) {
      return this.#triviaAt(indicator);
    }
    if (isScalar(value) && (value.type === Scalar.BLOCK_LITERAL || value.type === Scalar.BLOCK_FOLDED)) {
      return this.#triviaAt(this.#readBlock(value).end);
    }
    return this.#triviaAt(range[1]) ?? this.#commentOnLine(indicator);
  }

  /** A comment behind a colon or dash whose scalar stands on a later line. */
  #commentOnLine(offset: number): Trivia | undefined {
    const trivia = this.#triviaAt(offset);
    return trivia?.text.startsWith('#') === true ? { ...trivia, text: trivia.text.replace(/\n.*$/su, '') } : undefined;
  }

  /** The comment on the line behind an offset, and whole lines of comments and blanks below. */
  #triviaAt(offset: number): Trivia | undefined {
    const lineStart = this.#text.lastIndexOf('\n', offset - 1) + 1;
    const rest = this.#line(offset);
    const comment = /^[ \t]*(#.*)?$/u.exec(rest);
    if (comment === null) {
      return undefined;
    }
    let text = comment[1] ?? '';
    // behind the last line break of the file there is no line
    for (let start = offset + rest.length + 1; start < this.#text.length;) {
      const line = this.#line(start);
      if (!/^\s*(?:#|$)/u.test(line)) {
        break;
      }
      text += `\n${line.trim() === '' ? '' : line}`;
      start += line.length + 1;
    }
    return text === '' ? undefined : { column: codePoints(this.#text.slice(lineStart, offset)) + rest.indexOf('#'), text };
  }

  /** The text from an offset to the end of its line. */
  #line(start: number): string {
    const end = this.#text.indexOf('\n', start);
    return this.#text.slice(start, end === -1 ? undefined : end);
  }
}

function isBlockCollection(node: Node): boolean {
  return (isMap(node) || isSeq(node)) && node.flow !== true && !isAlias(node);
}

/** How DVC writes a number that it read: as it stands, but `+1` as `1` and `-0` as `0`. `undefined` for what is always written anew. */
function keptSource(source: string, value: YamlValue): string | undefined {
  if (isYamlFloat(value)) {
    return Number.isFinite(value.float) ? source : undefined;
  }
  if (isYamlTimestamp(value)) {
    return source.replace(/\s+(?=[-+Z][0-9:]*$)/u, '');
  }
  const number = (typeof value === 'number' && value !== 0) || typeof value === 'bigint';
  return number || (value === 0 && source.length > 2) ? source.replace(/^\+/u, '') : undefined;
}
