import { codePoints, isSimpleKey, layoutString, layoutToken } from './yaml-scalar.ts';
import { scalarText } from './yaml-token.ts';
import { isYamlList, isYamlMap, type YamlMap, type YamlValue } from './yaml-value.ts';

/**
 * A mapping as DVC writes it, byte for byte (ruamel.yaml 0.19.1's round-trip dumper, YAML 1.2, block style, indentation 2, width 80): sequences at
 * the column of their key, empty collections as `[]` and `{}`, null as nothing.
 */
export function emitYaml(map: YamlMap): string {
  if (map.size === 0) {
    return '{}\n';
  }
  const page = new Page();
  writeMap(page, map, 0);
  return `${page.text()}\n`;
}

/** Text in the making. Knows the column it has reached. */
class Page {
  readonly #lines: string[] = [];
  #line = '';

  get column(): number {
    return codePoints(this.#line);
  }

  /** Adds text, which may hold line breaks. */
  write(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    this.#lines.push(...lines);
  }

  /** Begins a line at the column. */
  breakLine(column: number): void {
    this.#lines.push(this.#line);
    this.#line = ' '.repeat(column);
  }

  text(): string {
    return [...this.#lines, this.#line].join('\n');
  }
}

/** Writes the entries from where the page is, which is at `indent`. */
function writeMap(page: Page, map: YamlMap, indent: number): void {
  let first = true;
  for (const [key, value] of map) {
    if (!first) {
      page.breakLine(indent);
    }
    first = false;
    const name = scalarText(key);
    if (isSimpleKey(name)) {
      page.write(typeof key === 'string' ? layoutString(key, { column: indent, indent: indent + 2, flow: false, key: true }) : name);
      page.write(':');
      writeValue(page, value, indent);
    } else {
      page.write('? ');
      page.write(layoutString(name, { column: indent + 2, indent: indent + 2, flow: false, key: false }));
      page.breakLine(indent);
      page.write(':');
      writeExplicitValue(page, value, indent);
    }
  }
}

/** Writes what stands behind `key:`. */
function writeValue(page: Page, value: YamlValue, indent: number): void {
  if (isYamlList(value) && value.length > 0) {
    page.breakLine(indent);
    writeSequence(page, value, indent);
  } else if (isYamlMap(value) && value.size > 0) {
    page.breakLine(indent + 2);
    writeMap(page, value, indent + 2);
  } else {
    writeExplicitValue(page, value, indent);
  }
}

/** Writes what stands behind the `:` of a `?` key: collections begin on its line. */
function writeExplicitValue(page: Page, value: YamlValue, indent: number): void {
  if (value !== null) {
    page.write(' ');
    writeNode(page, value, indent + 2);
  }
}

function writeSequence(page: Page, items: readonly YamlValue[], indent: number): void {
  items.forEach((item, index) => {
    if (index > 0) {
      page.breakLine(indent);
    }
    page.write('- ');
    writeNode(page, item, indent + 2);
  });
}

/** Writes a value from where the page is; further lines of it go to `indent`. */
function writeNode(page: Page, value: YamlValue, indent: number): void {
  if (isYamlList(value)) {
    if (value.length === 0) {
      page.write('[]');
    } else {
      writeSequence(page, value, indent);
    }
  } else if (isYamlMap(value)) {
    if (value.size === 0) {
      page.write('{}');
    } else {
      writeMap(page, value, indent);
    }
  } else if (typeof value === 'string') {
    page.write(layoutString(value, { column: page.column, indent, flow: false, key: false }));
  } else if (value !== null) {
    page.write(layoutToken(scalarText(value), { column: page.column, indent }));
  }
}
