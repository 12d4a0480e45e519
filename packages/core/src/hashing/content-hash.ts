import { createHash, hash } from 'node:crypto';

import type { HashAlgorithm } from './object-id.ts';

/** A hash of bytes that arrive in order. */
export interface ContentHash {
  update(chunk: Uint8Array): void;
  /** 32 hex digits. Ends the hash. */
  digest(): string;
}

/** The block DVC reads at a time (`dvc_data.hashfile.hash.LARGE_FILE_CHUNK`): `md5-dos2unix` looks at each block by itself. */
const blockSize = 1024 * 1024;
/** DVC decides whether a block is text by its first 512 bytes (`dvc_data.hashfile.istextfile`). */
const sampleSize = 512;

/** Starts a hash. `md5-dos2unix` keeps up to one block of 1 MiB in memory. */
export function createContentHash(algorithm: HashAlgorithm): ContentHash {
  if (algorithm === 'md5-dos2unix') return createDos2unixHash();
  const md5 = createHash('md5');
  return {
    update: (chunk) => void md5.update(chunk),
    digest: () => md5.digest('hex'),
  };
}

/** Hash of bytes that are in memory: for small contents several times faster than {@link createContentHash}. */
export function hashBytes(algorithm: HashAlgorithm, bytes: Uint8Array): string {
  if (algorithm === 'md5') return hash('md5', bytes, 'hex');
  if (bytes.length <= blockSize) return hash('md5', withUnixNewlines(bytes), 'hex');
  const content = createContentHash(algorithm);
  content.update(bytes);
  return content.digest();
}

function createDos2unixHash(): ContentHash {
  const md5 = createHash('md5');
  const block = Buffer.allocUnsafe(blockSize);
  let filled = 0;
  const flush = (): void => {
    md5.update(withUnixNewlines(block.subarray(0, filled)));
    filled = 0;
  };
  return {
    update(chunk) {
      let rest = chunk;
      while (rest.length > 0) {
        const part = rest.subarray(0, blockSize - filled);
        block.set(part, filled);
        filled += part.length;
        rest = rest.subarray(part.length);
        if (filled === blockSize) flush();
      }
    },
    digest() {
      flush();
      return md5.digest('hex');
    },
  };
}

/** One block as DVC 2 hashed it: a text block with CRLF turned into LF, a binary block as it is. */
function withUnixNewlines(block: Uint8Array): Uint8Array {
  if (!looksLikeText(block) || !block.includes(0x0d)) return block;
  const out = Buffer.allocUnsafe(block.length);
  let length = 0;
  for (let at = 0; at < block.length; at += 1) {
    const byte = block[at] ?? 0;
    if (byte === 0x0d && block[at + 1] === 0x0a) continue;
    out[length] = byte;
    length += 1;
  }
  return out.subarray(0, length);
}

/** `dvc_data.hashfile.istextfile.istextblock`: no NUL, and at most 30 % of the sample outside printable ASCII and `\n \r \t \f \b`. */
function looksLikeText(block: Uint8Array): boolean {
  const sample = block.subarray(0, sampleSize);
  let odd = 0;
  for (const byte of sample) {
    if (byte === 0) return false;
    const text = (byte >= 0x20 && byte <= 0x7e) || (byte >= 0x08 && byte <= 0x0a) || byte === 0x0c || byte === 0x0d;
    if (!text) odd += 1;
  }
  return sample.length === 0 || odd / sample.length <= 0.3;
}
