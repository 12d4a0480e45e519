/** A value as YAML knows it. Mappings are Maps, because their order matters and `__proto__` is a name like any other. */
export type YamlValue = null | boolean | number | bigint | string | YamlFloat | YamlTimestamp | readonly YamlValue[] | YamlMap;
export type YamlMap = ReadonlyMap<YamlKey, YamlValue>;
/** A key need not be a string: `1: x` and `null: x` are YAML. Collections as keys are refused. */
export type YamlKey = null | boolean | number | bigint | string | YamlFloat | YamlTimestamp;

/** A floating-point number. A plain `number` or `bigint` is an integer: Python, and so the bytes DVC writes, tell the two apart. */
export interface YamlFloat {
  readonly float: number;
}

/** A date (`2024-01-31`) or date and time (`2024-01-31T10:00:00.000005+00:00`, zone and fraction only where given), as Python's `isoformat()`. */
export interface YamlTimestamp {
  readonly timestamp: string;
}

/** Whether the value is a mapping. */
export function isYamlMap(value: YamlValue | undefined): value is YamlMap {
  return value instanceof Map;
}

/** Whether the value is a sequence. */
export function isYamlList(value: YamlValue | undefined): value is readonly YamlValue[] {
  return Array.isArray(value);
}

/** Whether the value is a {@link YamlFloat}. */
export function isYamlFloat(value: YamlValue | undefined): value is YamlFloat {
  return typeof value === 'object' && value !== null && 'float' in value;
}

/** Whether the value is a {@link YamlTimestamp}. */
export function isYamlTimestamp(value: YamlValue | undefined): value is YamlTimestamp {
  return typeof value === 'object' && value !== null && 'timestamp' in value;
}

/** Whether two values are equal as Python's `==` sees them: `1`, `1.0` and `true` are equal, the order of keys does not matter. */
export function yamlEquals(left: YamlValue, right: YamlValue): boolean {
  if (isYamlList(left)) {
    return isYamlList(right) && left.length === right.length && left.every((item, index) => yamlEquals(item, right[index] ?? null));
  }
  if (isYamlMap(left)) {
    return isYamlMap(right) && mapsEqual(left, right);
  }
  return !isYamlList(right) && !isYamlMap(right) && scalarIdentity(left) === scalarIdentity(right);
}

function mapsEqual(left: YamlMap, right: YamlMap): boolean {
  if (left.size !== right.size) {
    return false;
  }
  const others = new Map([...right].map(([key, value]) => [scalarIdentity(key), value]));
  return [...left].every(([key, value]) => {
    const other = others.get(scalarIdentity(key));
    return other !== undefined && yamlEquals(value, other);
  });
}

/** A text that two scalars share exactly when Python takes them for the same key. */
export function scalarIdentity(value: YamlKey): string {
  if (typeof value === 'string') {
    return `s${value}`;
  }
  if (value === null) {
    return '~';
  }
  if (typeof value === 'object') {
    return 'float' in value ? numberIdentity(value.float) : `t${value.timestamp}`;
  }
  return numberIdentity(typeof value === 'boolean' ? Number(value) : value);
}

function numberIdentity(value: number | bigint): string {
  // whole floats print as the integer they equal; beyond 2^53 only their exact value may be compared
  return typeof value === 'number' && Number.isInteger(value) ? `n${BigInt(value)}` : `n${value}`;
}
