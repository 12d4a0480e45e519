import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { createContentHash, hashBytes } from '../../src/hashing/content-hash.ts';

interface FileVector {
  /** Pieces and how often each comes; `hex:` marks bytes. */
  readonly content: readonly (readonly [string, number])[];
  readonly size: number;
  readonly md5: string;
  readonly md5_dos2unix: string;
}

const vectors: readonly FileVector[] = JSON.parse(readFileSync(new URL('../vectors/file-hashes.json', import.meta.url), 'utf8'));

function bytesOf({ content }: FileVector): Buffer {
  return Buffer.concat(
    content.flatMap(([piece, times]) => {
      const bytes = piece.startsWith('hex:') ? Buffer.from(piece.slice(4), 'hex') : Buffer.from(piece);
      return Array.from({ length: times }, () => bytes);
    }),
  );
}

describe.each(vectors.map((vector, index) => ({ index, vector })))('vector $index made by DVC', ({ vector }) => {
  const bytes = bytesOf(vector);
  const expected = { md5: vector.md5, 'md5-dos2unix': vector.md5_dos2unix };

  it('is rebuilt as it was', () => {
    expect(bytes.length).toBe(vector.size);
  });

  it.each(['md5', 'md5-dos2unix'] as const)('hashes in one piece: %s', (algorithm) => {
    expect(hashBytes(algorithm, bytes)).toBe(expected[algorithm]);
  });

  it.each(['md5', 'md5-dos2unix'] as const)('hashes the same however the bytes arrive: %s', (algorithm) => {
    const content = createContentHash(algorithm);
    for (let start = 0; start < bytes.length; start += 65_521) content.update(bytes.subarray(start, start + 65_521));
    expect(content.digest()).toBe(expected[algorithm]);
  });
});
