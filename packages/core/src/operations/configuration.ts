import type { ConfigFileKind, ConfigLevel } from '../config/config.ts';
import type { Project, ProjectOptions } from '../project/project.ts';

/** The levels that have a file. */
export type ConfigFileLevel = Exclude<ConfigLevel, 'default' | 'override'>;

/** Where a setting was written, so that the CLI can say it. */
export interface ConfigWriteResult {
  readonly file: string;
  readonly kind: ConfigFileKind;
  readonly warnings: readonly string[];
}

/** `project` may be absent outside a repository: then only system and global levels work. */
export interface ConfigScope {
  readonly project: Project | undefined;
  readonly options: ProjectOptions;
  /** `undefined`: DVC's default (`project` for writing, all merged for reading). */
  readonly level: ConfigFileLevel | undefined;
}

/** `section.option`, `remote.name.option`. Rejects with `invalid-config`. */
export declare function getConfig(scope: ConfigScope, name: string): Promise<string>;
export declare function setConfig(scope: ConfigScope, name: string, value: string): Promise<ConfigWriteResult>;
export declare function unsetConfig(scope: ConfigScope, name: string): Promise<ConfigWriteResult>;
/** All settings as `name=value`, secrets shown as `***`, with the file they come from. */
export declare function listConfig(
  scope: ConfigScope,
): Promise<readonly { readonly name: string; readonly value: string; readonly file: string | undefined }[]>;

export declare function addRemote(
  scope: ConfigScope,
  request: { readonly name: string; readonly url: string; readonly default: boolean; readonly force: boolean },
): Promise<ConfigWriteResult>;
export declare function modifyRemote(
  scope: ConfigScope,
  request: { readonly name: string; readonly option: string; readonly value: string | undefined },
): Promise<ConfigWriteResult>;
export declare function removeRemote(scope: ConfigScope, name: string): Promise<ConfigWriteResult>;
export declare function renameRemote(
  scope: ConfigScope,
  request: { readonly from: string; readonly to: string },
): Promise<ConfigWriteResult>;
/** Sets (`name`), unsets (`null`) the default remote. */
export declare function setDefaultRemote(scope: ConfigScope, name: string | null): Promise<ConfigWriteResult>;
export declare function defaultRemote(scope: ConfigScope): Promise<string | undefined>;
/** Name, URL (passwords in it hidden), whether it is the default. */
export declare function listRemotes(
  scope: ConfigScope,
): Promise<readonly { readonly name: string; readonly url: string; readonly isDefault: boolean }[]>;
