import { formatPythonFloat } from './python-float.ts';
import { isYamlFloat, isYamlList, isYamlMap, isYamlTimestamp, type YamlMap, type YamlValue } from './yaml-value.ts';

/** A scalar as Python's `str` prints it: `True`, `None`, `1e-07`. `undefined` for lists and mappings. */
export function pythonText(value: YamlValue): string | undefined {
  if (typeof value === 'string') return value;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (isYamlFloat(value)) return formatPythonFloat(value.float);
  if (isYamlTimestamp(value)) return value.timestamp;
  return isYamlList(value) || isYamlMap(value) ? undefined : String(value);
}

/** The name of a value's type in Python, for messages. */
export function pythonTypeName(value: YamlValue): string {
  if (typeof value === 'string') return 'str';
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (isYamlFloat(value)) return 'float';
  if (isYamlTimestamp(value)) return 'date';
  if (isYamlList(value)) return 'list';
  return isYamlMap(value) ? 'dict' : 'int';
}

/** A mapping with its keys as text; entries with other keys than strings are left out, as DVC does when it builds a context. */
export function stringKeys(map: YamlMap): Map<string, YamlValue> {
  return new Map([...map].flatMap(([key, value]) => (typeof key === 'string' ? [[key, value] as const] : [])));
}
