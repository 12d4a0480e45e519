import { isYamlList, isYamlMap, type YamlKey, type YamlMap, type YamlValue, yamlEquals } from './yaml-value.ts';

/** What the emitter writes: plain values, and values that keep how they are written in a file. */
export type Presented = YamlValue | StyledNode;
export type StyledNode = StyledScalar | StyledSequence | StyledMap;

/**
 * What stands between a value and the next one: a comment at the end of its line (then the text begins with `#`), whole lines of comments
 * and blank lines below (each behind a `\n`), or both.
 */
export interface Trivia {
  /** Of the `#` on the value's own line. */
  readonly column: number;
  readonly text: string;
}

/** A scalar with a style worth keeping: a block scalar, or a number as it is written (`0x1F`, `1.50`). */
export interface StyledScalar {
  readonly styled: 'scalar';
  readonly value: YamlKey;
  /** As written; absent for a block scalar. */
  readonly source?: string;
  readonly block?: BlockStyle;
}

export interface BlockStyle {
  readonly indicator: '|' | '>';
  /** Comment behind the indicator, with the spaces before it. */
  readonly comment: string;
  /** The lines of a folded scalar as they are written, without indentation. Absent when they must be made from the value. */
  readonly lines?: readonly string[];
}

export interface StyledSequence {
  readonly styled: 'sequence';
  readonly flow: boolean;
  readonly items: readonly StyledItem[];
}

export interface StyledItem {
  readonly value: Presented;
  /** Whole lines of comments that stand between the dash and the value; they are written before the dash. */
  readonly before?: string;
  readonly after?: Trivia;
}

export interface StyledMap {
  readonly styled: 'map';
  readonly flow: boolean;
  readonly entries: readonly StyledEntry[];
  /** Comments and blank lines before the first key of a document, each line with its `\n`. */
  readonly lead?: string;
}

export interface StyledEntry {
  readonly key: YamlKey;
  readonly value: Presented;
  /** Behind the value; for a block collection, behind the colon. */
  readonly after?: Trivia;
}

/** Whether the value carries a style. */
export function isStyled(value: Presented): value is StyledNode {
  return typeof value === 'object' && value !== null && 'styled' in value;
}

/** The value without its style. */
export function unstyled(node: Presented): YamlValue {
  if (!isStyled(node)) {
    return node;
  }
  switch (node.styled) {
    case 'scalar':
      return node.value;
    case 'sequence':
      return node.items.map((item) => unstyled(item.value));
    case 'map':
      return new Map(node.entries.map((entry) => [entry.key, unstyled(entry.value)]));
  }
}

/**
 * The new values in the style of the old ones, by the rules of DVC (dvc/utils/collections.py, `apply_diff`): mappings keep their order, new keys go to
 * the end; a list of the same length is gone through item by item, one of another length is replaced; what is equal stays as it is written.
 * `levels` deep at most; what is below and differs is replaced whole.
 */
export function restyleMap(style: StyledMap, map: YamlMap, levels: number): StyledMap {
  const known = new Set(style.entries.map((entry) => entry.key));
  const kept = style.entries.flatMap((entry) => {
    const value = map.get(entry.key);
    return value === undefined ? [] : [{ ...entry, value: restyle(entry.value, value, levels - 1) }];
  });
  const added = [...map].filter(([key]) => !known.has(key)).map(([key, value]) => ({ key, value }));
  // an empty collection has no style that a filled one could take over
  return { ...style, flow: style.flow && known.size > 0, entries: [...kept, ...added] };
}

function restyle(old: Presented, value: YamlValue, levels: number): Presented {
  const style = isStyled(old) ? old : undefined;
  if (isYamlMap(value) && style?.styled === 'map' && levels > 0) {
    return restyleMap(style, value, levels);
  }
  if (isYamlList(value) && style?.styled === 'sequence' && levels > 0) {
    return restyleSequence(style, value, levels);
  }
  if (style?.styled === 'scalar' && typeof value === 'string' && style.block !== undefined && value !== style.value) {
    const { indicator, comment } = style.block;
    return { styled: 'scalar', value, block: { indicator, comment } };
  }
  return yamlEquals(unstyled(old), value) ? old : value;
}

function restyleSequence(style: StyledSequence, list: readonly YamlValue[], levels: number): StyledSequence {
  if (style.items.length !== list.length) {
    return { styled: 'sequence', flow: style.flow && style.items.length > 0, items: list.map((value) => ({ value })) };
  }
  return { ...style, items: style.items.map((item, index) => ({ ...item, value: restyle(item.value, list[index] ?? null, levels - 1) })) };
}

/** The value in the style in which new files are written. */
export function withDefaultStyle(value: YamlMap): StyledMap {
  return { styled: 'map', flow: false, entries: Array.from(value, ([key, item]) => ({ key, value: styledItem(item) })) };
}

function styledItem(value: YamlValue): Presented {
  if (isYamlMap(value)) {
    return withDefaultStyle(value);
  }
  return isYamlList(value) ? { styled: 'sequence', flow: false, items: value.map((item) => ({ value: styledItem(item) })) } : value;
}
