import type { YamlValue } from '../formats/yaml-value.ts';

/** A scalar as the text that a configuration file would hold for it; anything else is empty. */
export function yamlText(value: YamlValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return '';
}
