import { type Env, readEnv } from '../env-vars.ts';

const codes = { red: 31, green: 32, yellow: 33, blue: 34, cyan: 36, bold: 1, dim: 2 } as const;

export type Color = keyof typeof codes;

/** Paints a text for one stream, or leaves it alone when the stream wants no colour. */
export type Paint = (color: Color, text: string) => string;

export const plain: Paint = (_color, text) => text;

const ansi: Paint = (color, text) => (text === '' ? '' : `\u001B[${codes[color]}m${text}\u001B[0m`);

/**
 * Whether a stream gets colours: `NO_COLOR` (any text) forbids them, `FORCE_COLOR` (not `0` or `false`) wants them anywhere,
 * else a terminal that is not `dumb` gets them. See no-color.org and force-color.org.
 */
export function choosePaint(env: Env, isTerminal: boolean): Paint {
  const force = readEnv(env, 'FORCE_COLOR');
  if (readEnv(env, 'NO_COLOR') !== undefined) return plain;
  if (force !== undefined) return force === '0' || force === 'false' ? plain : ansi;
  return isTerminal && readEnv(env, 'TERM') !== 'dumb' ? ansi : plain;
}
