import { isAlias, isMap, isScalar, isSeq, type Node, Scalar, type YAMLMap, type YAMLSeq } from 'yaml';

import type { DatapinError } from '../errors.ts';
import { parseFloatingPoint, parseInteger, parseTimestamp, type PlainScalar, resolvePlain } from './yaml-plain.ts';
import { syntaxError } from './yaml-syntax-error.ts';
import { scalarText } from './yaml-token.ts';
import { isYamlList, isYamlMap, scalarIdentity, type YamlKey, type YamlMap, type YamlValue } from './yaml-value.ts';

/** Collections inside collections. Deeper texts would exhaust the stack of whatever walks the value. */
const maxDepth = 200;
/** What such a text is told. */
export const tooDeep = 'it is nested too deeply';
/** Values that all aliases of a document together may stand for. */
const maxAliasedValues = 100_000;

type Entry = readonly [YamlKey, YamlValue];

/** Turns the library's nodes into values. Anchors are known once the node that has one was read. */
export class NodeReader {
  readonly #text: string;
  readonly #file: string;
  readonly #anchors = new Map<string, YamlValue>();
  #aliased = 0;
  #depth = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  /** The node's value. Throws `invalid-metafile` for what cannot be read. */
  read(node: Node): YamlValue {
    if (isAlias(node)) {
      return this.#readAlias(node.source, node);
    }
    if (this.#depth === maxDepth) {
      throw this.#error(node, tooDeep);
    }
    this.#depth += 1;
    const value = this.#readNode(node);
    this.#depth -= 1;
    if ('anchor' in node && typeof node.anchor === 'string') {
      this.#anchors.set(node.anchor, value);
    }
    return value;
  }

  #readNode(node: Node): YamlValue {
    if (isScalar(node)) {
      return this.#readScalar(node);
    }
    const tag = localTag(node.tag);
    if (isMap(node) && (tag === undefined || tag === 'map')) {
      return this.#readMap(node);
    }
    if (isSeq(node) && (tag === undefined || tag === 'seq')) {
      return this.#readSequence(node);
    }
    throw this.#error(node, `the tag '${node.tag ?? ''}' is not supported`);
  }

  #readAlias(name: string, node: Node): YamlValue {
    const value = this.#anchors.get(name);
    if (value === undefined) {
      throw this.#error(node, `the alias '*${name}' has no anchor before it`);
    }
    this.#aliased += countValues(value, maxAliasedValues);
    if (this.#aliased > maxAliasedValues) {
      throw this.#error(node, 'aliases stand for too many values');
    }
    return value;
  }

  #readScalar(node: Scalar): YamlValue {
    const text = typeof node.value === 'string' ? node.value : '';
    const plain = node.type === Scalar.PLAIN || node.type === undefined;
    const result = readTagged(text, node.tag === '!' ? undefined : localTag(node.tag), plain || node.tag === '!');
    if ('problem' in result) {
      throw this.#error(node, result.problem);
    }
    return result.value;
  }

  #readSequence(node: YAMLSeq): YamlValue[] {
    return node.items.map((item) => {
      if (!isNode(item)) {
        throw this.#error(node, 'a mapping is not expected here');
      }
      return this.read(item);
    });
  }

  #readMap(node: YAMLMap): YamlMap {
    const entries: Entry[] = [];
    const seen = new Set<string>();
    let merged: readonly Entry[] | undefined;
    for (const pair of node.items) {
      const keyNode = isNode(pair.key) ? pair.key : undefined;
      const value = isNode(pair.value) ? pair.value : undefined;
      if (keyNode !== undefined && value !== undefined && isMergeKey(keyNode)) {
        if (merged !== undefined) {
          throw this.#error(keyNode, 'a mapping can have only one merge key');
        }
        merged = this.#readMerge(this.read(value), value);
        continue;
      }
      const key = keyNode === undefined ? null : this.#readKey(keyNode);
      const identity = scalarIdentity(key);
      if (seen.has(identity)) {
        throw this.#error(keyNode ?? node, `the key '${scalarText(key)}' is given twice`);
      }
      seen.add(identity);
      entries.push([key, value === undefined ? null : this.read(value)]);
    }
    return new Map([...(merged ?? []), ...entries]);
  }

  #readKey(node: Node): YamlKey {
    const key = this.read(node);
    if (isYamlList(key) || isYamlMap(key)) {
      throw this.#error(node, 'a collection cannot be a key');
    }
    return key;
  }

  /** What `<<` adds: the entries of a mapping, or of several, of which the first that has a key wins. */
  #readMerge(value: YamlValue, node: Node): Entry[] {
    const sources = isYamlList(value) ? value : [value];
    const entries: Entry[] = [];
    for (const source of [...sources].reverse()) {
      if (!isYamlMap(source)) {
        throw this.#error(node, 'a merge key needs a mapping or a list of mappings');
      }
      entries.push(...source);
    }
    return entries;
  }

  #error(node: Node, problem: string): DatapinError {
    return syntaxError(this.#text, this.#file, { offset: node.range?.[0] ?? 0, problem });
  }
}

/** Whether something in the library's tree is a node. */
export function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

function isMergeKey(node: Node): boolean {
  return isScalar(node) && node.type === Scalar.PLAIN && node.value === '<<' && node.tag === undefined;
}

/** `str` for `tag:yaml.org,2002:str`; a tag of another kind as it is. */
function localTag(tag: string | undefined): string | undefined {
  return tag?.replace('tag:yaml.org,2002:', '');
}

function readTagged(text: string, tag: string | undefined, plain: boolean): PlainScalar {
  switch (tag) {
    case undefined:
      return plain ? resolvePlain(text) : { value: text };
    case 'str':
      return { value: text };
    case 'int':
      return parseInteger(text);
    case 'float':
      return parseFloatingPoint(text);
    case 'bool':
      return { value: /^(?:true|yes|on)$/iu.test(text) };
    case 'null':
      return { value: null };
    case 'timestamp':
      return parseTimestamp(text);
    default:
      return { problem: `the tag '${tag}' is not supported` };
  }
}

/** How many scalars and collections a value holds; counting stops at the limit. */
function countValues(value: YamlValue, limit: number): number {
  let count = 1;
  const children = isYamlMap(value) ? value.values() : isYamlList(value) ? value : [];
  for (const child of children) {
    if (count > limit) {
      break;
    }
    count += countValues(child, limit - count);
  }
  return count;
}
