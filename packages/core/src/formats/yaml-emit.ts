import { writeFlow } from './yaml-flow.ts';
import { Page } from './yaml-page.ts';
import { writeBlockScalar } from './yaml-block-scalar.ts';
import { isSimpleKey, layoutString, layoutToken } from './yaml-scalar.ts';
import { isStyled, type Presented, type StyledEntry, type StyledItem, type StyledMap } from './yaml-styled.ts';
import { scalarText } from './yaml-token.ts';
import { isYamlList, isYamlMap, type YamlMap } from './yaml-value.ts';

/**
 * A mapping as DVC writes it, byte for byte (ruamel.yaml 0.19.1's round-trip dumper, YAML 1.2, block style, indentation 2, width 80): sequences at
 * the column of their key, empty collections as `[]` and `{}`, null as nothing. A styled mapping keeps its comments and styles.
 */
export function emitYaml(map: YamlMap | StyledMap): string {
  const page = new Page();
  if (isStyled(map)) {
    page.write(map.lead ?? '');
  }
  writeNode(page, map, 0);
  return page.text();
}

/** Writes a value from where the page is, which is at `indent` for a collection; further lines of it go to `indent`. */
function writeNode(page: Page, node: Presented, indent: number): void {
  const entries = blockEntries(node);
  const items = blockItems(node);
  if (entries !== undefined) {
    writeMap(page, entries, indent);
  } else if (items !== undefined) {
    writeSequence(page, items, { indent, inline: true });
  } else if (isStyled(node) && node.styled === 'scalar') {
    writeStyledScalar(page, node, indent);
  } else if (isStyled(node) || isYamlMap(node) || isYamlList(node)) {
    writeFlow(page, node, indent);
  } else if (typeof node === 'string') {
    page.write(layoutString(node, { column: page.column, indent, flow: false, key: false }));
  } else if (node !== null) {
    page.write(layoutToken(scalarText(node), { column: page.column, indent }));
  }
}

function writeMap(page: Page, entries: readonly StyledEntry[], indent: number): void {
  entries.forEach((entry, index) => {
    if (index > 0) {
      page.breakLine(indent);
    }
    const name = scalarText(entry.key);
    const quoted = typeof entry.key === 'string';
    if (isSimpleKey(name)) {
      page.write(quoted ? layoutString(name, { column: indent, indent: indent + 2, flow: false, key: true }) : name);
      page.write(':');
      writeValue(page, entry, indent);
    } else {
      page.write('? ');
      page.write(layoutString(name, { column: indent + 2, indent: indent + 2, flow: false, key: false }));
      page.breakLine(indent);
      page.write(':');
      writeInline(page, entry, indent + 2);
    }
  });
}

/** Writes what stands behind `key:`: a block collection on lines of its own, anything else on the same line. */
function writeValue(page: Page, entry: StyledEntry, indent: number): void {
  const entries = blockEntries(entry.value);
  const items = blockItems(entry.value);
  if (entries === undefined && items === undefined) {
    writeInline(page, entry, indent + 2);
    return;
  }
  page.writeTrivia(entry.after);
  if (entries !== undefined) {
    page.breakLine(indent + 2);
    writeMap(page, entries, indent + 2);
  } else if (items !== undefined) {
    writeSequence(page, items, { indent, inline: false });
  }
}

/** Writes a value behind a space on the same line, and what follows it. */
function writeInline(page: Page, { value, after }: StyledItem, indent: number): void {
  if (value !== null) {
    page.write(' ');
    writeNode(page, value, indent);
  }
  page.writeTrivia(after);
}

/** `inline`: the first dash stands where the page is. */
function writeSequence(page: Page, items: readonly StyledItem[], { indent, inline }: { indent: number; inline: boolean }): void {
  items.forEach((item, index) => {
    if (index > 0 || !inline) {
      page.write(item.before ?? '');
      page.breakLine(indent);
    }
    page.write('- ');
    writeNode(page, item.value, indent + 2);
    page.writeTrivia(item.after);
  });
}

function writeStyledScalar(page: Page, node: Extract<Presented, { styled: 'scalar' }>, indent: number): void {
  if (node.block !== undefined && typeof node.value === 'string') {
    writeBlockScalar(page, { text: node.value, style: node.block, indent });
  } else {
    page.write(layoutToken(node.source ?? scalarText(node.value), { column: page.column, indent }));
  }
}

/** The entries of a mapping that is written in block style; an empty one is not. */
function blockEntries(node: Presented): readonly StyledEntry[] | undefined {
  if (isStyled(node)) {
    return node.styled === 'map' && !node.flow && node.entries.length > 0 ? node.entries : undefined;
  }
  return isYamlMap(node) && node.size > 0 ? Array.from(node, ([key, value]) => ({ key, value })) : undefined;
}

/** The items of a sequence that is written in block style; an empty one is not. */
function blockItems(node: Presented): readonly StyledItem[] | undefined {
  if (isStyled(node)) {
    return node.styled === 'sequence' && !node.flow && node.items.length > 0 ? node.items : undefined;
  }
  return isYamlList(node) && node.length > 0 ? node.map((value) => ({ value })) : undefined;
}
