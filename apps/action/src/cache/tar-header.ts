/** A member of a ustar archive (POSIX.1-1988, pax(1) "ustar Interchange Format"). */
export interface TarHeader {
  /** Empty where the name cannot be one of ours. */
  readonly name: string;
  /** Bytes behind the header, without padding. */
  readonly size: number;
  readonly isFile: boolean;
}

export const blockSize = 512;

/** How many bytes of padding follow a member's bytes. */
export function paddingOf(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize;
}

/**
 * Makes a block the header of a regular file. The name must be ASCII and at most 100 bytes. Files over 8 GiB have their size in base 256, as GNU tar
 * writes it.
 */
export function writeHeader(header: Buffer, { name, size }: Pick<TarHeader, 'name' | 'size'>): void {
  header.fill(0);
  header.write(name, 0, 100, 'latin1');
  header.write('0000444\0', 100, 'latin1'); // mode
  header.write('0000000\0', 108, 'latin1'); // user
  header.write('0000000\0', 116, 'latin1'); // group
  if (size < 8 ** 11) {
    header.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  } else {
    header[124] = 0x80;
    header.writeBigUInt64BE(BigInt(size), 128);
  }
  header.write('00000000000\0', 136, 'latin1'); // time of the last change
  header.write('0', 156, 'latin1'); // a regular file
  header.write('ustar\x0000', 257, 'latin1');
  header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

/** Reads a header at a place; `undefined` for the block of zeros that ends an archive. Throws for what is no header. */
export function readHeader(bytes: Buffer, at: number): TarHeader | undefined {
  const header = bytes.subarray(at, at + blockSize);
  const sum = checksum(header);
  // nothing but zeros, and the checksum's own blanks
  if (sum === 8 * 0x20 && header.every((byte) => byte === 0)) return undefined;
  if (octal(header, 148, 156) !== sum) throw new Error('not a tar archive: a header is damaged');
  const size = header[124] === 0x80 ? Number(header.readBigUInt64BE(128)) : octal(header, 124, 136);
  if (!Number.isSafeInteger(size) || size < 0) throw new Error('not a tar archive: a member has no size');
  const type = header[156];
  // A prefix, as of longer names, is none of ours.
  const name = header[345] === 0 || header.toString('latin1', 257, 262) !== 'ustar' ? untilZero(header) : '';
  return { name, size, isFile: type === 0x30 || type === 0 };
}

/** The sum of all bytes, those of the checksum itself taken for blanks. */
function checksum(header: Buffer): number {
  let sum = 0;
  for (let index = 0; index < blockSize; index += 1) sum += index >= 148 && index < 156 ? 0x20 : (header[index] ?? 0);
  return sum;
}

/** A number in octal digits, between blanks and zero bytes. Nothing is 0; anything else `NaN`. */
function octal(header: Buffer, start: number, end: number): number {
  let value = 0;
  let isOver = false;
  for (let index = start; index < end; index += 1) {
    const byte = header[index] ?? 0;
    if (byte >= 0x30 && byte <= 0x37 && !isOver) value = value * 8 + byte - 0x30;
    else if (byte !== 0 && byte !== 0x20) return Number.NaN;
    else if (value > 0) isOver = true;
  }
  return value;
}

/** The name in the first 100 bytes. */
function untilZero(header: Buffer): string {
  const end = header.indexOf(0);
  return header.toString('latin1', 0, end === -1 || end > 100 ? 100 : end);
}
