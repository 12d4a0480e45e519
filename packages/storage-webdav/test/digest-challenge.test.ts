import { expect, test } from 'vitest';

import { digestChallenge } from '../src/digest-challenge.ts';

const md5 = 'Digest realm="a, b", nonce="x=", qop="auth", algorithm=MD5';

test.each([
  ['alone', md5, md5],
  ['after another one in the same header', `Basic realm="data", ${md5}`, md5],
  ['before another one in the same header', `${md5}, Basic realm="data"`, md5],
  ['without an algorithm, which means MD5', 'Digest realm="r", nonce="n"', 'Digest realm="r", nonce="n"'],
])('Digest %s', (_how, header, found) => {
  expect(digestChallenge({ 'www-authenticate': header })).toBe(found);
});

test('of several algorithms MD5 is answered', () => {
  const header = `Digest realm="r", nonce="1", algorithm=SHA-256, Digest realm="r", nonce="2", algorithm=MD5`;
  expect(digestChallenge({ 'www-authenticate': header })).toBe('Digest realm="r", nonce="2", algorithm=MD5');
});

test.each([undefined, 'Basic realm="digest"', 'Bearer', 'Digest realm="r", nonce="n", algorithm=SHA-256'])(
  '%j holds none that can be answered',
  (header) => {
    expect(digestChallenge(header === undefined ? {} : { 'www-authenticate': header })).toBeUndefined();
  },
);
