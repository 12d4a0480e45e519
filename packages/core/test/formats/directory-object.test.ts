import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { compareCodePoints } from '../../src/formats/code-point-order.ts';
import { type DirectoryEntry, parseDirectory, serializeDirectory } from '../../src/formats/directory-object.ts';

interface Vector {
  readonly entries: readonly DirectoryEntry[];
  readonly bytes: string;
  readonly oid: string;
}

const vectors: readonly Vector[] = JSON.parse(readFileSync(new URL('../vectors/dir-objects.json', import.meta.url), 'utf8'));
const md5 = 'd41d8cd98f00b204e9800998ecf8427e';
const byPath = (a: DirectoryEntry, b: DirectoryEntry): number => compareCodePoints(a.relpath, b.relpath);
const parse = (text: string): DirectoryEntry[] => [...parseDirectory(Buffer.from(text), 'x.dir')];

describe('a directory object', () => {
  it.each(vectors)('is written as DVC writes it: $oid', ({ entries, bytes, oid }) => {
    const written = serializeDirectory(entries);
    expect(written.toString('latin1')).toBe(bytes);
    expect(`${createHash('md5').update(written).digest('hex')}.dir`).toBe(oid);
  });

  it.each(vectors)('is read as DVC reads it: $oid', ({ entries, bytes }) => {
    const listing = parseDirectory(Buffer.from(bytes), 'x.dir');
    expect([...listing]).toEqual(entries.toSorted(byPath));
    expect(listing.length).toBe(entries.length);
  });

  it('of every fixture reads and writes back to its own bytes', () => {
    const fixtures = new URL('../../../../e2e/fixtures/', import.meta.url).pathname;
    const files = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.dir'));
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) {
      const bytes = readFileSync(join(fixtures, file));
      expect(serializeDirectory([...parseDirectory(bytes, file)]).toString()).toBe(bytes.toString());
    }
  });

  it('may be formatted in any way and have other keys', () => {
    const text = `\n[ {"relpath":"b","size":1,"md5":"${md5}"},\n{"isexec": true, "md5": "${md5}", "relpath": "a\u00e9"} ]\n`;
    expect(parse(text)).toEqual([
      { md5, relpath: 'a\u00e9' },
      { md5, relpath: 'b' },
    ]);
  });

  it('in any order reads sorted', () => {
    const entries = ['\u{1F600}', '\uFFEE', 'b', 'a/b', 'a'].map((relpath) => ({ md5, relpath }));
    expect(parse(JSON.stringify(entries))).toEqual(entries.toReversed());
  });

  it.each([
    ['nothing', ''],
    ['an HTML page', '<html></html>'],
    ['a mapping', '{}'],
    ['a list cut short', `[{"md5": "${md5}", "relpath": "a"}`],
    ['a list cut short after a comma', `[{"md5": "${md5}", "relpath": "a"}, `],
    ['a comma too many', `[{"md5": "${md5}", "relpath": "a"}, ]`],
    ['something behind the list', `[{"md5": "${md5}", "relpath": "a"}]x`],
    ['an entry without a path', `[{"md5": "${md5}"}]`],
    ['a path that is a number', `[{"md5": "${md5}", "relpath": 1}]`],
    ['an empty path', `[{"md5": "${md5}", "relpath": ""}]`],
    ['a bad escape', String.raw`[{"md5": "${md5}", "relpath": "a\x"}]`],
    ['a hash that is a path', '[{"md5": "../../../../../../../etc/passwd0", "relpath": "a"}]'],
    ['a hash that is too short', '[{"md5": "d41d8cd9", "relpath": "a"}]'],
    ['a path twice', `[{"md5": "${md5}", "relpath": "a"}, {"md5": "${md5}", "relpath": "a"}]`],
    ['a path twice, written differently', String.raw`[{"md5": "${md5}", "relpath": "\u0061"}, {"md5": "${md5}", "relpath": "a"}]`],
    ['a null entry', '[null]'],
  ])('that holds %s is corrupt', (_, text) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code: 'invalid-directory-object', message: expect.stringContaining('x.dir') }),
    );
  });

  it('that is not UTF-8 is corrupt', () => {
    expect(() => parseDirectory(Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), 'x.dir')).toThrow('it is not JSON');
  });

  it('that is cut anywhere is corrupt', () => {
    const whole = serializeDirectory(['a', 'b\n', 'c/d'].map((relpath) => ({ md5, relpath })));
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => parseDirectory(whole.subarray(0, length), 'x.dir')).toThrow('is corrupt');
    }
  });
});
