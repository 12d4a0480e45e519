import { hash } from 'node:crypto';

import type { StageFile } from './metafile.ts';
import { formatPythonJson } from './python-json.ts';
import { stageMap } from './stage-map.ts';
import { isYamlList, isYamlMap, type YamlMap, type YamlValue } from './yaml-value.ts';

/** What does not count, at any depth: annotations and what is only recorded for information. */
const annotations: ReadonlySet<unknown> = new Set([
  'desc',
  'type',
  'labels',
  'meta',
  'locked',
  'frozen',
  'metric',
  'persist',
  'isexec',
  'size',
  'nfiles',
]);

/**
 * The `md5:` that an import's `.dvc` file carries (dvc/stage/utils.py, `compute_md5`): it tells whether someone edited what the file says.
 * The `md5` that the stage has now does not count.
 */
export function stageChecksum(stage: StageFile): string {
  const { md5: _, ...rest } = stage;
  return checksumOf(stageMap(rest));
}

/** The MD5 of a mapping as Python's JSON, annotations left out (dvc/utils/__init__.py, `dict_md5`). */
export function checksumOf(map: YamlMap): string {
  return hash('md5', formatPythonJson(withoutAnnotations(map)));
}

function withoutAnnotations(value: YamlValue): YamlValue {
  if (isYamlList(value)) {
    return value.map(withoutAnnotations);
  }
  if (!isYamlMap(value)) {
    return value;
  }
  return new Map([...value].filter(([key]) => !annotations.has(key)).map(([key, item]) => [key, withoutAnnotations(item)] as const));
}
