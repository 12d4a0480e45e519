import { filesList, hashNameRows, hashRows, isExternalPath, mapOf, metaRows } from './content-record.ts';
import type { DependencyRecord, OutputRecord, RepoReference, StageFile } from './metafile.ts';
import { isYamlList, isYamlMap, type YamlMap, type YamlValue } from './yaml-value.ts';

/** What a `.dvc` file says, as YAML. Also the base of the stage's own checksum. */
export function stageMap(stage: StageFile): YamlMap {
  return mapOf([
    ['desc', written(stage.desc)],
    ['md5', stage.md5],
    ['wdir', stage.wdir === undefined || normalisePath(stage.wdir) === '.' ? undefined : normalisePath(stage.wdir)],
    ['frozen', stage.frozen || undefined],
    ['deps', stage.deps.length === 0 ? undefined : stage.deps.map((dep) => dependencyMap(dep))],
    ['outs', stage.outs.length === 0 ? undefined : stage.outs.map((out) => outputMap(out))],
    ['always_changed', stage.alwaysChanged || undefined],
    ['meta', written(stage.meta)],
  ]);
}

function outputMap(out: OutputRecord): YamlMap {
  return mapOf([
    ...(out.files === undefined ? [...hashRows(out.hash), ...metaRows(out)] : []),
    ...hashNameRows(out),
    ['path', writtenPath(out.path)],
    ['fs_config', written(out.fsConfig)],
    ['desc', written(out.desc)],
    ['type', written(out.type)],
    ['labels', written(out.labels)],
    ['meta', written(out.meta)],
    ['cache', out.cache ? undefined : false],
    ['persist', out.persist || undefined],
    ['remote', written(out.remote)],
    ['push', out.push ? undefined : false],
    ['files', filesList(out.files)],
  ]);
}

function dependencyMap(dep: DependencyRecord): YamlMap {
  if (dep.db !== undefined) {
    const db = mapOf([...dep.db].map(([key, value]) => [key, written(value)] as const));
    return mapOf([['db', written(db)]]);
  }
  if (dep.repo !== undefined) {
    return mapOf([
      ['path', dep.path],
      ['repo', repoMap(dep.repo)],
    ]);
  }
  return mapOf([
    ...(dep.files === undefined ? [...hashRows(dep.hash), ...metaRows(dep)] : []),
    ...hashNameRows(dep),
    ['path', dep.path === undefined ? undefined : writtenPath(dep.path)],
    ['fs_config', written(dep.fsConfig)],
    ['files', filesList(dep.files)],
  ]);
}

function repoMap(repo: RepoReference): YamlMap {
  return mapOf([
    ['url', repo.url],
    ['rev', written(repo.rev)],
    ['rev_lock', written(repo.revLock)],
    ['config', written(repo.config)],
    ['remote', written(repo.remote)],
  ]);
}

/** The value, or `undefined` where DVC takes it for nothing: empty texts and collections, null, false and zero. */
function written(value: YamlValue | undefined): YamlValue | undefined {
  if (isYamlList(value)) {
    return value.length === 0 ? undefined : value;
  }
  if (isYamlMap(value)) {
    return value.size === 0 ? undefined : value;
  }
  const number = typeof value === 'object' && value !== null && 'float' in value ? value.float : value;
  return Number.isNaN(number) || Boolean(number) ? value : undefined;
}

/** DVC writes paths inside the project anew, relative to the stage's folder. */
function writtenPath(path: string): string {
  return isExternalPath(path) ? path : normalisePath(path);
}

function normalisePath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..' && segments.length > 0 && segments.at(-1) !== '..') {
      segments.pop();
    } else if (segment !== '' && segment !== '.') {
      segments.push(segment);
    }
  }
  return segments.join('/') || '.';
}
