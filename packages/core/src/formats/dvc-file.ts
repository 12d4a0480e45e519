import { contentKeys, readContent } from './content-record.ts';
import type { DependencyRecord, OutputRecord, RepoReference, StageFile } from './metafile.ts';
import {
  type Field,
  optional,
  orNull,
  readAny,
  readBoolean,
  readChecksum,
  readFields,
  readList,
  readString,
  required,
  SchemaProblem,
} from './metafile-fields.ts';
import { readMetafile } from './metafile-reader.ts';
import { present } from './present.ts';
import { stageMap } from './stage-map.ts';
import { emitYaml } from './yaml-emit.ts';
import { updateYaml } from './yaml-update.ts';
import { isYamlMap, type YamlMap } from './yaml-value.ts';

const stageKeys: ReadonlySet<string> = new Set(['md5', 'wdir', 'deps', 'outs', 'frozen', 'locked', 'always_changed', 'desc', 'meta']);
const outputKeys: ReadonlySet<string> = new Set([
  ...contentKeys,
  'path',
  'persist',
  'desc',
  'type',
  'labels',
  'meta',
  'cache',
  'remote',
  'push',
]);
const dependencyKeys: ReadonlySet<string> = new Set([...contentKeys, 'path', 'persist', 'repo', 'db']);
const repoKeys: ReadonlySet<string> = new Set(['url', 'rev', 'rev_lock', 'config', 'remote']);
const databaseKeys: ReadonlySet<string> = new Set(['query', 'connection', 'file_format', 'table']);

/**
 * Reads a `.dvc` file by DVC's schema (dvc/schema.py, SINGLE_STAGE_SCHEMA). Values are kept as written: paths are not normalised, hashes not lower-cased.
 * Rejects with `invalid-metafile`, which names `file`, the line and the key, for everything that the schema does not allow, unknown keys included.
 */
export async function parseDvcFile(text: string, file: string): Promise<StageFile> {
  return readMetafile(text, { file, read: readStage });
}

/**
 * The text of a `.dvc` file, in DVC's order of keys, what is empty or has its default left out.
 * With the text that stands in the file now, its order, comments and style are kept as DVC keeps them.
 */
export async function renderDvcFile(stage: StageFile, previousText?: string): Promise<string> {
  const map = stageMap(stage);
  return previousText === undefined ? emitYaml(map) : updateYaml(previousText, map, { file: 'the metafile' });
}

function readStage(field: Field): StageFile {
  const fields = readFields(field, stageKeys);
  const frozen = optional(fields, 'frozen', readBoolean) ?? false;
  const locked = optional(fields, 'locked', readBoolean) ?? false;
  return present({
    md5: optional(fields, 'md5', readChecksum),
    wdir: optional(fields, 'wdir', orNull(readString, undefined)),
    frozen: frozen || locked,
    alwaysChanged: optional(fields, 'always_changed', readBoolean) ?? false,
    desc: optional(fields, 'desc', readString),
    meta: optional(fields, 'meta', readAny),
    deps: optional(fields, 'deps', orNull(readList(readDependency), [])) ?? [],
    outs: optional(fields, 'outs', orNull(readList(readOutput), [])) ?? [],
  });
}

function readOutput(field: Field): OutputRecord {
  const fields = readFields(field, outputKeys);
  const path = required(fields, 'path', readString);
  return {
    path,
    ...readContent(fields, path),
    cache: optional(fields, 'cache', readBoolean) ?? true,
    persist: optional(fields, 'persist', readBoolean) ?? false,
    push: optional(fields, 'push', readBoolean) ?? true,
    ...present({
      remote: optional(fields, 'remote', readString),
      desc: optional(fields, 'desc', readString),
      type: optional(fields, 'type', readString),
      labels: optional(fields, 'labels', readList(readString)),
      meta: optional(fields, 'meta', readAny),
    }),
  };
}

function readDependency(field: Field): DependencyRecord {
  const fields = readFields(field, dependencyKeys);
  const db = optional(fields, 'db', readDatabase);
  const path = db === undefined ? required(fields, 'path', readString) : optional(fields, 'path', readString);
  return present({
    path,
    ...readContent(fields, path),
    persist: optional(fields, 'persist', readBoolean),
    repo: optional(fields, 'repo', readRepo),
    db,
  });
}

function readRepo(field: Field): RepoReference {
  const fields = readFields(field, repoKeys);
  return present({
    url: required(fields, 'url', readString),
    rev: optional(fields, 'rev', readString),
    revLock: optional(fields, 'rev_lock', readString),
    config: optional(fields, 'config', readStringOrMap),
    remote: optional(fields, 'remote', readStringOrMap),
  });
}

function readDatabase(field: Field): YamlMap {
  const fields = readFields(field, databaseKeys);
  for (const key of databaseKeys) {
    optional(fields, key, readString);
  }
  return fields.map;
}

function readStringOrMap(field: Field): string | YamlMap {
  if (typeof field.value === 'string' || isYamlMap(field.value)) {
    return field.value;
  }
  throw new SchemaProblem('expected str or a dictionary', field.path);
}
