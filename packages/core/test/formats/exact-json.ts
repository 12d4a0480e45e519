import { readFile } from 'node:fs/promises';

import type { YamlKey, YamlValue } from '../../src/formats/yaml-value.ts';

/** A file of vectors as text. */
export function readVectorText(name: string): Promise<string> {
  return readFile(new URL(`../vectors/${name}`, import.meta.url), 'utf8');
}

/** JSON as Python reads it: numbers with a point or exponent are floats, integers are exact, objects are Maps in the order of the text. */
export function parseExactJson(text: string): YamlValue {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[-+.\w]+|[[\]{}:,]/gu) ?? [];
  let next = 0;
  function read(): YamlValue {
    const token = tokens[next++] ?? '';
    if (token === '[') {
      const items: YamlValue[] = [];
      while (tokens[next] !== ']') {
        items.push(read());
        next += tokens[next] === ',' ? 1 : 0;
      }
      next += 1;
      return items;
    }
    if (token === '{') {
      const map = new Map<YamlKey, YamlValue>();
      while (tokens[next] !== '}') {
        const key = JSON.parse(tokens[next] ?? '') as string;
        next += 2;
        map.set(key, read());
        next += tokens[next] === ',' ? 1 : 0;
      }
      next += 1;
      return map;
    }
    if (/^-?[0-9]+$/u.test(token)) {
      const number = Number(token);
      return Number.isSafeInteger(number) ? number : BigInt(token);
    }
    const value = JSON.parse(token) as null | boolean | number | string;
    return typeof value === 'number' ? { float: value } : value;
  }
  return read();
}
