import { scalarText } from './yaml-token.ts';
import { isYamlFloat, isYamlList, isYamlMap, isYamlTimestamp, type YamlMap, type YamlValue } from './yaml-value.ts';

/** Where in a metafile a value stands: keys and indexes from the top. */
export type FieldPath = readonly (string | number)[];

/** A value of a metafile and where it stands. */
export interface Field {
  readonly value: YamlValue;
  readonly path: FieldPath;
}

/** A mapping whose keys have been checked. */
export interface Fields {
  readonly map: YamlMap;
  readonly path: FieldPath;
}

/** A metafile says something that DVC's schema does not allow. Whoever reads the file turns it into an error that names file and line. */
export class SchemaProblem extends Error {
  readonly path: FieldPath;

  constructor(problem: string, path: FieldPath) {
    super(problem);
    this.path = path;
  }
}

/** The mapping at a field. Throws a {@link SchemaProblem} for anything else and for keys that are not allowed (DVC refuses them as well). */
export function readFields(field: Field, allowed: ReadonlySet<string>): Fields {
  const map = readMap(field);
  for (const key of map.keys()) {
    if (typeof key !== 'string' || !allowed.has(key)) {
      throw new SchemaProblem('extra keys not allowed', [...field.path, scalarText(key)]);
    }
  }
  return { map, path: field.path };
}

/** The value of a key, or `undefined` when the key is absent. Reads with `read`, which throws a {@link SchemaProblem}. */
export function optional<T>(fields: Fields, key: string, read: (field: Field) => T): T | undefined {
  const value = fields.map.get(key);
  return value === undefined ? undefined : read({ value, path: [...fields.path, key] });
}

/** As {@link optional}, but the key must be there. */
export function required<T>(fields: Fields, key: string, read: (field: Field) => T): T {
  const value = optional(fields, key, read);
  if (value === undefined) {
    throw new SchemaProblem('required key not provided', [...fields.path, key]);
  }
  return value;
}

/** The field's value, whatever it is. */
export function readAny(field: Field): YamlValue {
  return field.value;
}

/** A reader that also takes null, for which it gives the second argument. */
export function orNull<T, U>(read: (field: Field) => T, empty: U): (field: Field) => T | U {
  return (field) => (field.value === null ? empty : read(field));
}

/** A string. */
export function readString(field: Field): string {
  if (typeof field.value !== 'string') {
    throw expected('str', field);
  }
  return field.value;
}

/** A whole number of bytes or files. */
export function readCount(field: Field): number {
  if (typeof field.value !== 'number' || field.value < 0) {
    throw expected('int', field);
  }
  return field.value;
}

/** `true` or `false`. */
export function readBoolean(field: Field): boolean {
  if (typeof field.value !== 'boolean') {
    throw expected('bool', field);
  }
  return field.value;
}

/** A mapping with any keys. */
export function readMap(field: Field): YamlMap {
  if (!isYamlMap(field.value)) {
    throw expected('a dictionary', field);
  }
  return field.value;
}

/** A reader of lists, each item by `read`. */
export function readList<T>(read: (field: Field) => T): (field: Field) => T[] {
  return (field) => {
    if (!isYamlList(field.value)) {
      throw expected('a list', field);
    }
    return field.value.map((value, index) => read({ value, path: [...field.path, index] }));
  };
}

/**
 * A checksum: a text of three or more characters, kept as it is written. Null and `''` mean none.
 * DVC also takes integers; one with leading zeros would be another number, so it is refused.
 */
export function readChecksum(field: Field): string | undefined {
  if (field.value === null || field.value === '') {
    return undefined;
  }
  if (typeof field.value !== 'string') {
    throw new SchemaProblem(`expected str, put quotes around the value`, field.path);
  }
  if (field.value.length < 3) {
    throw new SchemaProblem('length of value must be at least 3', field.path);
  }
  return field.value;
}

function expected(what: string, field: Field): SchemaProblem {
  return new SchemaProblem(`expected ${what}, but found ${kindOf(field.value)}`, field.path);
}

function kindOf(value: YamlValue): string {
  if (isYamlMap(value)) {
    return 'a dictionary';
  }
  if (isYamlList(value)) {
    return 'a list';
  }
  if (isYamlFloat(value)) {
    return 'float';
  }
  if (isYamlTimestamp(value)) {
    return 'a date';
  }
  return value === null ? 'null' : typeof value === 'string' ? 'str' : typeof value === 'boolean' ? 'bool' : 'int';
}
