import { homedir } from 'node:os';
import { join } from 'node:path';

import type { ConfigFileKind, ConfigLevel } from './config.ts';

/** A level that has files. */
export type ConfigFileLevel = Exclude<ConfigLevel, 'default' | 'override'>;

/** A configuration file, there or not. */
export interface ConfigFile {
  readonly level: ConfigFileLevel;
  readonly kind: ConfigFileKind;
  /** Absolute. */
  readonly path: string;
}

/** What decides where configuration files are. */
export interface ConfigPlaces {
  /** `<root>/.dvc`; absent outside of a repository. */
  readonly dvcDir?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The machine's, unless a test says otherwise. */
  readonly platform?: NodeJS.Platform;
}

/** All configuration files in the order in which they win: from the weakest to the strongest, ours beside each of DVC's. */
export function configFiles({ dvcDir, env, platform = process.platform }: ConfigPlaces): ConfigFile[] {
  const shared = [
    ['system', systemConfigDir(env, platform)],
    ['global', globalConfigDir(env, platform)],
  ] as const;
  const files = shared.flatMap(([level, directory]): ConfigFile[] => [
    { level, kind: 'dvc', path: join(directory, 'config') },
    { level, kind: 'datapin', path: join(directory, 'datapin') },
  ]);
  if (dvcDir === undefined) {
    return files;
  }
  return [
    ...files,
    { level: 'project', kind: 'dvc', path: join(dvcDir, 'config') },
    { level: 'project', kind: 'datapin', path: join(dvcDir, 'datapin') },
    { level: 'local', kind: 'dvc', path: join(dvcDir, 'config.local') },
    { level: 'local', kind: 'datapin', path: join(dvcDir, 'datapin.local') },
  ];
}

type Environment = ConfigPlaces['env'];

/** As DVC finds it (`dvc.dirs`, on top of platformdirs). */
function systemConfigDir(env: Environment, platform: NodeJS.Platform): string {
  const own = env['DVC_SYSTEM_CONFIG_DIR'];
  if (own) return own;
  if (platform === 'win32') return join(env['PROGRAMDATA'] ?? String.raw`C:\ProgramData`, 'iterative', 'dvc');
  const first = env['XDG_CONFIG_DIRS']?.split(':').find((directory) => directory.trim() !== '');
  if (first !== undefined) return join(first, 'dvc');
  return platform === 'darwin' ? '/Library/Application Support/dvc' : '/etc/xdg/dvc';
}

/** The folder of the user's own settings, as DVC finds it. */
export function globalConfigDir(env: Environment, platform: NodeJS.Platform = process.platform): string {
  const own = env['DVC_GLOBAL_CONFIG_DIR'];
  if (own) return own;
  const home = homeDirectory(env, platform);
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'iterative', 'dvc');
  const xdg = env['XDG_CONFIG_HOME'] ?? '';
  if (xdg.trim() !== '') return join(xdg, 'dvc');
  return platform === 'darwin' ? join(home, 'Library', 'Application Support', 'dvc') : join(home, '.config', 'dvc');
}

/** The user's folder: what `~` stands for. */
export function homeDirectory(env: Environment, platform: NodeJS.Platform = process.platform): string {
  return (platform === 'win32' ? env['USERPROFILE'] : env['HOME']) || homedir();
}
