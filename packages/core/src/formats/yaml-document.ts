import { type Document, isMap, isScalar, isSeq, parseDocument } from 'yaml';

import { DatapinError } from '../errors.ts';
import { isNode, NodeReader, tooDeep } from './yaml-node-reader.ts';
import { syntaxError } from './yaml-syntax-error.ts';
import type { YamlValue } from './yaml-value.ts';

/** As {@link import('./yaml-load.ts').parseYaml}, always by the YAML library. */
export function readYamlDocument(text: string, file: string): YamlValue {
  const source = normaliseBreaks(text);
  try {
    const document = parseYamlDocument(source, file);
    return document.contents === null ? null : new NodeReader(source, file).read(document.contents);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new DatapinError('invalid-metafile', `'${file}' is not valid YAML: ${tooDeep}`, { cause: error });
    }
    throw error;
  }
}

/** What the library keeps besides values. */
export interface DocumentOptions {
  /** Nodes know the tokens they were made of. */
  readonly keepSourceTokens?: boolean;
}

/** The library's document for a text, scalars untyped. Throws `invalid-metafile` with the line of the first syntax error. */
export function parseYamlDocument(text: string, file: string, { keepSourceTokens = false }: DocumentOptions = {}): Document.Parsed {
  const document = parseDocument(text, {
    schema: 'failsafe',
    version: '1.2',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
    keepSourceTokens,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const problem = error.code === 'RESOURCE_EXHAUSTION' ? tooDeep : lowerFirst(error.message);
    throw syntaxError(text, file, { offset: error.pos[0], problem });
  }
  return document;
}

/** Where in the text a field begins: its key, or the item itself in a list. Where the path leads to nothing, the last field that is there. */
export function offsetOfField(
  text: string,
  { file, path }: { readonly file: string; readonly path: readonly (string | number)[] },
): number {
  let node: unknown = parseYamlDocument(text, file).contents;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === String(step));
      if (!isNode(pair?.key)) {
        return offset;
      }
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      const item = node.items[step];
      offset = isNode(item) ? (item.range?.[0] ?? offset) : offset;
      node = item;
    }
  }
  return offset;
}

/**
 * ruamel.yaml takes U+0085 for a line break, and U+2028 and U+2029 for breaks that are kept when a scalar is folded; YAML 1.2 and the library
 * take them for letters. DVC writes them raw in quoted scalars, with the indentation of a new line behind them.
 */
export function normaliseBreaks(text: string): string {
  return /[\u0085\u2028\u2029]/u.test(text)
    ? text.replaceAll('\u0085', '\n').replaceAll(/(?<![ \t])[ \t]*([\u2028\u2029])[ \t]*/gu, '$1')
    : text;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
