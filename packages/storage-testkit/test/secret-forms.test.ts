import { StorageError } from '@datapin/storage';
import { expect, test } from 'vitest';

import { printedForms, secretIn } from '../src/index.ts';

const secret = 'p4ss/w+rd & \u00f6';

test.for([
  ['as it is', `login with ${secret} failed`],
  ['URL-encoded', `http://me:${encodeURIComponent(secret)}@host/`],
  ['as a form encodes it', new URLSearchParams({ password: secret }).toString()],
  ['in base64', Buffer.from(secret).toString('base64')],
  ['in base64 behind a user', `Basic ${Buffer.from(`me:${secret}`).toString('base64')}`],
  ['in base64 behind a longer user, with more after it', Buffer.from(`user:${secret}:and more`).toString('base64')],
  ['in base64 for URLs', Buffer.from(`x${secret}y`).toString('base64url')],
])('a secret is found %s', ([, text]) => {
  expect(secretIn(text ?? '', [secret])).toBe(secret);
});

test('other texts hold no secret, and one of three letters is none', () => {
  expect(secretIn('p4ss w0rd', [secret])).toBeUndefined();
  expect(secretIn('abc', ['abc'])).toBeUndefined();
});

test.for([
  ['the message', new Error(secret)],
  ['the message of a cause', new Error('failed', { cause: new Error('failed', { cause: new Error(secret) }) })],
  ['a cause that is no error', new StorageError('timeout', 'failed', { cause: { request: { headers: [secret] } } })],
  ['a property', Object.assign(new Error('failed'), { config: { password: secret } })],
  ['a hint', new StorageError('timeout', 'failed', { hint: secret })],
  ['one of several errors', new AggregateError([new Error(secret)], 'failed')],
  ['something that JSON tells', Object.assign(new Error('failed'), { toJSON: () => ({ secret }) })],
])('everything printed of an error is looked at: %s', ([, error]) => {
  expect(secretIn(printedForms(error), [secret])).toBe(secret);
});
