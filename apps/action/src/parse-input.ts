import { DatapinError } from '@datapin/core';

/** An input is not what it may be. `name` is the input's. */
export function badInput(name: string, message: string, hint?: string): DatapinError {
  return new DatapinError('usage', `input ${name}: ${message}`, hint === undefined ? {} : { hint });
}

/** Lines without blanks around them, empty ones left out. */
export function lines(text: string): readonly string[] {
  return text
    .split(/\r?\n/u)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** `true` or `false`, by default `preset`. */
export function flag(name: string, text: string, preset: boolean): boolean {
  return choice(name, text, ['true', 'false'], preset ? 'true' : 'false') === 'true';
}

/** One of some words, by default `preset`. */
export function choice<const Word extends string>(name: string, text: string, words: readonly Word[], preset: Word): Word {
  const trimmed = text.trim();
  if (trimmed === '') return preset;
  const found = words.find((word) => word === trimmed);
  if (found === undefined) throw badInput(name, `${JSON.stringify(trimmed)} is none of ${words.join(', ')}`);
  return found;
}

/** A whole number of at least `least`; `undefined` when nothing is given. */
export function whole(name: string, text: string, least: number): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const value = Number(trimmed);
  if (/^\d+$/u.test(trimmed) && value >= least && Number.isSafeInteger(value)) return value;
  throw badInput(name, `${JSON.stringify(trimmed)} is not a whole number of at least ${least}`);
}

const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  kb: 1000,
  kib: 1024,
  m: 1024 ** 2,
  mb: 1000 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1000 ** 3,
  gib: 1024 ** 3,
  t: 1024 ** 4,
  tb: 1000 ** 4,
  tib: 1024 ** 4,
};

/** A size in bytes: `500MB`, `4GiB`, `1.5 GiB`. */
export function size(name: string, text: string, preset: number): number {
  const trimmed = text.trim();
  if (trimmed === '') return preset;
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/iu.exec(trimmed) ?? [];
  const factor = units[unit.toLowerCase()];
  if (number === '' || factor === undefined) throw badInput(name, `${JSON.stringify(trimmed)} is not a size such as 500MB or 4GiB`);
  return Math.floor(Number(number) * factor);
}
