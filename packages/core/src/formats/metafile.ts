import type { YamlMap, YamlValue } from './yaml-value.ts';

/** The data model of `.dvc`, `dvc.lock` and `dvc.yaml`: what the files say, paths as written. Reading and writing live beside it. */

export type HashName = 'md5' | 'md5-dos2unix' | 'etag' | 'checksum';

/** A recorded hash. `md5-dos2unix` is what an entry with `md5` but without `hash: md5` means. `.dir` marks a directory. */
export interface RecordedHash {
  readonly name: HashName;
  readonly value: string;
}

/** Size and kind of what a hash stands for. `nfiles` only for directories, `isexec` only for single files. */
export interface RecordedMeta {
  readonly size?: number;
  readonly nfiles?: number;
  readonly isexec?: boolean;
  readonly versionId?: string;
  /** Checksums of other kinds, recorded beside the hash that counts. */
  readonly etag?: string;
  readonly checksum?: string;
  readonly md5?: string;
}

/** Where a version-aware remote holds the bytes: `cloud: {<remote>: {etag, version_id}}`. */
export interface CloudVersion {
  readonly remote: string;
  readonly etag?: string;
  readonly checksum?: string;
  readonly versionId?: string;
}

/** An entry of `files:`, which stands in place of a `.dir` hash. */
export interface RecordedFile extends RecordedMeta {
  readonly relpath: string;
  readonly hash?: RecordedHash;
  readonly cloud?: CloudVersion;
}

/** What an output and a dependency have in common. */
export interface RecordedContent extends RecordedMeta {
  readonly hash?: RecordedHash;
  /**
   * The text behind `hash:`. DVC 2 did not write it. A new record needs it only where nothing is hashed yet:
   * with a `hash` other than `md5-dos2unix`, `hash: md5` is written anyway.
   */
  readonly hashName?: string;
  readonly cloud?: CloudVersion;
  readonly files?: readonly RecordedFile[];
  readonly fsConfig?: YamlMap;
}

/** An entry of `outs:`. Flags that are not written have their defaults here. */
export interface OutputRecord extends RecordedContent {
  readonly path: string;
  readonly cache: boolean;
  readonly persist: boolean;
  readonly push: boolean;
  readonly remote?: string;
  readonly desc?: string;
  readonly type?: string;
  readonly labels?: readonly string[];
  readonly meta?: YamlValue;
}

/** A dependency on a path in another repository. */
export interface RepoReference {
  readonly url: string;
  readonly rev?: string;
  readonly revLock?: string;
  readonly config?: YamlValue;
  readonly remote?: YamlValue;
}

/**
 * An entry of `deps:`. With `repo` it is a `dvc import`, with `db` an `import-db` (which has no path), with a URL as `path` an `import-url`,
 * with `ds://name` as `path` a dataset; otherwise a local path.
 */
export interface DependencyRecord extends RecordedContent {
  readonly path?: string;
  readonly persist?: boolean;
  readonly repo?: RepoReference;
  readonly db?: YamlMap;
  /** Only in `dvc.lock`. */
  readonly dataset?: YamlMap;
}

/** A `.dvc` file. */
export interface StageFile {
  readonly md5?: string;
  readonly wdir?: string;
  readonly frozen: boolean;
  readonly alwaysChanged: boolean;
  readonly desc?: string;
  readonly meta?: YamlValue;
  readonly deps: readonly DependencyRecord[];
  readonly outs: readonly OutputRecord[];
}

/** One stage of a `dvc.lock`. */
export interface LockedStage {
  readonly cmd?: string | readonly string[];
  readonly deps: readonly DependencyRecord[];
  /** file → key → value */
  readonly params: ReadonlyMap<string, YamlMap>;
  readonly outs: readonly OutputRecord[];
}

/** A `dvc.lock`, schema 2.0. */
export interface LockFile {
  readonly stages: ReadonlyMap<string, LockedStage>;
  readonly datasets: readonly YamlValue[];
}

/** An output as `dvc.yaml` declares it, after templating. */
export interface DeclaredOutput {
  readonly path: string;
  readonly kind: 'out' | 'metric' | 'plot';
  readonly cache: boolean;
  readonly persist: boolean;
  readonly push: boolean;
  readonly remote?: string;
  readonly desc?: string;
  readonly type?: string;
  readonly labels?: readonly string[];
  readonly meta?: YamlValue;
}

/** A stage of `dvc.yaml` after templating; one per item of a `foreach` or `matrix`. */
export interface DeclaredStage {
  readonly name: string;
  readonly cmd: string | readonly string[];
  readonly wdir?: string;
  readonly deps: readonly string[];
  /** file → keys; `null` means the whole file. The default file is `params.yaml`. */
  readonly params: ReadonlyMap<string, readonly string[] | null>;
  readonly outs: readonly DeclaredOutput[];
  readonly frozen: boolean;
  readonly alwaysChanged: boolean;
  readonly desc?: string;
  readonly meta?: YamlValue;
}
