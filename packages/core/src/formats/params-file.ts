import { DatapinError } from '../errors.ts';
import { parseYaml } from './yaml-load.ts';
import type { YamlFloat, YamlValue } from './yaml-value.ts';

/**
 * The content of a params file, read by the end of its name as DVC does: JSON, TOML, Python, YAML for all others. An empty file is an empty mapping.
 * Rejects with `invalid-metafile`, and with `unsupported` for Python files.
 */
export async function parseParams(text: string, { file }: { readonly file: string }): Promise<YamlValue> {
  const suffix = /\.[^./]+$/.exec(file)?.[0].toLowerCase();
  switch (suffix) {
    case '.json':
      return parseJsonParams(text, file);
    case '.toml':
      return parseTomlParams(text, file);
    case '.py':
      throw new DatapinError('unsupported', `params in Python files cannot be read yet: ${file}`, {
        hint: 'move the params to a YAML, JSON or TOML file',
      });
    default:
      return (await parseYaml(text, { file })) ?? new Map();
  }
}

function parseJsonParams(text: string, file: string): YamlValue {
  try {
    const value = fromJson(JSON.parse(text, keepNumberText));
    return value === null || value === '' || value === 0 || value === false ? new Map() : value;
  } catch (error) {
    throw new DatapinError('invalid-metafile', `'${file}' is not valid JSON`, { cause: error });
  }
}

/** A number of a JSON text before it is known whether it was written as an integer. */
class JsonNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

function keepNumberText(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' ? new JsonNumber(context?.source ?? String(value)) : value;
}

function fromJson(value: unknown): YamlValue {
  if (value instanceof JsonNumber) {
    return fromNumberText(value.source);
  }
  if (Array.isArray(value)) {
    return value.map(fromJson);
  }
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([key, item]) => [key, fromJson(item)]));
  }
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

function fromNumberText(source: string): number | bigint | YamlFloat {
  if (!/^-?\d+$/.test(source)) {
    return { float: Number(source) };
  }
  const integer = Number(source);
  return Number.isSafeInteger(integer) ? integer : BigInt(source);
}

async function parseTomlParams(text: string, file: string): Promise<YamlValue> {
  const { parse } = await import('smol-toml');
  try {
    return fromToml(parse(text, { integersAsBigInt: true }));
  } catch (error) {
    throw new DatapinError('invalid-metafile', `'${file}' is not valid TOML: ${error instanceof Error ? firstLine(error.message) : ''}`, {
      cause: error,
    });
  }
}

function fromToml(value: unknown): YamlValue {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  if (typeof value === 'number') {
    return { float: value };
  }
  if (value instanceof Date) {
    return { timestamp: pythonTimestamp(value.toISOString()) };
  }
  if (Array.isArray(value)) {
    return value.map(fromToml);
  }
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([key, item]) => [key, fromToml(item)]));
  }
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

/** As Python's `isoformat` prints it: a fraction of six digits where there is any, the zone as an offset. */
function pythonTimestamp(text: string): string {
  return text.replace(/\.(\d+)/, (_, digits: string) => (Number(digits) === 0 ? '' : `.${digits.padEnd(6, '0')}`)).replace(/Z$/, '+00:00');
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
