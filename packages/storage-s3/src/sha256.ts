import { hash } from 'node:crypto';

/** Bytes that SHA-256 takes at a time; an HMAC's key fills one block (RFC 2104). */
const blockSize = 64;
const digestSize = 32;

/**
 * SHA-256, or HMAC-SHA-256 with a secret, in the shape that the signer wants. The HMAC is two one-shot digests: Node's own makes a key object for each,
 * which costs four times as much as the rest of a short signature.
 */
export class Sha256 {
  private readonly secret: Uint8Array | undefined;
  private readonly chunks: Uint8Array[] = [];

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.secret = secret === undefined ? undefined : bytesOf(secret);
  }

  update(data: Uint8Array): void {
    this.chunks.push(data);
  }

  async digest(): Promise<Uint8Array> {
    const [only] = this.chunks;
    const data = this.chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.chunks);
    return this.secret === undefined ? hash('sha256', data, 'buffer') : hmac(this.secret, data);
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

function bytesOf(source: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof source === 'string') return Buffer.from(source);
  return source instanceof ArrayBuffer ? new Uint8Array(source) : new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
}
