import { readCanonicalYaml } from './yaml-canonical.ts';
import { emitYaml } from './yaml-emit.ts';
import { parseYaml } from './yaml-load.ts';
import { restyleMap, unstyled, withDefaultStyle } from './yaml-styled.ts';
import { isYamlMap, type YamlMap, yamlEquals } from './yaml-value.ts';

/** How a file is rewritten. */
export interface YamlUpdate {
  /** For errors. */
  readonly file: string;
  /** Down to which depth collections are merged key by key and item by item; below, what differs is replaced. All of them by default. */
  readonly levels?: number;
}

/**
 * The text of a file that now says `map`, in the order and style of its previous text and with its comments, as DVC rewrites its files:
 * what is gone is removed, what is new goes to the end of its mapping. As DVC does, a file that says the same already is written in DVC's own quotes and spaces.
 * Rejects with `invalid-metafile` when the previous text cannot be read.
 */
export async function updateYaml(previousText: string, map: YamlMap, { file, levels = Infinity }: YamlUpdate): Promise<string> {
  const canonical = readCanonicalYaml(previousText);
  if (isYamlMap(canonical) && emitYaml(canonical) === previousText) {
    return yamlEquals(canonical, map) ? previousText : emitYaml(restyleMap(withDefaultStyle(canonical), map, levels));
  }
  const { readStyledYaml } = await import('./yaml-style.ts');
  const style = readStyledYaml(previousText, file);
  if (style === undefined) {
    return emitYaml(map);
  }
  const text = emitYaml(restyleMap(style, map, levels));
  // comments are text that others wrote; whatever they do to the layout, the file must say what it should
  const written = await parseYaml(text, { file }).catch(() => null);
  if (written !== null && yamlEquals(written, map)) return text;
  return yamlEquals(unstyled(style), map) ? previousText : emitYaml(map);
}
