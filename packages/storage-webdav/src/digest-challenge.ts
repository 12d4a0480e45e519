import type { IncomingHttpHeaders } from 'node:http';

const digestWithParameters = /digest\s+(?:[\w-]+\s*=\s*(?:"[^"]*"|[^\s,"]+)[\s,]*)+/giu;

/**
 * The Digest challenge of a 401, as text from `Digest` on; `undefined` when the server offers none that can be answered. Servers send
 * several challenges, in headers of their own or in one (RFC 9110 §11.6.1), and Digest once per algorithm: MD5 is the one that is spoken here.
 */
export function digestChallenge(headers: IncomingHttpHeaders): string | undefined {
  const value: string | readonly string[] = headers['www-authenticate'] ?? '';
  const challenges = [value].flat().flatMap((line) => line.match(digestWithParameters) ?? []);
  return challenges.find(speaksMd5)?.replace(/[\s,]+$/u, '');
}

function speaksMd5(challenge: string): boolean {
  const algorithm = /[\s,]algorithm\s*=\s*"?([\w-]+)/iu.exec(challenge)?.[1];
  return algorithm === undefined || /^md5(?:-sess)?$/iu.test(algorithm);
}
