import type { DependencyRecord, OutputRecord, StageFile } from '../formats/metafile.ts';
import type { YamlMap } from '../formats/yaml-value.ts';
import type { ObjectId } from '../hashing/object-id.ts';

/** An output in the repository: where it is and what is pinned for it. */
export interface Output {
  readonly stage: Stage;
  /** Relative to the project root, `/` between segments, no `.` or `..`. */
  readonly path: string;
  /**
   * `undefined` while nothing is pinned yet, when `files` or a foreign hash stands in its place, and when what is written is no hash:
   * `record.hash` still shows it then.
   */
  readonly id: ObjectId | undefined;
  /** From `dvc.yaml` and `dvc.lock` merged for a pipeline stage. `record.path` is as written, relative to the stage's wdir. */
  readonly record: OutputRecord;
  /** How `dvc.yaml` lists it; always `out` in a `.dvc` file. */
  readonly kind: 'out' | 'metric' | 'plot';
  /** Outside the project (absolute or a URL, only with `cache: false`); then `path` is as written. */
  readonly external: boolean;
}

export interface Dependency {
  readonly stage: Stage;
  /** Relative to the project root for a local dependency; as written otherwise. */
  readonly path: string;
  readonly record: DependencyRecord;
  /** Not a path in the project: in another repository, a URL, a database, or a path that leads outside. */
  readonly external: boolean;
}

/** A `.dvc` file, or one stage of a `dvc.yaml` with what `dvc.lock` knows of it. */
export interface Stage {
  /** As DVC prints it, relative to the project root: `data.dvc`, `train`, `dir/dvc.yaml:train`. */
  readonly address: string;
  /** The metafile: `x.dvc` or `dvc.yaml`, relative to the project root. */
  readonly file: string;
  /** Stage name; absent for a `.dvc` file. */
  readonly name: string | undefined;
  /** Folder that the stage's paths are relative to, relative to the project root; `''` is the root. */
  readonly wdir: string;
  readonly frozen: boolean;
  readonly alwaysChanged: boolean;
  readonly cmd: string | readonly string[] | undefined;
  /** What `dvc.lock` recorded as cmd; absent for a `.dvc` file and a stage that never ran. */
  readonly lockedCmd: string | readonly string[] | undefined;
  /** Top-level `md5` of an import's `.dvc` file. */
  readonly checksum: string | undefined;
  /** What its `.dvc` file says; absent for a stage of a `dvc.yaml`. */
  readonly content: StageFile | undefined;
  readonly deps: readonly Dependency[];
  readonly outs: readonly Output[];
  /** Params declared: file (relative to the project root, possibly with `..`) → keys, or `null` for the whole file. */
  readonly params: ReadonlyMap<string, readonly string[] | null>;
  /** Params recorded in `dvc.lock`: file as written → key → value. */
  readonly lockedParams: ReadonlyMap<string, YamlMap>;
}

/** Whether the stage is a `dvc import`: its data comes from another repository and is never pushed to ours. */
export function isRepoImport(stage: Stage): boolean {
  return isImport(stage) && stage.deps[0]?.record.repo !== undefined;
}

/** Whether the stage is any kind of import: one output that was made from one dependency without a command. */
export function isImport(stage: Stage): boolean {
  return stage.cmd === undefined && stage.deps.length === 1 && stage.outs.length === 1;
}

/** Whether the stage is an import of which nothing was downloaded yet (`--no-download`): its output has no hash. */
export function isPartialImport(stage: Stage): boolean {
  const record = stage.outs[0]?.record;
  return isImport(stage) && record?.hash === undefined && record?.files === undefined;
}
