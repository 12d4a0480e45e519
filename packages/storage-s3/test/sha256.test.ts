import { createHash, createHmac } from 'node:crypto';

import { randomBytes } from '@datapin/storage-testkit';
import { expect, test } from 'vitest';

import { Sha256 } from '../src/sha256.ts';

test.each([0, 1, 31, 32, 63, 64, 65, 1000])('an HMAC with a key of %i bytes is that of RFC 2104', async (size) => {
  const key = randomBytes(size, size);
  const digest = new Sha256(key);
  digest.update(Buffer.from('some '));
  digest.update(Buffer.from('text'));
  expect(Buffer.from(await digest.digest())).toEqual(createHmac('sha256', key).update('some text').digest());
});

test('without a key it is the plain digest, also of nothing', async () => {
  expect(Buffer.from(await new Sha256().digest())).toEqual(createHash('sha256').digest());
});

test('keys may be text and views', async () => {
  const view = new DataView(new TextEncoder().encode('xkey').buffer, 1);
  const expected = createHmac('sha256', 'key').digest();
  expect(Buffer.from(await new Sha256('key').digest())).toEqual(expected);
  expect(Buffer.from(await new Sha256(view).digest())).toEqual(expected);
});
