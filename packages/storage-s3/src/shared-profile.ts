import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { StorageError } from '@datapin/storage';

/** Where AWS's shared files are, and which of them were named by a file that git tracks. */
export interface SharedFiles {
  readonly config: string;
  readonly credentials: string;
  readonly configTracked: boolean;
  readonly credentialsTracked: boolean;
}

/** A profile of the shared files: its keys, those of a nested block as `s3.addressing_style`. */
export type SharedProfile = Readonly<Record<string, string | undefined>>;

export interface SelectedProfile {
  readonly name: string;
  /** Whether somebody asked for it by name. */
  readonly explicit: boolean;
  /** Absent when neither file has it. */
  readonly values: SharedProfile | undefined;
  /** Endpoint for S3 in the `services` section that the profile names. */
  readonly serviceEndpoint: string | undefined;
  readonly files: SharedFiles;
}

export interface ProfileRequest {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Options of the remote. */
  readonly profile: string | undefined;
  readonly configpath: string | undefined;
  readonly credentialpath: string | undefined;
  readonly tracked: ReadonlySet<string>;
}

/** What a shared file that the repository chose may say. Everything else in it could run a command or send a secret of the machine away. */
const harmless = /^(region|s3\..*|aws_access_key_id|aws_secret_access_key|aws_session_token|output|cli_.*)$/u;

/**
 * Reads the profile that applies: the remote's `profile`, else AWS_DEFAULT_PROFILE or AWS_PROFILE, else `default`; from the files
 * that the environment names, else from `configpath` and `credentialpath`, else from `~/.aws` (DVC's order).
 * Rejects with `invalid-request` when a file named by the repository holds more than keys and settings for S3.
 */
export async function selectProfile(request: ProfileRequest): Promise<SelectedProfile> {
  const { env } = request;
  const files = sharedFiles(request);
  const named = request.profile ?? nonEmpty(env['AWS_DEFAULT_PROFILE']) ?? nonEmpty(env['AWS_PROFILE']);
  const name = named ?? 'default';
  const selected = { name, explicit: named !== undefined, files };
  if (!existsSync(files.config) && !existsSync(files.credentials)) return { ...selected, values: undefined, serviceEndpoint: undefined };

  const { loadSharedConfigFiles } = await import('@smithy/core/config');
  const parsed = await loadSharedConfigFiles({ filepath: files.credentials, configFilepath: files.config, ignoreCache: true });
  const fromConfig = own(parsed.configFile, name);
  const fromCredentials = own(parsed.credentialsFile, name);
  // every section counts: a harmless profile can reach the others by source_profile
  if (files.configTracked) refuseActiveKeys(parsed.configFile, files.config);
  if (files.credentialsTracked) refuseActiveKeys(parsed.credentialsFile, files.credentials);
  const values = fromConfig === undefined && fromCredentials === undefined ? undefined : { ...fromConfig, ...fromCredentials };
  const service = values?.['services'];
  const serviceEndpoint = service === undefined ? undefined : own(parsed.configFile, `services.${service}`)?.['s3.endpoint_url'];
  return { ...selected, values, serviceEndpoint };
}

function sharedFiles({ env, configpath, credentialpath, tracked }: ProfileRequest): SharedFiles {
  const home = nonEmpty(env['HOME']) ?? nonEmpty(env['USERPROFILE']) ?? homedir();
  const expand = (path: string): string => (path === '~' || /^~[/\\]/u.test(path) ? join(home, path.slice(1)) : path);
  const config = nonEmpty(env['AWS_CONFIG_FILE']);
  const credentials = nonEmpty(env['AWS_SHARED_CREDENTIALS_FILE']);
  return {
    config: expand(config ?? configpath ?? '~/.aws/config'),
    credentials: expand(credentials ?? credentialpath ?? '~/.aws/credentials'),
    configTracked: config === undefined && configpath !== undefined && tracked.has('configpath'),
    credentialsTracked: credentials === undefined && credentialpath !== undefined && tracked.has('credentialpath'),
  };
}

function refuseActiveKeys(sections: Readonly<Record<string, SharedProfile>>, file: string): void {
  const active = Object.values(sections).flatMap((values) => Object.keys(values).filter((key) => !harmless.test(key)));
  if (active.length === 0) return;
  throw new StorageError('invalid-request', `${file} uses ${[...new Set(active)].join(', ')}, and the repository itself chose that file`, {
    hint: 'If you trust it, name it in AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE, or set the option in .dvc/config.local.',
  });
}

function own(profiles: Readonly<Record<string, SharedProfile>>, name: string): SharedProfile | undefined {
  return Object.hasOwn(profiles, name) ? profiles[name] : undefined;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
