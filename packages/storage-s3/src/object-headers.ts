import { createHash } from 'node:crypto';
import { type OptionValue, StorageError } from '@datapin/storage';

/** Headers that options add to requests about objects. */
export interface ObjectHeaders {
  /** For every read, write and part: the customer's key (SSE-C). */
  readonly customerKey: Readonly<Record<string, string>>;
  /** For requests that create an object: encryption and access. Without {@link customerKey}. */
  readonly creation: Readonly<Record<string, string>>;
}

const cannedAcls: readonly string[] = [
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
];

const grants = {
  grant_full_control: 'x-amz-grant-full-control',
  grant_read: 'x-amz-grant-read',
  grant_read_acp: 'x-amz-grant-read-acp',
  grant_write_acp: 'x-amz-grant-write-acp',
} as const;

/** Encryption and access options as headers. Rejects combinations that DVC rejects, and what cannot work, with `invalid-request`. */
export function objectHeadersOf(options: Readonly<Record<string, OptionValue>>): ObjectHeaders {
  const creation: Record<string, string> = { ...encryptionHeaders(options), ...accessHeaders(options) };
  return { creation, customerKey: customerKeyHeaders(options) };
}

function encryptionHeaders(options: Readonly<Record<string, OptionValue>>): Record<string, string> {
  const headers: Record<string, string> = {};
  const sse = text(options['sse']);
  const kmsKey = text(options['sse_kms_key_id']);
  if (sse !== undefined) headers['x-amz-server-side-encryption'] = sse;
  if (kmsKey !== undefined) headers['x-amz-server-side-encryption-aws-kms-key-id'] = kmsKey;
  return headers;
}

function accessHeaders(options: Readonly<Record<string, OptionValue>>): Record<string, string> {
  const acl = text(options['acl']);
  const headers: Record<string, string> = {};
  if (acl !== undefined) {
    if (!cannedAcls.includes(acl)) {
      throw new StorageError('invalid-request', `acl = ${acl} is not a canned ACL of S3`, { hint: `Use one of ${cannedAcls.join(', ')}.` });
    }
    headers['x-amz-acl'] = acl;
  }
  for (const [option, header] of Object.entries(grants)) {
    const value = text(options[option]);
    if (value === undefined) continue;
    if (acl !== undefined)
      throw new StorageError('invalid-request', `acl and ${option} exclude each other`, { hint: `Remove one of them.` });
    headers[header] = value;
  }
  return headers;
}

function customerKeyHeaders(options: Readonly<Record<string, OptionValue>>): Record<string, string> {
  const encoded = text(options['sse_customer_key']);
  const algorithm = text(options['sse_customer_algorithm']);
  if (encoded === undefined) return algorithm === undefined ? {} : { 'x-amz-server-side-encryption-customer-algorithm': algorithm };
  if (text(options['sse_kms_key_id']) !== undefined) {
    throw new StorageError('invalid-request', 'sse_kms_key_id and sse_customer_key exclude each other', { hint: 'Remove one of them.' });
  }
  const key = Buffer.from(encoded, 'base64');
  if (key.length === 0) throw new StorageError('invalid-request', 'sse_customer_key is not base64');
  return {
    'x-amz-server-side-encryption-customer-algorithm': algorithm ?? 'AES256',
    'x-amz-server-side-encryption-customer-key': key.toString('base64'),
    'x-amz-server-side-encryption-customer-key-md5': createHash('md5').update(key).digest('base64'),
  };
}

function text(value: OptionValue | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : String(value);
}
