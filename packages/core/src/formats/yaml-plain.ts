import type { YamlValue } from './yaml-value.ts';

/** What a plain (unquoted) scalar means: its value, or why it cannot be read. */
export type PlainScalar = { readonly value: YamlValue } | { readonly problem: string };

const booleanPattern = /^(?:true|True|TRUE|false|False|FALSE)$/u;
const nullPattern = /^(?:~|null|Null|NULL|)$/u;
const integerPattern = /^[-+]?(?:0b[01_]+|0o?[0-7_]+|[0-9_]+|0x[0-9a-fA-F_]+)$/u;
const floatPattern =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/u;
const datePattern = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/u;
const timePattern =
  /^([0-9]{4})-([0-9][0-9]?)-([0-9][0-9]?)(?:[Tt]|[ \t]+)([0-9][0-9]?):([0-9]{2}):([0-9]{2})(?:\.([0-9]*))?(?:[ \t]*(Z|[-+][0-9][0-9]?(?::[0-9]{2})?))?$/u;

/** First characters that something other than a string can start with. Anything else needs no look at the patterns. */
const startsNonString = /^(?:[-+0-9.tTfFnN~=<]|$)/u;

/**
 * Whether a plain scalar with this text is a string: the implicit types of YAML 1.2 as ruamel.yaml has them, which are not quite the
 * specification's (`0777` is 777, `0b11` and `1_000` are integers, dates are dates; `yes`, `on` and `12:30:45` are strings).
 */
export function isPlainString(text: string): boolean {
  return !startsNonString.test(text) || implicitType(text) === 'string';
}

type ImplicitType = 'string' | 'boolean' | 'null' | 'integer' | 'float' | 'timestamp' | 'merge' | 'value';

function implicitType(text: string): ImplicitType {
  if (booleanPattern.test(text)) {
    return 'boolean';
  }
  if (nullPattern.test(text)) {
    return 'null';
  }
  const first = text.charAt(0);
  // a type is only looked for behind the characters it can start with; an integer's pattern alone would take `_1`
  if ((first >= '0' && first <= '9') || first === '-' || first === '+' || first === '.') {
    if (floatPattern.test(text)) {
      return 'float';
    }
    if (first !== '.' && integerPattern.test(text)) {
      return 'integer';
    }
    return datePattern.test(text) || timePattern.test(text) ? 'timestamp' : 'string';
  }
  return text === '<<' ? 'merge' : text === '=' ? 'value' : 'string';
}

/** The value of a plain scalar, typed as {@link isPlainString} says. */
export function resolvePlain(text: string): PlainScalar {
  switch (startsNonString.test(text) ? implicitType(text) : 'string') {
    case 'string':
      return { value: text };
    case 'boolean':
      return { value: text.toLowerCase() === 'true' };
    case 'null':
      return { value: null };
    case 'integer':
      return parseInteger(text);
    case 'float':
      return parseFloatingPoint(text);
    case 'timestamp':
      return parseTimestamp(text);
    case 'merge':
    case 'value':
      return { problem: `'${text}' has a special meaning and must be quoted` };
  }
}

/** An integer of any size: decimal with or without leading zeros, `0b`, `0o`, `0x`, underscores anywhere behind the first digit. */
export function parseInteger(text: string): PlainScalar {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/u, '').replaceAll('_', '');
  if (!/^(?:0b[01]+|0o[0-7]+|0x[0-9a-fA-F]+|[0-9]+)$/u.test(digits)) {
    return { problem: `'${text}' is not an integer` };
  }
  const big = BigInt(digits);
  const small = Number(big);
  if (Number.isSafeInteger(small)) {
    return { value: negative && small !== 0 ? -small : small };
  }
  return { value: negative ? -big : big };
}

/** A floating-point number; `1`, `1.`, `.5`, `1e5`, `.inf`, `-.inf` and `.nan` are some. */
export function parseFloatingPoint(text: string): PlainScalar {
  const lower = text.replaceAll('_', '').toLowerCase();
  const special = /^([-+]?)\.(inf|nan)$/u.exec(lower);
  if (special !== null) {
    return { value: { float: special[2] === 'nan' ? Number.NaN : special[1] === '-' ? -Infinity : Infinity } };
  }
  if (!/^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$/u.test(lower)) {
    return { problem: `'${text}' is not a number` };
  }
  return { value: { float: Number(lower) } };
}

/** A date or a date with time, which must exist in the calendar. */
export function parseTimestamp(text: string): PlainScalar {
  const problem = { problem: `'${text}' is not a valid date` };
  if (datePattern.test(text)) {
    return isCalendarDate(text) ? { value: { timestamp: text } } : problem;
  }
  const match = timePattern.exec(text);
  if (match === null) {
    return problem;
  }
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = '', zone = ''] = match;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (!isCalendarDate(date) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    return problem;
  }
  const time = `${hour.padStart(2, '0')}:${minute}:${second}`;
  return { value: { timestamp: `${date}T${time}${microseconds(fraction)}${utcOffset(zone)}` } };
}

function isCalendarDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) && !text.startsWith('0000');
}

function microseconds(fraction: string): string {
  const value = Math.min(Math.round(Number(`0.${fraction || '0'}`) * 1e6), 999_999);
  return value === 0 ? '' : `.${String(value).padStart(6, '0')}`;
}

function utcOffset(zone: string): string {
  if (zone === '' || zone === 'Z') {
    return zone === '' ? '' : '+00:00';
  }
  const [hours = '', minutes = '00'] = zone.slice(1).split(':');
  const sign = Number(hours) === 0 && Number(minutes) === 0 ? '+' : zone.charAt(0);
  return `${sign}${hours.padStart(2, '0')}:${minutes}`;
}
