import type { StoragePlugin } from '@datapin/storage';

import type { Config } from '../config/config.ts';
import type { GitRepository } from './git.ts';

/** How core gets storage plugins: the app looks them up. Rejects with `plugin-missing` or `unsupported-scheme`. */
export interface StorageSource {
  load(scheme: string): Promise<StoragePlugin>;
}

/** What the caller provides to open a project. */
export interface ProjectOptions {
  /** Absolute. The project root is looked for here and above (DVC: nearest parent with a `.dvc` folder). */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly storages: StorageSource;
  /** `section.option` → value, over all files; `remote.name.option` for remotes. */
  readonly configOverrides?: ReadonlyMap<string, string>;
  /** `project` for overrides that a metafile makes: they are trusted no more than `.dvc/config`. */
  readonly overridesLevel?: 'override' | 'project';
}

/** An opened DVC repository. Immutable; nothing is locked and no file is held open. */
export interface Project {
  /** Absolute, symlinks resolved. */
  readonly root: string;
  readonly cwd: string;
  /** `<root>/.dvc` */
  readonly dvcDir: string;
  /** `<root>/.dvc/tmp`, made when first needed. */
  readonly tmpDir: string;
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly storages: StorageSource;
  /** Absent with `core.no_scm` or outside a git repository. */
  readonly git: GitRepository | undefined;
}
