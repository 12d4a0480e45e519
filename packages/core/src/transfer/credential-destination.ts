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
  const setting = plugin.hostSetting === undefined ? 'url' : plugin.hostSetting;
  if (setting === null) return;
  const address = setting === 'url' ? config.url : config.options.get(setting)?.value;
  const isUsersChoice = address !== undefined && !tracked.has(setting);
  const owners = ownersOfSecrets(use);
  if (isUsersChoice || owners.size === 0) return;

  const host = typeof address === 'string' ? hostOf(address) : serviceItself;
  const path = join(globalConfigDir(project.env), 'datapin-credentials.json');
  const known = readKnown(path);
  const added = new Map<string, string>();
  for (const owner of owners) {
    const key = `${owner}#${config.name}`;
    const before = known.get(key);
    if (before === undefined) added.set(key, host);
    else if (before !== host) throw moved(config, { before, host, setting, address: typeof address === 'string' ? address : '…' });
  }
  if (added.size > 0) writeKnown(path, new Map([...known, ...added]));
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
function hostOf(address: string): string {
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

function readKnown(path: string): ReadonlyMap<string, string> {
  try {
    const known: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof known !== 'object' || known === null) return new Map();
    return new Map(Object.entries(known).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    // nothing remembered yet
    return new Map();
  }
}

function writeKnown(path: string, known: ReadonlyMap<string, string>): void {
  const temp = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temp, `${JSON.stringify(Object.fromEntries(known), undefined, 2)}\n`, { mode: 0o600 });
    renameSync(temp, path);
  } catch {
    // A home that cannot be written to has nothing to compare with the next time; that is no reason to stop.
  }
}
