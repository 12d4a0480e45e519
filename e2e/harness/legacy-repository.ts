import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { compareCodePoints } from './code-points.ts';
import { bytesOf, type FilePlan, type VersionPlan } from './random-repository.ts';

/** Pins a version as DVC 2 did: no `hash:` key, identity by `md5-dos2unix`, objects directly below the cache. */
export function pinAsLegacy(
  work: string,
  { files, directory, singles }: { files: VersionPlan; directory: string; singles: readonly string[] },
): void {
  const cache = join(work, '.dvc', 'cache');
  for (const path of singles) {
    const bytes = contentOf(files, path);
    writePin(
      work,
      path,
      `outs:\n- md5: '${store(cache, bytes)}'\n  size: ${bytes.length}\n${files.get(path)?.executable === true ? '  isexec: true\n' : ''}  path: ${JSON.stringify(basename(path))}\n`,
    );
  }
  const inside = [...files.keys()].filter((path) => path.startsWith(`${directory}/`));
  const contents = inside.map((path) => ({ relpath: path.slice(directory.length + 1), bytes: contentOf(files, path) }));
  const entries = contents
    .map(({ relpath, bytes }) => ({ relpath, md5: store(cache, bytes) }))
    .sort((a, b) => compareCodePoints(a.relpath, b.relpath));
  const listing = `[${entries.map(({ md5, relpath }) => `{"md5": "${md5}", "relpath": ${asciiJson(relpath)}}`).join(', ')}]`;
  const id = store(cache, Buffer.from(listing), '.dir');
  const size = contents.reduce((sum, { bytes }) => sum + bytes.length, 0);
  writePin(
    work,
    directory,
    `outs:\n- md5: ${id}\n  size: ${size}\n  nfiles: ${entries.length}\n  path: ${JSON.stringify(basename(directory))}\n`,
  );
}

function contentOf(files: VersionPlan, path: string): Buffer {
  const plan: FilePlan | undefined = files.get(path);
  if (plan === undefined) throw new Error(`no such file in the plan: ${path}`);
  return Buffer.concat([...bytesOf(plan)]);
}

function writePin(work: string, path: string, text: string): void {
  mkdirSync(join(work, dirname(path)), { recursive: true });
  writeFileSync(join(work, `${path}.dvc`), text);
  const entry = `/${basename(path).replaceAll(/[\\[\]!*#?]/gu, String.raw`\$&`)}\n`;
  appendFileSync(join(work, dirname(path), '.gitignore'), entry);
}

function store(cache: string, bytes: Buffer, suffix = ''): string {
  const id = dos2unixMd5(bytes) + suffix;
  const file = join(cache, id.slice(0, 2), id.slice(2));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes, { flag: 'w' });
  chmodSync(file, 0o444);
  return id;
}

/** DVC 2's identity of a file: CRLF counts as LF in chunks of 1 MiB that look like text by their first 512 bytes. */
function dos2unixMd5(bytes: Buffer): string {
  const hash = createHash('md5');
  for (let at = 0; at < bytes.length; at += 2 ** 20) {
    const chunk = bytes.subarray(at, at + 2 ** 20);
    hash.update(isText(chunk.subarray(0, 512)) ? Buffer.from(chunk.toString('latin1').replaceAll('\r\n', '\n'), 'latin1') : chunk);
  }
  return hash.digest('hex');
}

function isText(start: Buffer): boolean {
  const strange = start.filter((byte) => !((byte >= 32 && byte < 127) || [8, 9, 10, 12, 13].includes(byte))).length;
  return !start.includes(0) && strange <= start.length * 0.3;
}

/** As Python's `json.dumps` writes it: everything beyond ASCII as UTF-16 escapes. */
function asciiJson(text: string): string {
  const json = JSON.stringify(text);
  return Array.from({ length: json.length }, (_, index) => json.charCodeAt(index))
    .map((unit) => (unit < 0x7f ? String.fromCharCode(unit) : `\\u${unit.toString(16).padStart(4, '0')}`))
    .join('');
}
