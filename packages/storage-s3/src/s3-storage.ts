import {
  type ByteRange,
  type ByteStream,
  type CallOptions,
  type ObjectInfo,
  type ReadOptions,
  type RemoteSpec,
  sharedAttempt,
  type Storage,
  StorageError,
  type StorageHost,
  type WriteOptions,
} from '@datapin/storage';
import { type BucketRequests, createBucketRequests } from './bucket-requests.ts';
import { createControlClient } from './control-client.ts';
import { credentialSource } from './credentials.ts';
import type { HttpResponse } from './http-exchange.ts';
import { type Connector, createTransport } from './http-transport.ts';
import { listPage } from './list-page.ts';
import { uploadInParts } from './multipart-upload.ts';
import { bodySha256, outgoingBody } from './object-body.ts';
import { resolveSettings } from './s3-settings.ts';

const listPageSize = 1000;
const removeBatchSize = 1000;

/** Opens an S3 remote. No request is made and no credentials are looked for before the first call. `connector` is for tests. */
export async function openS3Storage(
  remote: RemoteSpec,
  host: StorageHost,
  connector?: Connector,
): Promise<Required<Omit<Storage, 'sync' | 'pathOf'>>> {
  const settings = await resolveSettings(remote, host);
  const transport = createTransport(settings.connection, connector);
  const requests = createBucketRequests({ settings, transport, credentials: credentialSource(settings, host) });
  const { creation, customerKey } = settings.headers;
  const { prefix, transfer } = settings;
  const controlClient = sharedAttempt(() => createControlClient(settings.bucket, requests, settings.headers));

  return {
    traits: { rangeReads: true, atomicWrites: true, versions: true, maxConnections: transfer.maxConnections, listPageSize },

    async stat(key, { version, signal } = {}): Promise<ObjectInfo> {
      const response = await requests.send({
        method: 'HEAD',
        key: objectKey(prefix, key),
        query: versionQuery(version),
        headers: customerKey,
        signal,
      });
      response.body.ignore();
      return objectInfo(key, response);
    },

    read: async (key, options = {}) => readObject({ requests, key: objectKey(prefix, key), headers: customerKey }, options),

    async write(key, source, { md5, signal, step }: WriteOptions = {}): Promise<void> {
      const target = changedKey(prefix, key);
      if (source.size >= transfer.multipartThreshold) {
        await uploadInParts({
          key: target,
          source,
          transfer,
          control: await controlClient(),
          requests,
          headers: customerKey,
          md5,
          signal,
          step,
        });
        return;
      }
      const body = await outgoingBody(source);
      const response = await requests.send({
        method: 'PUT',
        key: target,
        headers: {
          ...creation,
          ...customerKey,
          ...(md5 === undefined ? {} : { 'content-md5': Buffer.from(md5, 'hex').toString('base64') }),
          ...(requests.encrypted ? {} : { 'x-amz-content-sha256': await bodySha256(body) }),
        },
        body: body.open,
        contentLength: body.size,
        signal,
      });
      response.body.ignore();
    },

    async remove(keys, { signal }: CallOptions = {}): Promise<void> {
      const client = await controlClient();
      for (let start = 0; start < keys.length; start += removeBatchSize) {
        await client.removeBatch(
          keys.slice(start, start + removeBatchSize).map((key) => changedKey(prefix, key)),
          signal,
        );
      }
    },

    async *list(start, { signal }: CallOptions = {}): AsyncGenerator<readonly ObjectInfo[], void, undefined> {
      let token: string | undefined;
      do {
        const page = await listPage(requests, { prefix: `${prefix}${start}`, token, signal });
        if (page.objects.length > 0) yield page.objects.map((object) => ({ ...object, key: object.key.slice(prefix.length) }));
        token = page.next;
      } while (token !== undefined);
    },

    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

interface ObjectRead {
  readonly requests: BucketRequests;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function readObject({ requests, key, headers }: ObjectRead, { range, version, signal }: ReadOptions): Promise<ByteStream> {
  const response = await requests.send({
    method: 'GET',
    key,
    query: versionQuery(version),
    headers: range === undefined ? headers : { ...headers, range: `bytes=${range.start}-${range.end - 1}` },
    signal,
  });
  if (range !== undefined) {
    const problem = rangeProblem(response, range);
    if (problem !== undefined) {
      response.body.cancel();
      throw new StorageError(
        problem === 'short' ? 'interrupted' : 'unsupported',
        `object ${key}: the store did not answer with the part asked for`,
        {
          status: response.status,
        },
      );
    }
  }
  return response.body;
}

/** A part was asked for, so nothing else will do: another one, the whole (a store without ranges), or less (the object got shorter). */
function rangeProblem({ status, headers }: HttpResponse, { start, end }: ByteRange): 'other' | 'short' | undefined {
  if (status !== 206) return 'other';
  const length = headers['content-length'];
  if (length !== undefined && Number(length) < end - start) return 'short';
  const answered = /^bytes (\d+)-(\d+)\//u.exec(headers['content-range'] ?? '');
  if (answered === null) return undefined;
  if (Number(answered[1]) !== start || Number(answered[2]) >= end) return 'other';
  return Number(answered[2]) === end - 1 ? undefined : 'short';
}

function objectKey(prefix: string, key: string): string {
  if (key === '') throw new StorageError('invalid-request', 'an empty key names no object');
  return prefix + key;
}

const dotSegment = /(?:^|\/)\.{1,2}(?:\/|$)/u;

/** To S3 itself `..` is a name like any other, but stores that keep objects as files let it lead out of the remote's prefix: nothing is changed there. */
function changedKey(prefix: string, key: string): string {
  if (dotSegment.test(key)) throw new StorageError('invalid-request', `the key ${key} has a segment . or ..`);
  return objectKey(prefix, key);
}

function versionQuery(version: string | undefined): Record<string, string> {
  return version === undefined ? {} : { versionId: version };
}

/** `null` is the name of a version that the next write replaces; it pins nothing. */
function objectInfo(key: string, { headers }: HttpResponse): ObjectInfo {
  const version = headers['x-amz-version-id'];
  return {
    key,
    size: Number(headers['content-length'] ?? 0),
    ...(headers.etag === undefined ? {} : { etag: headers.etag }),
    ...(typeof version === 'string' && version !== 'null' ? { version } : {}),
  };
}
