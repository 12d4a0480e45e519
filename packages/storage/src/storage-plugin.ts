import type { RemoteUrl } from './remote-url.ts';
import type { StorageSetup } from './storage-setup.ts';
import type { Storage } from './storage.ts';

/** A value after parsing by its {@link OptionSpec}. */
export type OptionValue = string | boolean | number;

/**
 * One option of a remote, named as DVC names it where DVC has it.
 * `path` values arrive absolute: relative ones were resolved against the folder of the config file that holds them.
 */
export interface OptionSpec {
  readonly type: 'string' | 'boolean' | 'integer' | 'number' | 'path' | 'boolean-or-path';
  readonly description: string;
  /** Never printed, never written to a file that git tracks. */
  readonly secret?: boolean;
  /** Allowed values, lower case, where the option is a choice. */
  readonly choices?: readonly string[];
  /** Accepted because DVC accepts it, without effect. */
  readonly obsolete?: boolean;
}

/** A remote as the plugin sees it. */
export interface RemoteSpec {
  /** The remote's name in the configuration, for messages. */
  readonly name: string;
  readonly url: RemoteUrl;
  /** Parsed by the plugin's own specs; options that were not given are absent. */
  readonly options: Readonly<Record<string, OptionValue>>;
  /**
   * Names of the options (`url` among them) that come from a file which git tracks. Repository content is untrusted input:
   * such a value must not make the plugin run a command or read a file as code.
   */
  readonly tracked: ReadonlySet<string>;
  /** The folder that the tracked options came with, absolute: the git work tree, else the project's root. Absent where no repository is concerned. */
  readonly repository?: string;
}

/** All the authority that a plugin has: it reads no `process.env`, prints nothing and keeps no globals. */
export interface StorageHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Tells the user something that is not an error, once. */
  warn(message: string): void;
  /** Aborted when the whole command is. */
  readonly signal?: AbortSignal;
}

/** What a storage package exports as its default. */
export interface StoragePlugin {
  /** Short name for messages: `s3`. */
  readonly name: string;
  /** URL schemes it serves, lower case. A folder's is `local`. */
  readonly schemes: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /**
   * The setting that says which host requests go to: `url` when absent, the name of an option where it overrides the service's own host, `null` when
   * no setting does. The user's secrets stay at the host that they were first used for, even if the repository names another one later.
   */
  readonly hostSetting?: string | null;
  /**
   * Opens a remote. Cheap: no request need be made. Rejects with `invalid-request` when the URL or the options cannot work
   * together, with `unauthenticated` when it is clear already that there are no credentials.
   */
  open(remote: RemoteSpec, host: StorageHost): Promise<Storage>;
  /** Behind `datapin remote setup <scheme>`, where an address and a password are not enough. */
  readonly setup?: StorageSetup;
}
