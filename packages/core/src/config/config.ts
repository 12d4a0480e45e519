/** Where a setting comes from; a later level wins over an earlier one, key by key (DVC: `Config.LEVELS`). `override` is `--config`, the Action's input or a caller. */
export type ConfigLevel = 'default' | 'system' | 'global' | 'project' | 'local' | 'override';

/** Which of the two tools' files a setting stands in: `.dvc/config*` is DVC's and holds only what DVC's schema allows; `.dvc/datapin*` is ours. */
export type ConfigFileKind = 'dvc' | 'datapin';

/** One setting with its origin. */
export interface ConfigEntry {
  readonly value: string | readonly string[];
  readonly level: ConfigLevel;
  /** Absolute path of the file; `undefined` for defaults and overrides. */
  readonly file: string | undefined;
}

/** A `['remote "name"']` section, merged over all levels. Relative paths are resolved against the folder of the file they come from. */
export interface RemoteConfig {
  readonly name: string;
  readonly url: string;
  /** The URL as it is written, when it is a relative path; then `url` is what it means here. */
  readonly relativeUrl?: string;
  /** All options except `url`, as text, by lower-case name. */
  readonly options: ReadonlyMap<string, ConfigEntry>;
  /** Names (`url` among them) that come from a file that git tracks: `project` level. */
  readonly tracked: ReadonlySet<string>;
  /** Names (`url` among them) that come from `.dvc/config.local` or `.dvc/datapin.local`: the user's own, unless a clone brought that file along. */
  readonly local: ReadonlySet<string>;
}

export type LinkType = 'reflink' | 'hardlink' | 'symlink' | 'copy';

/** The merged configuration, validated, with typed access to what core itself uses. */
export interface Config {
  /** Section (`core`, `remote "x"`) → option → entry, merged; for `config --list` and the CLI. */
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, ConfigEntry>>;
  readonly remotes: ReadonlyMap<string, RemoteConfig>;
  readonly core: {
    /** Default remote's name, lower case. */
    readonly remote: string | undefined;
    readonly checksumJobs: number | undefined;
    readonly noScm: boolean;
    readonly autostage: boolean;
    readonly hardlinkLock: boolean;
  };
  readonly cache: {
    /** Absolute. */
    readonly dir: string;
    /** Which kind of file chose the folder. */
    readonly level: ConfigLevel;
    /** The folder that the cache has to be in unless it is one already; absent where the user chose it. */
    readonly boundary?: string | undefined;
    readonly types: readonly LinkType[];
    readonly shared: boolean;
    readonly slowLinkWarning: boolean;
  };
  /** How dict values become command-line arguments in templates; DVC's `parsing` section. */
  readonly parsing: { readonly bool: 'store_true' | 'boolean_optional'; readonly list: 'nargs' | 'append' };
}
