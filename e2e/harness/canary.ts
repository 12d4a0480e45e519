import { expect } from 'vitest';

/** A secret that can be found again in whatever form it leaks. Has characters that URLs and shells change; fits into a header. */
export function canary(name: string): string {
  return `canary+${name}/${'0123456789'.slice(0, 6)}==%&w`;
}

/**
 * Whether a text holds a secret: as it is, with parts of it escaped, URL-encoded, in hexadecimal, or in base64 behind or before anything (`user:password`
 * shifts it by up to two bytes).
 */
export function holds(text: string, secret: string): boolean {
  const url = encodeURIComponent(secret);
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    url,
    url.toLowerCase(),
    encodeURI(secret),
    Buffer.from(secret).toString('hex'),
  ];
  for (const shift of [0, 1, 2]) {
    // the first and the last group depend on what is beside the secret
    const shifted = Buffer.from('x'.repeat(shift) + secret).toString('base64');
    const core = shifted.slice(shift === 0 ? 0 : 4, Math.floor((shift + secret.length) / 3) * 4);
    forms.push(core, core.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(core));
  }
  return forms.some((form) => text.includes(form));
}

/** Fails with the names of the secrets that a text holds, and where. */
export function expectNone(text: string, secrets: Readonly<Record<string, string>>, what: string): void {
  const leaked = Object.entries(secrets).filter(([, secret]) => holds(text, secret));
  expect(
    leaked.map(([name]) => name),
    `${what}\n${leaked.length === 0 ? '' : text}`,
  ).toEqual([]);
}
