import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from './credentials.ts';
import { Sha256 } from './sha256.ts';

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
      signer = new SignatureV4({ service: 's3', region, credentials, sha256: Sha256, uriEscapePath: false, applyChecksum: false });
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
