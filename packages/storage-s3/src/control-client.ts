import { createHash, hash } from 'node:crypto';
import type { CompletedPart } from '@aws-sdk/client-s3';
import { isStorageError, StorageError } from '@datapin/storage';
import type { BucketRequests } from './bucket-requests.ts';
import type { ObjectHeaders } from './object-headers.ts';
import { failureError, parseFailure } from './s3-error.ts';

/** What is rare enough to go through the SDK's commands: they build the requests and read the answers, signing and sending stay ours. */
export interface ControlClient {
  /** Removes up to 1000 objects. */
  removeBatch(keys: readonly string[], signal: AbortSignal | undefined): Promise<void>;
  startUpload(key: string, signal: AbortSignal | undefined): Promise<string>;
  completeUpload(key: string, uploadId: string, parts: readonly CompletedPart[], signal: AbortSignal | undefined): Promise<void>;
  abortUpload(key: string, uploadId: string, signal: AbortSignal): Promise<void>;
}

/** A request of the SDK as its handler gets it. */
interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** Headers of the SDK that are set again when the request is signed, or that no store needs. */
const dropped =
  /^(host|authorization|user-agent|content-length|amz-sdk-.*|x-amz-date|x-amz-user-agent|x-amz-content-sha256|x-amz-security-token|expect)$/u;

/** Loads the SDK's client: a tenth of a second, so only for remotes that remove or send parts. */
export async function createControlClient(bucket: string, requests: BucketRequests, headers: ObjectHeaders): Promise<ControlClient> {
  const sdk = await import('@aws-sdk/client-s3');
  const pathPrefix = `/${encodeURIComponent(bucket)}`;

  async function handle(request: SdkRequest, signal: AbortSignal | undefined): Promise<Buffer> {
    const body = typeof request.body === 'string' || request.body instanceof Uint8Array ? Buffer.from(request.body) : Buffer.alloc(0);
    const rest = request.path.startsWith(pathPrefix) ? request.path.slice(pathPrefix.length + 1) : request.path;
    const extra = request.query['uploads'] === undefined ? {} : { ...headers.creation, ...headers.customerKey };
    const response = await requests.send({
      method: methodOf(request.method),
      key: decodeURIComponent(rest),
      query: Object.fromEntries(Object.entries(request.query).map(([name, value]) => [name, typeof value === 'string' ? value : ''])),
      headers: {
        ...Object.fromEntries(Object.entries(request.headers).filter(([name]) => !dropped.test(name))),
        ...digestOf(request, body),
        ...(requests.encrypted ? {} : { 'x-amz-content-sha256': hash('sha256', body) }),
        ...extra,
      },
      ...(request.method === 'GET' || request.method === 'DELETE' ? {} : { body: () => body, contentLength: body.length }),
      signal,
    });
    const answer = await response.body.collect();
    // CompleteMultipartUpload answers 200 before it is done and may still fail
    if (/^\s*(?:<\?xml[^>]*\?>)?\s*<Error>/u.test(answer.subarray(0, 1024).toString('utf8'))) {
      throw failureError(
        requests.hideSecrets(parseFailure(500, response.headers, answer.toString('utf8'))),
        `s3://${bucket}/${decodeURIComponent(rest)}`,
      );
    }
    return answer;
  }

  const client = new sdk.S3Client({
    region: 'us-east-1',
    endpoint: 'https://s3.invalid',
    forcePathStyle: true,
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    useArnRegion: false,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    disableS3ExpressSessionAuth: true,
    userAgentAppId: 'datapin',
    authSchemePreference: [],
    sigv4aSigningRegionSet: [],
    credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' },
    signer: { sign: async (request) => request },
    requestHandler: {
      async handle(request: SdkRequest, { abortSignal }: { abortSignal?: AbortSignal } = {}): Promise<{ response: SdkResponse }> {
        const body = await handle(request, abortSignal);
        return { response: { statusCode: 200, headers: {}, body } };
      },
    },
  });

  /**
   * The SDK rejects with an error of its own when aborted; callers get the signal's reason. Its errors about an answer that it cannot read hold
   * the whole answer, which may repeat the request and what it was signed with: nothing of them is passed on.
   */
  async function run<T>(
    signal: AbortSignal | undefined,
    send: (options: { readonly abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    try {
      return await send(signal === undefined ? {} : { abortSignal: signal });
    } catch (error) {
      signal?.throwIfAborted();
      if (isStorageError(error)) throw error;
      throw new StorageError('invalid-request', `the answer about bucket ${bucket} is not S3's`, {
        hint: 'Check the endpoint of the remote.',
      });
    }
  }

  return {
    async removeBatch(keys, signal): Promise<void> {
      const command = new sdk.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true } });
      const { Errors: [first] = [] } = await run(signal, (options) => client.send(command, options));
      if (first === undefined || first.Code === 'NoSuchKey') return;
      throw failureError(
        requests.hideSecrets(
          parseFailure(
            first.Code === 'AccessDenied' ? 403 : 500,
            {},
            `<Code>${first.Code ?? ''}</Code><Message>${first.Message ?? ''}</Message>`,
          ),
        ),
        `s3://${bucket}/${first.Key ?? ''}`,
      );
    },
    async startUpload(key, signal): Promise<string> {
      const command = new sdk.CreateMultipartUploadCommand({ Bucket: bucket, Key: key });
      const { UploadId } = await run(signal, (options) => client.send(command, options));
      if (UploadId === undefined) throw new StorageError('invalid-request', `object ${key}: the store started no upload`);
      return UploadId;
    },
    async completeUpload(key, uploadId, parts, signal): Promise<void> {
      const command = new sdk.CompleteMultipartUploadCommand({
        Bucket: bucket,
        Key: key,
        UploadId: uploadId,
        MultipartUpload: { Parts: [...parts] },
      });
      await run(signal, (options) => client.send(command, options));
    },
    async abortUpload(key, uploadId, signal): Promise<void> {
      const command = new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId });
      await run(signal, (options) => client.send(command, options));
    },
  };
}

/** Older stores know no other digest for DeleteObjects, which must have one. */
function digestOf(request: SdkRequest, body: Buffer): Record<string, string> {
  return request.method === 'POST' && request.query['delete'] !== undefined
    ? { 'content-md5': createHash('md5').update(body).digest('base64') }
    : {};
}

function methodOf(method: string): 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE' {
  if (method === 'GET' || method === 'HEAD' || method === 'PUT' || method === 'POST' || method === 'DELETE') return method;
  throw new TypeError(`unexpected method ${method}`);
}
