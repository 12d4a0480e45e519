import { redactor, sharedAttempt, untilAborted } from '@datapin/storage';
import type { CredentialSource, Credentials } from './credentials.ts';
import type { HttpResponse } from './http-exchange.ts';
import type { HttpRequest, HttpTransport } from './http-transport.ts';
import { encodeComponent, encodeKey } from './object-path.ts';
import { createSigner } from './request-signer.ts';
import { addressOf, type S3Address } from './s3-address.ts';
import { type S3Failure, failureError, parseFailure } from './s3-error.ts';
import type { S3Settings } from './s3-settings.ts';

/** A request about a bucket or an object in it. */
export interface BucketRequest {
  readonly method: HttpRequest['method'];
  /** The whole key, as it is; empty for the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes the body, once per attempt; with its length in `contentLength`. */
  readonly body?: () => Uint8Array | AsyncGenerator<Uint8Array, void, undefined>;
  readonly contentLength?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface BucketRequests {
  /**
   * Signs and sends a request; resolves with an answer of status 2xx, rejects with the `StorageError` of any other. Sends it again by itself,
   * once each, only where the request was wrong and the store told how to put it right: the bucket's region, the clock, and
   * temporary credentials that expired. `Location` is never followed: a new region changes the host among those of AWS only.
   */
  send(request: BucketRequest): Promise<HttpResponse>;
  /** Whether requests travel encrypted. Where they do not, whoever sends a body signs it: `x-amz-content-sha256` with its SHA-256 in hex. */
  readonly encrypted: boolean;
  /** A failure without what the store repeats of the request: keys and tokens. */
  hideSecrets(failure: S3Failure): S3Failure;
}

export interface BucketContext {
  readonly settings: S3Settings;
  readonly credentials: CredentialSource;
  readonly transport: HttpTransport;
}

type Correction = 'region' | 'clock' | 'credentials';

const defaultRegion = 'us-east-1';
const failureLimit = 64 * 1024;

export function createBucketRequests({ settings, credentials, transport }: BucketContext): BucketRequests {
  const sign = createSigner();
  const bucket = `bucket ${settings.bucket}`;
  let region = settings.region ?? defaultRegion;
  let bucketSeen = false;
  let clockOffsetMs = 0;
  let lastSigner: Credentials | undefined;
  const addresses = new Map<string, S3Address>();

  function addressIn(aRegion: string): S3Address {
    let address = addresses.get(aRegion);
    if (address === undefined) addresses.set(aRegion, (address = addressOf(settings.address, aRegion)));
    return address;
  }

  function hideSecrets(failure: S3Failure): S3Failure {
    const { accessKeyId = '', secretAccessKey = '', sessionToken = '' } = lastSigner ?? {};
    const customerKey = settings.headers.customerKey['x-amz-server-side-encryption-customer-key'] ?? '';
    const redact = redactor([accessKeyId, secretAccessKey, sessionToken, customerKey]);
    const { code, message } = failure;
    return { ...failure, code: code === undefined ? code : redact(code), message: message === undefined ? message : redact(message) };
  }

  async function exchange(request: BucketRequest, inRegion: string, signWith: Credentials | undefined): Promise<HttpResponse> {
    const { method, key, query = {}, headers = {}, signal } = request;
    const address = addressIn(inRegion);
    const path = key === '' ? `${address.basePath}/` : `${address.basePath}/${encodeKey(key)}`;
    const signed =
      signWith === undefined
        ? headers
        : await sign(
            { method, host: address.host, path, query, headers },
            { credentials: signWith, region: inRegion, date: new Date(Date.now() + clockOffsetMs) },
          );
    const length = request.contentLength === undefined ? {} : { 'content-length': String(request.contentLength) };
    return transport.send({
      origin: address.origin,
      method,
      path: path + queryText(query),
      headers: { ...signed, ...length, 'user-agent': 'datapin' },
      ...(request.body === undefined ? {} : { body: request.body() }),
      signal,
    });
  }

  /** Asks which region the bucket is in, unsigned: the answer has it in a header, also when it is a refusal. */
  const lookUpRegion = sharedAttempt(async () => {
    const response = await exchange({ method: 'HEAD', key: '' }, region, undefined);
    response.body.ignore();
    region = parseFailure(response.status, response.headers, '').region ?? region;
  });

  /**
   * A HEAD that is answered 404 does not tell whether the object is missing, or its bucket, or (with stores that say so by 404) whoever asks. Asks
   * for the bucket, once per remote and by GET, whose answer has words.
   */
  const checkBucket = sharedAttempt(async () => {
    const query = { 'list-type': '2', 'max-keys': '0' };
    const response = await exchange({ method: 'GET', key: '', query }, region, await credentials.get());
    const body = (await response.body.collect(failureLimit)).toString('utf8');
    if (response.status === 404) {
      const failure = hideSecrets(parseFailure(response.status, response.headers, body));
      const saysMore = failure.foreignBody || (failure.code !== undefined && failure.code !== 'NoSuchBucket');
      throw saysMore ? failureError(failure, bucket) : noSuchBucket();
    }
    bucketSeen = true;
  });

  function noSuchBucket(): Error {
    const failure = parseFailure(404, {}, '<Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message>');
    return failureError(failure, bucket);
  }

  /** What an answer complains about. A HEAD has no body to say it in, so the same is asked again as a GET of one byte. */
  async function failureOf(
    response: HttpResponse,
    request: BucketRequest,
    inRegion: string,
    signWith: Credentials | undefined,
  ): Promise<S3Failure> {
    const body = (await response.body.collect(failureLimit)).toString('utf8');
    const failure = hideSecrets(parseFailure(response.status, response.headers, body));
    const silent = request.method === 'HEAD' && request.key !== '' && failure.region === undefined;
    if (!silent || ![301, 307, 400, 403].includes(response.status)) return failure;
    const again = await exchange({ ...request, method: 'GET', headers: { ...request.headers, range: 'bytes=0-0' } }, inRegion, signWith);
    if (again.status < 300) {
      again.body.cancel();
      return failure;
    }
    return hideSecrets(parseFailure(again.status, again.headers, (await again.body.collect(failureLimit)).toString('utf8')));
  }

  /** Puts right what the store says is wrong with the request. */
  function correct(failure: S3Failure, inRegion: string, signedWith: Credentials | undefined): Correction | undefined {
    const { status, code, date } = failure;
    if (code === 'RequestTimeTooSkewed' && date !== undefined) {
      clockOffsetMs = date.getTime() - Date.now();
      return 'clock';
    }
    if (code === 'ExpiredToken' && credentials.renew(signedWith)) return 'credentials';
    const misdirected = [301, 307, 400, 403].includes(status) && failure.region !== undefined && failure.region !== inRegion;
    if (!misdirected) return undefined;
    region = failure.region;
    return 'region';
  }

  return {
    hideSecrets,
    encrypted: addressIn(region).origin.startsWith('https:'),
    async send(request: BucketRequest): Promise<HttpResponse> {
      const { signal, key } = request;
      if (settings.lookUpRegion) await untilAborted(lookUpRegion(), signal);
      const corrections = new Set<Correction>();
      for (;;) {
        const signWith = credentials.known ?? (await untilAborted(credentials.get(), signal));
        lastSigner = signWith;
        const inRegion = region;
        const response = await exchange(request, inRegion, signWith);
        if (response.status < 300) {
          bucketSeen = true;
          return response;
        }
        const failure = await failureOf(response, request, inRegion, signWith);
        const correction = correct(failure, inRegion, signWith);
        if (correction !== undefined && !corrections.has(correction)) {
          corrections.add(correction);
          continue;
        }
        if (failure.code === 'NoSuchBucket') throw noSuchBucket();
        if (failure.status === 404 && failure.code === undefined && !bucketSeen) await untilAborted(checkBucket(), signal);
        const error = failureError(failure, key === '' ? bucket : `s3://${settings.bucket}/${key}`);
        // Who is asking matters to every object alike.
        throw error.code === 'unauthenticated' ? failureError(failure, bucket) : error;
      }
    },
  };
}

function queryText(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${encodeComponent(name)}=${encodeComponent(value)}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
