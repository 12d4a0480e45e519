import { dirname, join } from 'node:path';

import { linkTypeNames } from '../formats/config-schema.ts';
import { type ConfigText, namedSectionKinds } from '../formats/config-syntax.ts';
import { type ConfigPlaces, homeDirectory } from './config-files.ts';
import { checkConfigLayers, type ConfigLayer, type ProjectConfigTexts, readConfigLayers } from './config-layers.ts';
import { mapConfigPaths, readConfigPath } from './config-path.ts';
import { readOverrides } from './config-overrides.ts';
import type { Config, ConfigEntry, LinkType } from './config.ts';
import { collectRemotes } from './remote-config.ts';

export interface LoadConfigOptions extends ConfigPlaces {
  /** `<root>/.dvc`, absolute. */
  readonly dvcDir: string;
  /** `section.option` or `remote.name.option` → value: over all files. Relative paths are relative to the project root. */
  readonly overrides?: ReadonlyMap<string, string> | undefined;
  /** Who made the overrides: the user (the default), or repository content, which is trusted no more than `.dvc/config`. */
  readonly overridesLevel?: 'override' | 'project' | undefined;
  /** For a past revision: the project's files as they stand in a commit. All other levels come from the machine. */
  readonly project?: ProjectConfigTexts | undefined;
}

/**
 * Reads, merges and checks the configuration of a repository. Synchronous and cheap: a few small files.
 * Throws `invalid-config`, which names the file, and `config-conflict`.
 */
export function loadConfig(options: LoadConfigOptions): Config {
  const layers = readConfigLayers(options);
  checkConfigLayers(layers);
  const sections = mergeEntries([...layers.map(layerEntries), overrideEntries(options)]);
  return { sections, remotes: collectRemotes(sections, writtenUrls(layers)), ...typedSettings(sections, options.dvcDir) };
}

type Entries = ReadonlyMap<string, ReadonlyMap<string, ConfigEntry>>;

function layerEntries({ text, level, path }: ConfigLayer): Entries {
  return entriesOf(text, { level, file: path });
}

function overrideEntries({ overrides, overridesLevel: level = 'override', dvcDir, env, platform }: LoadConfigOptions): Entries {
  const place = { directory: dirname(dvcDir), home: homeDirectory(env, platform) };
  const text = mapConfigPaths(readOverrides(overrides ?? new Map()), (path) => readConfigPath(path, place));
  return entriesOf(text, { level, file: undefined });
}

function entriesOf(text: ConfigText, origin: Pick<ConfigEntry, 'level' | 'file'>): Entries {
  const named = namedSectionKinds.flatMap((kind) =>
    [...text.named[kind]].map(([name, options]) => [`${kind} "${name}"`, options] as const),
  );
  return new Map(
    [...text.sections, ...named].map(([section, options]) => [
      section,
      new Map([...options].map(([option, value]) => [option, { value, ...origin }])),
    ]),
  );
}

function mergeEntries(layers: readonly Entries[]): Entries {
  const merged = new Map<string, Map<string, ConfigEntry>>();
  for (const [section, options] of layers.flatMap((layer) => [...layer])) {
    merged.set(section, new Map([...(merged.get(section) ?? []), ...options]));
  }
  return merged;
}

/** Remote → URL as the strongest file that has one writes it. */
function writtenUrls(layers: readonly ConfigLayer[]): ReadonlyMap<string, string> {
  return new Map(
    layers.flatMap(({ written }) =>
      [...written.named.remote].flatMap(([name, options]) => {
        const url = options.get('url');
        return typeof url === 'string' ? [[name, url] as const] : [];
      }),
    ),
  );
}

function typedSettings(sections: Entries, dvcDir: string): Pick<Config, 'core' | 'cache' | 'parsing'> {
  const text = (section: string, option: string): string | undefined => {
    const value = sections.get(section)?.get(option)?.value;
    return typeof value === 'string' ? value : undefined;
  };
  const flag = (section: string, option: string): boolean | undefined => {
    const value = text(section, option);
    return value === undefined ? undefined : value.toLowerCase() === 'true';
  };
  const jobs = text('core', 'checksum_jobs');
  const types = sections.get('cache')?.get('type')?.value;
  return {
    core: {
      remote: text('core', 'remote')?.toLowerCase(),
      checksumJobs: jobs === undefined ? undefined : Number(jobs.replaceAll('_', '')),
      noScm: flag('core', 'no_scm') ?? false,
      autostage: flag('core', 'autostage') ?? false,
      hardlinkLock: flag('core', 'hardlink_lock') ?? false,
    },
    cache: {
      dir: text('cache', 'dir') ?? join(dvcDir, 'cache'),
      level: sections.get('cache')?.get('dir')?.level ?? 'default',
      types: types === undefined ? ['reflink', 'copy'] : linkTypeNames(types).filter(isLinkType),
      shared: text('cache', 'shared')?.toLowerCase() === 'group',
      slowLinkWarning: flag('cache', 'slow_link_warning') ?? true,
    },
    parsing: {
      bool: text('parsing', 'bool')?.toLowerCase() === 'boolean_optional' ? 'boolean_optional' : 'store_true',
      list: text('parsing', 'list')?.toLowerCase() === 'append' ? 'append' : 'nargs',
    },
  };
}

function isLinkType(name: string): name is LinkType {
  return name === 'reflink' || name === 'hardlink' || name === 'symlink' || name === 'copy';
}
