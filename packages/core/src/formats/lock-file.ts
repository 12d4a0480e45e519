import { contentKeys, filesList, hashNameRows, hashRows, mapOf, metaRows, readContent } from './content-record.ts';
import type { DependencyRecord, LockedStage, LockFile, OutputRecord } from './metafile.ts';
import {
  type Field,
  type Fields,
  optional,
  readAny,
  readFields,
  readList,
  readMap,
  readString,
  required,
  SchemaProblem,
} from './metafile-fields.ts';
import { readMetafile } from './metafile-reader.ts';
import { present } from './present.ts';
import { emitYaml } from './yaml-emit.ts';
import { scalarText } from './yaml-token.ts';
import { updateYaml } from './yaml-update.ts';
import { isYamlList, type YamlMap, type YamlValue } from './yaml-value.ts';

const lockKeys: ReadonlySet<string> = new Set(['schema', 'datasets', 'stages']);
const stageKeys: ReadonlySet<string> = new Set(['cmd', 'deps', 'params', 'outs']);
const entryKeys: ReadonlySet<string> = new Set([...contentKeys.filter((key) => key !== 'fs_config'), 'path', 'dataset']);

/**
 * Reads a `dvc.lock`, schema 2.0 (dvc/schema.py, LOCKFILE_SCHEMA); entries that DVC 2 wrote have no `hash:`. An empty file has no stages.
 * Rejects with `invalid-metafile`, which names `file`, the line and the key, for everything that the schema does not allow.
 */
export async function parseLockFile(text: string, file: string): Promise<LockFile> {
  return readMetafile(text, { file, read: readLock });
}

/**
 * The text of a `dvc.lock`. With the text that stands in the file now, stages that did not change keep their order and comments,
 * changed ones are written anew in place, and new ones go to the end, as DVC does it.
 */
export async function renderLockFile(lock: LockFile, previousText?: string): Promise<string> {
  const map = lockMap(lock);
  return previousText === undefined ? emitYaml(map) : updateYaml(previousText, map, { file: 'dvc.lock', levels: 2 });
}

function lockMap(lock: LockFile): YamlMap {
  return mapOf([
    ['schema', '2.0'],
    ['datasets', lock.datasets.length === 0 ? undefined : lock.datasets],
    ['stages', new Map([...lock.stages].map(([name, stage]) => [name, lockedStageMap(stage)]))],
  ]);
}

function lockedStageMap(stage: LockedStage): YamlMap {
  return mapOf([
    ['cmd', stage.cmd],
    ['deps', stage.deps.length === 0 ? undefined : stage.deps.map((dep) => entryMap(dep))],
    ['params', stage.params.size === 0 ? undefined : stage.params],
    ['outs', stage.outs.length === 0 ? undefined : stage.outs.map((out) => entryMap(out))],
  ]);
}

function entryMap(entry: DependencyRecord): YamlMap {
  return mapOf([
    ['path', entry.path],
    ...hashNameRows(entry),
    ...(entry.files === undefined ? [...hashRows(entry.hash), ...metaRows(entry)] : []),
    ['files', filesList(entry.files)],
    ['dataset', entry.dataset],
  ]);
}

function readLock(field: Field): LockFile {
  const map = readMap(field);
  if (map.size === 0) {
    return { stages: new Map(), datasets: [] };
  }
  const fields = readFields(field, lockKeys);
  required(fields, 'schema', readSchema);
  return {
    stages: optional(fields, 'stages', readStages) ?? new Map(),
    datasets: optional(fields, 'datasets', readDatasets) ?? [],
  };
}

function readSchema(field: Field): true {
  if (field.value !== '2.0') {
    throw new SchemaProblem('invalid schema version', field.path);
  }
  return true;
}

function readDatasets(field: Field): readonly YamlValue[] {
  return field.value === null ? [] : readList(readAny)(field);
}

function readStages(field: Field): ReadonlyMap<string, LockedStage> {
  return readEntries(field, readLockedStage);
}

/** A mapping with strings as keys, each value by `read`. */
function readEntries<T>(field: Field, read: (field: Field) => T): ReadonlyMap<string, T> {
  return new Map(
    [...readMap(field)].map(([key, value]) => {
      if (typeof key !== 'string') {
        throw new SchemaProblem('extra keys not allowed', [...field.path, scalarText(key)]);
      }
      return [key, read({ value, path: [...field.path, key] })];
    }),
  );
}

function readLockedStage(field: Field): LockedStage {
  const fields = readFields(field, stageKeys);
  return {
    cmd: required(fields, 'cmd', readCommand),
    deps: optional(fields, 'deps', readList(readDependency)) ?? [],
    params: optional(fields, 'params', (params) => readEntries(params, readParams)) ?? new Map(),
    outs: optional(fields, 'outs', readList(readOutput)) ?? [],
  };
}

function readCommand(field: Field): string | readonly string[] {
  return isYamlList(field.value) ? readList(readString)(field) : readString(field);
}

function readParams(field: Field): YamlMap {
  return readEntries(field, readAny);
}

function readDependency(field: Field): DependencyRecord {
  const fields = readFields(field, entryKeys);
  return present({ ...readEntry(fields), dataset: optional(fields, 'dataset', readMap) });
}

function readOutput(field: Field): OutputRecord {
  return { ...readEntry(readFields(field, entryKeys)), cache: true, persist: false, push: true };
}

function readEntry(fields: Fields): DependencyRecord & { readonly path: string } {
  const path = required(fields, 'path', readString);
  return { path, ...readContent(fields, path) };
}
