import type { CloudVersion, RecordedContent, RecordedFile, RecordedHash } from './metafile.ts';
import {
  type Field,
  type Fields,
  optional,
  readBoolean,
  readChecksum,
  readCount,
  readFields,
  readList,
  readMap,
  readString,
  required,
  SchemaProblem,
} from './metafile-fields.ts';
import { present } from './present.ts';
import type { YamlKey, YamlMap, YamlValue } from './yaml-value.ts';

const checksumKeys = ['md5', 'etag', 'checksum'] as const;
const metaKeys = [...checksumKeys, 'size', 'nfiles', 'isexec', 'version_id'] as const;
const cloudVersionKeys: ReadonlySet<string> = new Set(metaKeys);
const fileKeys: ReadonlySet<string> = new Set([...metaKeys, 'relpath', 'cloud']);

/** Keys that entries of `deps:` and `outs:` share. */
export const contentKeys: readonly string[] = [...metaKeys, 'hash', 'cloud', 'files', 'fs_config'];

/** Reads what an entry of `deps:` or `outs:` records about content. `path` decides which of several checksums is the hash. */
export function readContent(fields: Fields, path: string | undefined): RecordedContent {
  const hashName = optional(fields, 'hash', readString);
  const external = path !== undefined && isExternalPath(path);
  return present({
    ...readMeta(fields, { legacy: hashName === undefined && !external, external }),
    hashName,
    files: optional(fields, 'files', readList(readFile(hashName === undefined && !external))),
    fsConfig: optional(fields, 'fs_config', readMap),
  });
}

/** Whether a path stands for something outside the project: absolute or a URL. */
export function isExternalPath(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z][A-Za-z0-9+.-]*:\/\//u.test(path);
}

type Content = Omit<RecordedContent, 'hashName' | 'files' | 'fsConfig'>;

function readFile(legacy: boolean): (field: Field) => RecordedFile {
  return (field) => {
    const fields = readFields(field, fileKeys);
    const relpath = required(fields, 'relpath', readString);
    // an import by URL has only the store's own checksums here
    const external = !fields.map.has('md5');
    return { relpath, ...readMeta(fields, { legacy, external }) };
  };
}

function readMeta(fields: Fields, { legacy, external }: { legacy: boolean; external: boolean }): Content {
  const cloud = optional(fields, 'cloud', readCloud);
  const checksums = {
    md5: optional(fields, 'md5', readChecksum),
    etag: optional(fields, 'etag', readChecksum),
    checksum: optional(fields, 'checksum', readChecksum),
  };
  const hash = chooseHash(checksums, { legacy, external });
  return present({
    hash,
    size: optional(fields, 'size', readCount),
    nfiles: optional(fields, 'nfiles', readCount),
    isexec: optional(fields, 'isexec', readBoolean),
    versionId: optional(fields, 'version_id', readString),
    etag: hash?.name === 'etag' ? undefined : checksums.etag,
    checksum: hash?.name === 'checksum' ? undefined : checksums.checksum,
    md5: hash?.name.startsWith('md5') ? undefined : checksums.md5,
    cloud,
  });
}

function chooseHash(
  { md5, etag, checksum }: { md5: string | undefined; etag: string | undefined; checksum: string | undefined },
  { legacy, external }: { legacy: boolean; external: boolean },
): RecordedHash | undefined {
  if (external && etag !== undefined) {
    return { name: 'etag', value: etag };
  }
  if (external && checksum !== undefined) {
    return { name: 'checksum', value: checksum };
  }
  return md5 === undefined ? undefined : { name: legacy ? 'md5-dos2unix' : 'md5', value: md5 };
}

function readCloud(field: Field): CloudVersion | undefined {
  const map = readMap(field);
  if (map.size > 1) {
    throw new SchemaProblem('length of value must be at most 1', field.path);
  }
  const [entry] = map;
  if (entry === undefined) {
    return undefined;
  }
  const remote = readString({ value: entry[0], path: field.path });
  const fields = readFields({ value: entry[1], path: [...field.path, remote] }, cloudVersionKeys);
  return present({
    remote,
    etag: optional(fields, 'etag', readChecksum),
    checksum: optional(fields, 'checksum', readChecksum),
    versionId: optional(fields, 'version_id', readString),
  });
}

/** Key and value in the order in which they are written; values that DVC leaves out are `undefined`. */
export type Rows = readonly (readonly [key: YamlKey, value: YamlValue | undefined])[];

/** A mapping of the rows that have a value. */
export function mapOf(rows: Rows): YamlMap {
  return new Map(rows.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])));
}

/** The hash as DVC writes it: `md5`, `etag` or `checksum`. */
export function hashRows(hash: RecordedHash | undefined): Rows {
  return hash === undefined ? [] : [[hash.name === 'md5-dos2unix' ? 'md5' : hash.name, hash.value]];
}

/** `hash: md5`, which DVC writes for everything but DVC 2's hashes, whatever the kind of the hash is. */
export function hashNameRows({ hash, hashName }: RecordedContent): Rows {
  const legacy = hash === undefined ? hashName === undefined : hash.name === 'md5-dos2unix';
  return legacy ? [] : [['hash', 'md5']];
}

/** Size, kind, versions and further checksums, in DVC's order. */
export function metaRows(content: Content): Rows {
  return [
    ['size', content.size],
    ['nfiles', content.nfiles],
    ['isexec', content.isexec === true ? true : undefined],
    ['version_id', content.versionId],
    ['etag', content.etag],
    ['checksum', content.checksum],
    ['md5', content.md5],
    ['cloud', content.cloud === undefined ? undefined : cloudMap(content.cloud)],
  ];
}

/** The list behind `files:`, by relpath as DVC sorts it (code points). */
export function filesList(files: readonly RecordedFile[] | undefined): YamlValue | undefined {
  return files?.map((file) => mapOf([['relpath', file.relpath], ...hashRows(file.hash), ...metaRows(file)]));
}

function cloudMap({ remote, etag, checksum, versionId }: CloudVersion): YamlMap {
  const version = mapOf([
    ['etag', etag],
    ['checksum', checksum],
    ['version_id', versionId],
  ]);
  return mapOf([[remote, version]]);
}
