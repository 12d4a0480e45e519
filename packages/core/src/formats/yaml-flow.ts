import type { Page } from './yaml-page.ts';
import { bestWidth, layoutString, layoutToken } from './yaml-scalar.ts';
import { isStyled, type Presented } from './yaml-styled.ts';
import { scalarText } from './yaml-token.ts';
import { isYamlList, isYamlMap, type YamlKey } from './yaml-value.ts';

/** Where a piece of a flow collection is written. */
interface FlowPlace {
  /** The indentation that holds around the piece; what it contains is two columns deeper. */
  readonly indent: number;
  /** Nothing but an opening bracket or indentation stands before it, so it needs no space. */
  readonly first: boolean;
}

/**
 * Writes a collection in flow style from where the page is: `[a, b: c]`, `{a: [b]}`; a mapping of one entry in a sequence has no braces.
 * Lines end behind column 80, and further ones begin at `indent`, which is 0 at the top of a document only. Everything inside is in flow style too; comments inside are lost, as in DVC.
 */
export function writeFlow(page: Page, node: Presented, indent: number): void {
  // at the top of a document ruamel.yaml knows no indentation, at any depth: NaN stays NaN, is never reached, and repeats nothing
  writePiece(page, node, { indent: indent === 0 ? Number.NaN : indent - 2, first: true });
}

function writePiece(page: Page, node: Presented, place: FlowPlace): void {
  if (!place.first) {
    page.write(' ');
  }
  const items = itemsOf(node);
  const pairs = pairsOf(node);
  const indent = place.indent + 2;
  if (items !== undefined) {
    page.write('[');
    items.forEach((item, index) => writeItem(page, item, separate(page, { index, indent })));
    page.write(']');
  } else if (pairs !== undefined) {
    page.write('{');
    writePairs(page, pairs, indent);
    page.write('}');
  } else if (isStyled(node) && node.styled === 'scalar') {
    writeScalar(page, node.source === undefined ? node.value : { source: node.source }, indent);
  } else {
    writeScalar(page, node as YamlKey, indent);
  }
}

function writeItem(page: Page, item: Presented, place: FlowPlace): void {
  const pairs = pairsOf(item);
  if (pairs?.length !== 1) {
    writePiece(page, item, place);
    return;
  }
  if (!place.first) {
    page.write(' ');
  }
  writePairs(page, pairs, place.indent + 2);
}

function writePairs(page: Page, pairs: readonly (readonly [YamlKey, Presented])[], indent: number): void {
  pairs.forEach(([key, value], index) => {
    const { first } = separate(page, { index, indent });
    if (!first) {
      page.write(' ');
    }
    writeScalar(page, key, indent + 2);
    page.write(':');
    writePiece(page, value, { indent, first: false });
  });
}

/** Writes the comma before all but the first piece, and breaks the line when it is full. */
function separate(page: Page, { index, indent }: { index: number; indent: number }): FlowPlace {
  if (index > 0) {
    page.write(',');
  }
  if (page.column <= bestWidth) {
    return { indent, first: index === 0 };
  }
  page.breakLine(indent);
  return { indent, first: true };
}

function writeScalar(page: Page, scalar: YamlKey | { readonly source: string }, indent: number): void {
  const { column } = page;
  if (typeof scalar === 'string') {
    page.write(layoutString(scalar, { column, indent, flow: true, key: false }));
  } else {
    const text = typeof scalar === 'object' && scalar !== null && 'source' in scalar ? scalar.source : scalarText(scalar);
    page.write(layoutToken(text, { column, indent }));
  }
}

function itemsOf(node: Presented): readonly Presented[] | undefined {
  if (isStyled(node)) {
    return node.styled === 'sequence' ? node.items.map((item) => item.value) : undefined;
  }
  return isYamlList(node) ? node : undefined;
}

function pairsOf(node: Presented): readonly (readonly [YamlKey, Presented])[] | undefined {
  if (isStyled(node)) {
    return node.styled === 'map' ? node.entries.map((entry) => [entry.key, entry.value] as const) : undefined;
  }
  return isYamlMap(node) ? [...node] : undefined;
}
