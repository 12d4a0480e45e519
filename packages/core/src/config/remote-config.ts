import { DatapinError } from '../errors.ts';
import { splitSectionName } from '../formats/config-syntax.ts';
import { isRelativeConfigPath } from './config-path.ts';
import type { Config, ConfigEntry, ConfigLevel, RemoteConfig } from './config.ts';

type Sections = Config['sections'];

/**
 * The remotes of merged sections, by name. A `remote://other/path` takes its address and what options it lacks from the other one
 * (DVC: `_resolve_remote_refs`); when there is none of that name it stays as it is. Throws `invalid-config` for a remote without URL.
 */
export function collectRemotes(sections: Sections, written: ReadonlyMap<string, string>): ReadonlyMap<string, RemoteConfig> {
  const own = new Map(
    [...sections].flatMap(([section, options]) => {
      const { kind, own: name } = splitSectionName(section);
      return kind === 'remote' ? [[name, ownRemote(name, { options, written: written.get(name) })] as const] : [];
    }),
  );
  return new Map([...own].map(([name, remote]) => [name, follow(remote, own, [name])]));
}

interface RemoteSection {
  readonly options: ReadonlyMap<string, ConfigEntry>;
  readonly written: string | undefined;
}

function ownRemote(name: string, { options, written }: RemoteSection): RemoteConfig {
  const url = options.get('url');
  if (typeof url?.value !== 'string') {
    throw new DatapinError('invalid-config', `config file error: expected one 'url' for dictionary value @ data['remote']['${name}']`);
  }
  const isRelative = url.level !== 'override' && written !== undefined && isRelativeConfigPath(written);
  return {
    name,
    url: url.value,
    ...(isRelative ? { relativeUrl: written } : {}),
    options: new Map([...options].filter(([option]) => option !== 'url')),
    tracked: namesAt('project', options),
    local: namesAt('local', options),
  };
}

function namesAt(level: ConfigLevel, options: ReadonlyMap<string, ConfigEntry>): ReadonlySet<string> {
  return new Set([...options].filter(([, entry]) => entry.level === level).map(([option]) => option));
}

const reference = /^remote:\/\/([^/]+)\/*(.*)$/su;

function follow(remote: RemoteConfig, all: ReadonlyMap<string, RemoteConfig>, trail: readonly string[]): RemoteConfig {
  const [, name = '', path = ''] = reference.exec(remote.url) ?? [];
  const target = all.get(name.toLowerCase());
  if (target === undefined || trail.includes(target.name)) {
    return remote;
  }
  const base = follow(target, all, [...trail, target.name]);
  const inherited = (names: ReadonlySet<string>): string[] =>
    [...names].filter((option) => option === 'url' || !remote.options.has(option));
  return {
    name: remote.name,
    url: path === '' ? base.url : `${base.url.replace(/\/+$/u, '')}/${path}`,
    options: new Map([...base.options, ...remote.options]),
    tracked: new Set([...remote.tracked, ...inherited(base.tracked)]),
    local: new Set([...remote.local, ...inherited(base.local)]),
  };
}
