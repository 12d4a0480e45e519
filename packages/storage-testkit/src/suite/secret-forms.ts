import { inspect } from 'node:util';

/**
 * The forms in which a secret may leak: as it is, URL-encoded, and in base64, there also as a part of a longer text (`user:password`), where
 * the letters depend on how many bytes come before. Secrets of fewer than 4 characters have no forms: they would be found anywhere.
 */
export function secretForms(secret: string): readonly string[] {
  if (secret.length < 4) return [];
  const encoded = encodeURIComponent(secret);
  return [...new Set([secret, encoded, encoded.toLowerCase(), encoded.replaceAll('%20', '+'), ...base64Forms(secret)])];
}

function base64Forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // only the letters that the secret alone decides
    const inner = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return inner.length < 6 ? [] : [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** The first of the secrets that a text holds in any form; `undefined` when it holds none. */
export function secretIn(text: string, secrets: readonly string[]): string | undefined {
  return secrets.find((secret) => secretForms(secret).some((form) => text.includes(form)));
}

/** Everything that anybody could print of an error: message, properties, stack, causes, JSON. */
export function printedForms(error: unknown): string {
  const parts: unknown[] = [String(error), inspect(error, { depth: 10, showHidden: true, maxStringLength: null })];
  for (let cause = error; cause instanceof Error; { cause } = cause) {
    parts.push(cause.message, cause.stack, json(cause), json(Object.entries(cause)), 'hint' in cause ? cause.hint : '');
  }
  return parts.join('\n');
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // a circle: `inspect` shows what is in it
    return '';
  }
}
