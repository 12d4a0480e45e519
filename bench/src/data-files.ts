import { randomFillSync } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../e2e/harness/random.ts';

/** `count` files of `bytes` random bytes each, the same in every run, a thousand in a folder. */
export function writeFiles(folder: string, { count, bytes }: { readonly count: number; readonly bytes: number }): void {
  const random = seededRandom('small files');
  for (let index = 0; index < count; index += 1) {
    const part = join(folder, `part-${String(Math.floor(index / 1000)).padStart(3, '0')}`);
    if (index % 1000 === 0) mkdirSync(part, { recursive: true });
    const content = Buffer.alloc(bytes);
    for (let at = 0; at + 4 <= bytes; at += 4) content.writeUInt32LE(random.between(0, 2 ** 32 - 1), at);
    writeFileSync(join(part, `${index}.bin`), content);
  }
}

/** One file of random bytes. */
export function writeRandomFile(path: string, bytes: number): void {
  const block = Buffer.alloc(2 ** 20);
  const file = openSync(path, 'w');
  for (let left = bytes; left > 0; left -= block.length) writeSync(file, randomFillSync(block), 0, Math.min(left, block.length));
  closeSync(file);
}
