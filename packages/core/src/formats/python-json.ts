import { compareCodePoints } from './code-point-order.ts';
import { formatPythonFloat } from './python-float.ts';
import { scalarText } from './yaml-token.ts';
import { isYamlFloat, isYamlList, isYamlMap, isYamlTimestamp, type YamlKey, type YamlValue } from './yaml-value.ts';

/** A value as Python's `json.dumps(value, sort_keys=True)` writes it: `", "` and `": "`, ASCII only, keys by code point, floats by `repr`. */
export function formatPythonJson(value: YamlValue): string {
  if (isYamlList(value)) {
    return `[${value.map(formatPythonJson).join(', ')}]`;
  }
  if (isYamlMap(value)) {
    const entries = Array.from(value, ([key, item]) => [keyText(key), item] as const);
    entries.sort(([left], [right]) => compareCodePoints(left, right));
    return `{${entries.map(([key, item]) => `${quote(key)}: ${formatPythonJson(item)}`).join(', ')}}`;
  }
  return typeof value === 'string' || isYamlTimestamp(value) ? quote(keyText(value)) : keyText(value);
}

function keyText(key: YamlKey): string {
  if (!isYamlFloat(key)) {
    return scalarText(key);
  }
  return Number.isFinite(key.float) ? formatPythonFloat(key.float) : String(key.float);
}

function quote(text: string): string {
  return JSON.stringify(text).replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
