import { join, posix } from 'node:path';

import type { WorkTree } from '../checkout/work-tree.ts';
import { DatapinError } from '../errors.ts';
import type { DependencyRecord, LockedStage, OutputRecord } from '../formats/metafile.ts';
import { parseParams } from '../formats/params-file.ts';
import { present } from '../formats/present.ts';
import { isYamlMap, type YamlMap, type YamlValue } from '../formats/yaml-value.ts';
import type { Dependency, Output, Stage } from '../project/stage.ts';
import { valueAt } from '../status/params-changes.ts';
import { hashOutput } from '../workspace/hash-output.ts';

/** Params without a file name are in this one; `dvc.lock` lists it first. */
const defaultParams = 'params.yaml';

/**
 * What `dvc.lock` is to say of a stage as the work tree is now (DVC: `serialize.to_single_stage_lockfile`): dependencies and outputs by path,
 * the default params file first. `outs` are the outputs' new records. Rejects with `target-missing` for a dependency or a param that is not there.
 */
export async function lockStage(stage: Stage, outs: ReadonlyMap<Output, OutputRecord>, tree: WorkTree): Promise<LockedStage> {
  const deps: DependencyRecord[] = [];
  for (const dep of stage.deps) deps.push(await lockDependency(dep, tree));
  return {
    ...(stage.cmd === undefined ? {} : { cmd: stage.cmd }),
    deps: deps.sort((a, b) => compare(a.path ?? '', b.path ?? '')),
    params: await lockParams(stage, tree),
    outs: stage.outs.map((output) => outs.get(output) ?? output.record).sort((a, b) => compare(a.path, b.path)),
  };
}

async function lockDependency(dep: Dependency, { project, view, state, context }: WorkTree): Promise<DependencyRecord> {
  if (dep.external) {
    throw new DatapinError(
      'unsupported',
      `'${dep.path}', a dependency of '${dep.stage.address}', lies outside of the project: it cannot be recorded yet`,
    );
  }
  const algorithm = dep.record.hash?.name === 'md5-dos2unix' ? 'md5-dos2unix' : 'md5';
  const found = await hashOutput({ root: project.root, path: dep.path, algorithm, filter: view.dvcIgnore, state }, context);
  if (found === undefined) throw new DatapinError('target-missing', `dependency '${dep.path}' does not exist`);
  return {
    ...present({ path: dep.record.path, size: found.size, nfiles: found.nfiles, isexec: found.isexec ? true : undefined }),
    hash: { name: algorithm, value: found.id.value },
  };
}

async function lockParams(stage: Stage, { view }: WorkTree): Promise<ReadonlyMap<string, YamlMap>> {
  const files = new Map<string, YamlMap>();
  for (const [file, keys] of stage.params) {
    const text = view.files.read(file);
    if (text === undefined) throw new DatapinError('target-missing', `params file '${file}' of '${stage.address}' does not exist`);
    const values = await parseParams(text, { file });
    files.set(posix.relative(stage.wdir, file), keys === null ? wholeFile(values) : chosen(values, keys, { file, stage }));
  }
  const order = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
    Number(b === defaultParams) - Number(a === defaultParams) || compare(a, b);
  return new Map([...files].sort(order));
}

function wholeFile(values: YamlValue): YamlMap {
  return isYamlMap(values) ? values : new Map();
}

function chosen(values: YamlValue, keys: readonly string[], { file, stage }: { readonly file: string; readonly stage: Stage }): YamlMap {
  const found = new Map<string, YamlValue>();
  for (const key of [...keys].sort(compare)) {
    const value = valueAt(values, key.split('.'));
    if (value === undefined)
      throw new DatapinError('target-missing', `Parameters '${key}' are missing from '${join(file)}' (stage '${stage.address}').`);
    found.set(key, value);
  }
  return found;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
