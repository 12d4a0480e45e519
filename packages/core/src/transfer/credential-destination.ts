import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { parseRemoteUrl, type StoragePlugin } from '@datapin/storage';

import { globalConfigDir } from '../config/config-files.ts';
import type { RemoteConfig } from '../config/config.ts';
import { isSecretSetting } from '../config/secret-options.ts';
import { DatapinError } from '../errors.ts';
import type { Project } from '../project/project.ts';

/** The host of a remote whose plugin knows it by itself. */
const serviceItself = "the service's own host";

export interface CredentialUse {
  readonly project: Pick<Project, 'dvcDir' | 'env'>;
  readonly config: RemoteConfig;
  readonly plugin: Pick<StoragePlugin, 'options' | 'hostSetting'>;
  /** Names of the settings, `url` among them, that came with the repository. */
  readonly tracked: ReadonlySet<string>;
}

/**
 * Keeps the user's own secrets at the host that they were first used for, where it is the repository that says which host that is. Throws
 * `credentials-moved` when it names another one by now; the user agrees by setting the address outside of what git tracks. Where nothing can be
 * remembered (a read-only home folder), nothing is compared. See docs/adr/0007-credentials-stay-at-their-host.md.
 */
export function keepCredentialsAtHome(use: CredentialUse): void {
  const { config, project, plugin, tracked } = use;
  const setting = hostSettingOf(plugin);
  if (setting === null) return;
  const address = setting === 'url' ? config.url : config.options.get(setting)?.value;
  const isUsersChoice = address !== undefined && !tracked.has(setting);
  const owners = ownersOfSecrets(use);
  if (isUsersChoice || owners.size === 0) return;

  const host = hostOf(address);
  const known = readKnown(project.env);
  const added = new Map<string, string>();
  for (const owner of owners) {
    const key = keyOf(owner, config.name);
    const before = known.get(key);
    if (before === undefined) added.set(key, host);
    else if (before !== host) throw moved(config, { before, host, setting, address: typeof address === 'string' ? address : '…' });
  }
  if (added.size > 0) updateKnown(project.env, (now) => new Map([...added, ...now]));
}

/** A remote of the configuration that git tracks, in the repository of `dvcDir`. */
export interface TrackedRemote {
  readonly env: Project['env'];
  readonly dvcDir: string;
  readonly name: string;
}

/** Whether a host is remembered for a remote. */
export function isHomeKnown({ env, dvcDir, name }: TrackedRemote): boolean {
  const known = readKnown(env);
  return ownersIn(dvcDir).some((owner) => known.has(keyOf(owner, name)));
}

/** The user has typed the address (`undefined`: the service's own) of a remote: secrets that were first used elsewhere follow. */
export function moveHome({ env, dvcDir, name }: TrackedRemote, address: unknown): void {
  updateKnown(env, (known) => {
    const keys = new Set(ownersIn(dvcDir).map((owner) => keyOf(owner, name)));
    return new Map([...known].map(([key, host]) => [key, keys.has(key) ? hostOf(address) : host]));
  });
}

/** The user has renamed a remote: secrets go along, so what is remembered does, too, and replaces what an earlier remote of that name left. */
export function renameHome({ env, dvcDir, name }: TrackedRemote, to: string): void {
  if (![name, to].some((either) => isHomeKnown({ env, dvcDir, name: either }))) return;
  updateKnown(env, (known) => {
    const changed = new Map(known);
    for (const owner of ownersIn(dvcDir)) {
      const host = known.get(keyOf(owner, name));
      if (host === undefined) changed.delete(keyOf(owner, to));
      else changed.set(keyOf(owner, to), host);
    }
    return changed;
  });
}

/** The setting that says which host a remote is at; `null` where none does. */
export function hostSettingOf({ hostSetting }: Pick<StoragePlugin, 'hostSetting'>): string | null {
  return hostSetting === undefined ? 'url' : hostSetting;
}

function ownersIn(dvcDir: string): readonly string[] {
  return [dvcDir, 'global', 'system'];
}

function keyOf(owner: string, remote: string): string {
  return `${owner}#${remote}`;
}

/** Whose the secrets are that the repository did not bring along: this clone's, or the user's in all of them. */
function ownersOfSecrets({ project, config, plugin, tracked }: CredentialUse): ReadonlySet<string> {
  const owners = new Set<string>();
  for (const [option, { level }] of config.options) {
    const isSecret = plugin.options[option]?.secret === true || isSecretSetting({ section: { kind: 'remote', name: config.name }, option });
    if (isSecret && !tracked.has(option)) owners.add(level === 'global' || level === 'system' ? level : project.dvcDir);
  }
  return owners;
}

/** Scheme and host of an address. A bucket, a user or a path makes no other host. */
function hostOf(address: unknown): string {
  if (typeof address !== 'string') return serviceItself;
  const { scheme, authority } = parseRemoteUrl(address);
  return `${scheme}://${authority.slice(authority.lastIndexOf('@') + 1).toLowerCase()}`;
}

interface Move {
  readonly before: string;
  readonly host: string;
  readonly setting: string;
  readonly address: string;
}

function moved({ name }: RemoteConfig, { before, host, setting, address }: Move): DatapinError {
  return new DatapinError(
    'credentials-moved',
    `the repository's own configuration has moved remote '${name}' from ${before} to ${host}: your credentials are not sent there`,
    { hint: `If the move is right, say so for this clone: \`datapin remote modify --local ${name} ${setting} ${withoutUser(address)}\`.` },
  );
}

function withoutUser(address: string): string {
  return address.replace(/^([^:/]+:\/\/)[^/]*@/u, '$1');
}

function knownFile(env: Project['env']): string {
  return join(globalConfigDir(env), 'datapin-credentials.json');
}

function readKnown(env: Project['env']): ReadonlyMap<string, string> {
  try {
    const known: unknown = JSON.parse(readFileSync(knownFile(env), 'utf8'));
    if (typeof known !== 'object' || known === null) return new Map();
    return new Map(Object.entries(known).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    // nothing remembered yet
    return new Map();
  }
}

/** Changes what is remembered by now, not what was when the command began: another process may have added to it. */
function updateKnown(env: Project['env'], change: (known: ReadonlyMap<string, string>) => ReadonlyMap<string, string>): void {
  const path = knownFile(env);
  const temp = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const known = JSON.stringify(Object.fromEntries(change(readKnown(env))), undefined, 2);
    writeFileSync(temp, `${known}\n`, { mode: 0o600 });
    renameSync(temp, path);
  } catch {
    // A home that cannot be written to has nothing to compare with the next time; that is no reason to stop.
  }
}
