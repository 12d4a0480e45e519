import {
  type Field,
  type Fields,
  optional,
  orNull,
  readBoolean,
  readFields,
  readList,
  readMap,
  readString,
  required,
  SchemaProblem,
} from './metafile-fields.ts';
import { readMetafile } from './metafile-reader.ts';
import { pythonText, stringKeys } from './python-text.ts';
import type { VarsItem } from './template-vars.ts';
import { isYamlList, isYamlMap, type YamlValue } from './yaml-value.ts';

/** A `dvc.yaml` as it is written, templates unresolved. */
export interface PipelineFile {
  readonly vars: readonly VarsItem[];
  readonly stages: ReadonlyMap<string, StageDefinition>;
}

/** One entry of `stages`: a stage, or what many stages are made of. */
export interface StageDefinition {
  /** The stage's keys; those of `do` for a `foreach`. */
  readonly template: ReadonlyMap<string, YamlValue>;
  readonly vars: readonly VarsItem[];
  readonly foreach?: YamlValue;
  readonly matrix?: ReadonlyMap<string, YamlValue>;
}

/** Reads a `dvc.yaml` by DVC's schema (`MULTI_STAGE_SCHEMA`). Rejects with `invalid-metafile`, which names file, line and key. */
export function parsePipelineFile(text: string, file: string): Promise<PipelineFile> {
  return readMetafile(text, { file, read: readPipeline });
}

const pipelineKeys = new Set(['datasets', 'plots', 'stages', 'vars', 'params', 'metrics', 'artifacts']);
const annotationKeys = ['desc', 'type', 'labels', 'meta'];
const plotKeys = ['template', 'x', 'y', 'x_label', 'y_label', 'title'];
const outputKeys = new Set([...annotationKeys, 'cache', 'persist', 'checkpoint', 'remote', 'push']);
const plotOutputKeys = new Set([...outputKeys, ...plotKeys, 'header']);
const stageKeys = new Set([
  'matrix',
  'cmd',
  'wdir',
  'deps',
  'params',
  'vars',
  'frozen',
  'meta',
  'desc',
  'always_changed',
  'outs',
  'metrics',
  'plots',
]);

function readPipeline(field: Field): PipelineFile {
  const fields = readFields(field, pipelineKeys);
  optional(fields, 'plots', readList(either(readString, readMapOf(orNull(readPlot, undefined)))));
  optional(fields, 'params', readList(readString));
  optional(fields, 'metrics', readList(readString));
  optional(fields, 'artifacts', readMapOf(readArtifact));
  return {
    vars: optional(fields, 'vars', readVars) ?? [],
    stages: optional(fields, 'stages', readMapOf(readStageDefinition)) ?? new Map(),
  };
}

function readStageDefinition(field: Field): StageDefinition {
  if (!isYamlMap(field.value) || !(field.value.has('foreach') || field.value.has('do'))) {
    return readStage(field);
  }
  const fields = readFields(field, new Set(['foreach', 'do']));
  return { ...required(fields, 'do', readStage), foreach: required(fields, 'foreach', readIterable) };
}

function readStage(field: Field): StageDefinition {
  const fields = readFields(field, stageKeys);
  required(fields, 'cmd', readTextOrList);
  optional(fields, 'wdir', readString);
  optional(fields, 'deps', readList(readString));
  optional(fields, 'params', readList(either(readString, readMap)));
  optional(fields, 'frozen', readBoolean);
  optional(fields, 'always_changed', readBoolean);
  optional(fields, 'desc', readString);
  optional(fields, 'outs', readOutputs(outputKeys));
  optional(fields, 'metrics', readOutputs(outputKeys));
  optional(fields, 'plots', readOutputs(plotOutputKeys));
  const matrix = optional(fields, 'matrix', readMapOf(readTextOrList));
  return { template: stringKeys(fields.map), vars: optional(fields, 'vars', readVars) ?? [], ...(matrix === undefined ? {} : { matrix }) };
}

function readOutputs(keys: ReadonlySet<string>): (field: Field) => unknown {
  return readList(
    either(
      readString,
      readMapOf((field) => readOutputFlags(readFields(field, keys))),
    ),
  );
}

function readOutputFlags(fields: Fields): void {
  for (const key of ['cache', 'persist', 'checkpoint', 'push', 'header']) optional(fields, key, readBoolean);
  for (const key of ['remote', ...plotKeys]) optional(fields, key, readString);
  readAnnotations(fields);
}

function readAnnotations(fields: Fields): void {
  optional(fields, 'desc', readString);
  optional(fields, 'type', readString);
  optional(fields, 'labels', readList(readString));
}

function readArtifact(field: Field): void {
  const fields = readFields(field, new Set(['path', ...annotationKeys]));
  required(fields, 'path', readString);
  readAnnotations(fields);
}

function readPlot(field: Field): void {
  const fields = readFields(field, new Set(plotKeys));
  for (const key of ['x_label', 'y_label', 'title', 'template']) optional(fields, key, readString);
  optional(fields, 'x', either(readString, readMapOf(readString)));
  const columns = either(readString, readList(readString));
  optional(fields, 'y', either(columns, readMapOf(columns)));
}

function readVars(field: Field): VarsItem[] {
  return readList((item) => (typeof item.value === 'string' ? item.value : readMap(item)))(field);
}

function readTextOrList(field: Field): YamlValue {
  return isYamlList(field.value) ? field.value : readString(field);
}

function readIterable(field: Field): YamlValue {
  return isYamlMap(field.value) ? field.value : readTextOrList(field);
}

/** A mapping with strings as keys. */
function readMapOf<T>(read: (field: Field) => T): (field: Field) => Map<string, T> {
  return (field) =>
    new Map(
      [...readMap(field)].map(([key, value]) => {
        const path = [...field.path, pythonText(key) ?? ''];
        if (typeof key !== 'string') {
          throw new SchemaProblem('extra keys not allowed', path);
        }
        return [key, read({ value, path })];
      }),
    );
}

/** Reads by the reader that fits the kind of value; the second one reports what fits neither. */
function either<T, U>(first: (field: Field) => T, second: (field: Field) => U): (field: Field) => T | U {
  return (field) => {
    const isText = typeof field.value === 'string';
    return isText || (first !== readString && isYamlList(field.value)) ? first(field) : second(field);
  };
}
