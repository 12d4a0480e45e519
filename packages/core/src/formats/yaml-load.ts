import { DatapinError } from '../errors.ts';
import { readCanonicalYaml } from './yaml-canonical.ts';
import type { YamlValue } from './yaml-value.ts';

/** More text than this is refused unread: a metafile of this size lists about half a million files. */
const maxTextLength = 64 * 1024 * 1024;

/**
 * The value of a YAML document, typed as DVC types it (ruamel.yaml's safe loader, YAML 1.2): `yes` is a string, `0777` is 777, dates are dates,
 * merge keys are merged. An empty document is `null`. The text must be decoded UTF-8.
 *
 * Asynchronous because the YAML library is only loaded when it is needed: what DVC or datapin wrote is mostly read without it.
 * Rejects with `invalid-metafile`, which names `file` and the line, for malformed YAML, duplicate keys, unknown tags and texts that unfold beyond all bounds.
 */
export async function parseYaml(text: string, { file }: { readonly file: string }): Promise<YamlValue> {
  if (text.length > maxTextLength) {
    throw new DatapinError('invalid-metafile', `'${file}' is too large to be read as YAML: ${text.length} characters.`);
  }
  const canonical = readCanonicalYaml(text);
  if (canonical !== undefined) {
    return canonical;
  }
  const { readYamlDocument } = await import('./yaml-document.ts');
  return readYamlDocument(text, file);
}
