import { hash } from 'node:crypto';

/** Bytes that SHA-256 takes at a time; an HMAC's key fills one block (RFC 2104). */
const blockSize = 64;
const digestSize = 32;

/**
 * SHA-256, or HMAC-SHA-256 with a secret, in the shape that the signer wants. The HMAC is two one-shot digests: Node's own makes a key object for each,
 * which costs four times as much as the rest of a short signature.
 */
export class Sha256 {
  private readonly secret: string | Uint8Array | undefined;
  private readonly chunks: Uint8Array[] = [];

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.secret = secret === undefined || typeof secret === 'string' ? secret : bytesOf(secret);
  }

  update(data: Uint8Array): void {
    this.chunks.push(data);
  }

  async digest(): Promise<Uint8Array> {
    const [only] = this.chunks;
    const data = this.chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.chunks);
    if (this.secret === undefined) return hash('sha256', data, 'buffer');
    return typeof this.secret === 'string' ? hmacOfText(this.secret, data) : hmac(this.secret, data);
  }

  reset(): void {
    throw new Error('a digest is used once');
  }
}

function hmac(secret: Uint8Array, data: Uint8Array): Buffer {
  const key = secret.length > blockSize ? hash('sha256', secret, 'buffer') : secret;
  const inner = Buffer.allocUnsafe(blockSize + data.length);
  const outer = Buffer.allocUnsafe(blockSize + digestSize);
  for (let at = 0; at < blockSize; at += 1) {
    const byte = key[at] ?? 0;
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  inner.set(data, blockSize);
  outer.set(hash('sha256', inner, 'buffer'), blockSize);
  return hash('sha256', outer, 'buffer');
}

let lastOfText: { readonly secret: string; readonly data: Uint8Array; readonly digest: Buffer } | undefined;

/** For each request the signer looks its key up by an HMAC of the same two texts, those of the credentials: the last one is remembered. */
function hmacOfText(secret: string, data: Uint8Array): Buffer {
  if (lastOfText?.secret !== secret || Buffer.compare(lastOfText.data, data) !== 0) {
    lastOfText = { secret, data, digest: hmac(Buffer.from(secret), data) };
  }
  return lastOfText.digest;
}

function bytesOf(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  return source instanceof ArrayBuffer ? new Uint8Array(source) : new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
}
