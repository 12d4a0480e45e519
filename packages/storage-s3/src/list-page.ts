import { type ObjectInfo, StorageError } from '@datapin/storage';

import type { BucketRequests } from './bucket-requests.ts';
import { decodeListedKey } from './object-path.ts';
import { elementText } from './xml-text.ts';

/** A page of a listing; keys are whole, with the remote's prefix. */
export interface ListPage {
  readonly objects: readonly ObjectInfo[];
  /** The token of the next page; absent on the last one. */
  readonly next: string | undefined;
}

export interface ListRequest {
  readonly prefix: string;
  readonly token: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Asks for a page of the objects whose key starts with `prefix` (ListObjectsV2). */
export async function listPage(requests: BucketRequests, { prefix, token, signal }: ListRequest): Promise<ListPage> {
  const response = await requests.send({
    method: 'GET',
    key: '',
    query: { 'list-type': '2', 'encoding-type': 'url', prefix, ...(token === undefined ? {} : { 'continuation-token': token }) },
    signal,
  });
  return parseListPage((await response.body.collect()).toString('utf8'));
}

/**
 * Reads an answer of ListObjectsV2. Rejects with `invalid-request` what is none, and one that is not the last and names no next: what is missing from a
 * listing would count as missing from the store.
 */
function parseListPage(xml: string): ListPage {
  if (!xml.includes('<ListBucketResult') || !/<\/ListBucketResult>\s*$/u.test(xml)) {
    throw new StorageError('invalid-request', "the answer to a listing is not S3's", { hint: 'Check the endpoint of the remote.' });
  }
  const firstObject = xml.indexOf('<Contents>');
  const head = outsideObjects(xml, firstObject);
  const next = elementText(head, 'IsTruncated') === 'true' ? elementText(head, 'NextContinuationToken') : undefined;
  if (next === undefined && elementText(head, 'IsTruncated') === 'true') {
    throw new StorageError('invalid-request', 'a listing goes on, but the store does not say where');
  }
  // only the answer tells whether the store took the wish for encoded keys (versitygw does not)
  const decode = elementText(head, 'EncodingType') === 'url' ? decodeListedKey : (key: string): string => key;
  const objects: ObjectInfo[] = [];
  for (let start = firstObject; start !== -1;) {
    const end = xml.indexOf('</Contents>', start);
    objects.push(parseObject(xml.slice(start, end), decode));
    start = xml.indexOf('<Contents>', end);
  }
  return { objects, next };
}

/** Everything but the objects, which stand together; stores differ in what they put before and after them. */
function outsideObjects(xml: string, firstObject: number): string {
  if (firstObject === -1) return xml;
  return xml.slice(0, firstObject) + xml.slice(xml.lastIndexOf('</Contents>'));
}

function parseObject(xml: string, decode: (key: string) => string): ObjectInfo {
  const key = elementText(xml, 'Key');
  const size = Number(elementText(xml, 'Size'));
  const etag = elementText(xml, 'ETag');
  if (key === undefined || !Number.isSafeInteger(size))
    throw new StorageError('invalid-request', 'a listing holds an object without key or size');
  return { key: decode(key), size, ...(etag === undefined ? {} : { etag }) };
}
