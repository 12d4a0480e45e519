import { readCanonicalYaml } from './yaml-canonical.ts';
import { emitYaml } from './yaml-emit.ts';
import { parseYaml } from './yaml-load.ts';
import { restyle, type StyledMap, withDefaultStyle } from './yaml-styled.ts';
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
 * what is gone is removed, what is new goes to the end of its mapping. A file that says the same already stays as it is, byte for byte.
 * Rejects with `invalid-metafile` when the previous text cannot be read.
 */
export async function updateYaml(previousText: string, map: YamlMap, { file, levels = Infinity }: YamlUpdate): Promise<string> {
  const previous = await parseYaml(previousText, { file });
  if (!isYamlMap(previous)) {
    return emitYaml(map);
  }
  if (yamlEquals(previous, map)) {
    return previousText;
  }
  const style = await styleOf(previousText, { file, map: previous });
  if (style === undefined) {
    return emitYaml(map);
  }
  const text = emitYaml(restyle(style, map, levels) as StyledMap);
  // comments are text that others wrote; whatever they do to the layout, the file must say what it should
  const written = await parseYaml(text, { file }).catch(() => null);
  return written !== null && yamlEquals(written, map) ? text : emitYaml(map);
}

/** A file without any style of its own is known without the YAML library. */
async function styleOf(text: string, { file, map }: { file: string; map: YamlMap }): Promise<StyledMap | undefined> {
  if (readCanonicalYaml(text) !== undefined && emitYaml(map) === text) {
    return withDefaultStyle(map);
  }
  const { readStyledYaml } = await import('./yaml-style.ts');
  return readStyledYaml(text, file);
}
