import { formatPythonFloat } from './python-float.ts';
import type { YamlKey } from './yaml-value.ts';

/** A scalar as DVC writes it where no quotes are needed: `true`, `null`, `1.0`, `.inf`, `2024-01-31 10:00:00`; a string as it is. */
export function scalarText(value: YamlKey): string {
  if (typeof value !== 'object' || value === null) {
    return String(value);
  }
  if ('timestamp' in value) {
    return value.timestamp.replace('T', ' ');
  }
  if (Number.isFinite(value.float)) {
    return formatPythonFloat(value.float);
  }
  return Number.isNaN(value.float) ? '.nan' : value.float > 0 ? '.inf' : '-.inf';
}
