/** A member of an archive, as somebody who means harm would write it. */
export interface TarMember {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** `0` a file, `1` a hard link, `2` a symbolic link, `3` a device, `5` a folder, `x` an extended header. */
  readonly type?: '0' | '1' | '2' | '3' | '5' | 'x' | 'L';
  readonly link?: string;
  /** What the header claims instead of the true size. */
  readonly size?: number;
}

/** A ustar archive of exactly these members, whatever they say. */
export function tarOf(members: readonly TarMember[]): Buffer {
  const blocks = members.flatMap(({ name, content = '', type = '0', link = '', size }) => {
    const bytes = Buffer.from(content as Uint8Array);
    const header = Buffer.alloc(512);
    header.write(name, 0, 100, 'latin1');
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${(size ?? bytes.length).toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(link, 157, 100, 'latin1');
    header.write('ustar\u000000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
