import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from './credentials.ts';

/** What has to be signed. Header names are lower case. */
export interface SignableRequest {
  readonly method: string;
  readonly host: string;
  /** Percent-encoded, as it goes out. */
  readonly path: string;
  /** Decoded. */
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

export interface SigningContext {
  readonly credentials: Credentials;
  readonly region: string;
  readonly date: Date;
}

/** The digests of Node's crypto in the shape that the signer wants: a constructor whose argument makes it an HMAC. */
class NodeSha256 {
  private readonly hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    if (secret === undefined) this.hash = createHash('sha256');
    else this.hash = createHmac('sha256', typeof secret === 'string' ? secret : bytesOf(secret));
  }

  update(data: Uint8Array): void {
    this.hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {
    throw new Error('a digest is used once');
  }
}

function bytesOf(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  return source instanceof ArrayBuffer ? new Uint8Array(source) : new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
}

/**
 * A function that signs requests with AWS Signature Version 4 and returns their headers. The body is not signed, because TLS protects it,
 * unless `x-amz-content-sha256` among the headers says what it is.
 */
export function createSigner(): (request: SignableRequest, context: SigningContext) => Promise<Record<string, string>> {
  let signer: SignatureV4 | undefined;
  let signsFor: Credentials | undefined;
  return async ({ method, host, path, query, headers }, { credentials, region, date }) => {
    if (signer === undefined || signsFor !== credentials) {
      signsFor = credentials;
      signer = new SignatureV4({ service: 's3', region, credentials, sha256: NodeSha256, uriEscapePath: false, applyChecksum: false });
    }
    const unsigned = {
      method,
      protocol: 'https:',
      hostname: host,
      path,
      query: { ...query },
      headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...headers, host },
    };
    const signed = await signer.sign(unsigned, { signingDate: date, signingRegion: region });
    return signed.headers;
  };
}
