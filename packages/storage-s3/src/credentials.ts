import { StorageError, type StorageHost } from '@datapin/storage';
import { withProcessEnvironment } from './lent-environment.ts';
import type { S3Settings, StaticKeys } from './s3-settings.ts';
import type { SelectedProfile } from './shared-profile.ts';

export interface Credentials extends StaticKeys {
  /** When they stop working; absent for those that stay. */
  readonly expiration?: Date;
}

export interface CredentialSource {
  /** The credentials to sign with; the same object until they have to be renewed. `undefined` for an anonymous remote. */
  get(): Promise<Credentials | undefined>;
  /** What `get` would resolve with, where that is known without waiting. */
  readonly known: Credentials | undefined;
  /** Whether `get` could come up with others after the store called these expired; forgets them if so. */
  renew(expired: Credentials | undefined): boolean;
}

/** A place that may hold credentials. `undefined` says that it holds none; an error, that it should and does not work. */
type Finder = () => Promise<Credentials | undefined>;

/** Temporary credentials are renewed this long before they expire. */
const renewalMs = 5 * 60 * 1000;

/**
 * Where a remote's credentials come from. Looked for at the first call only, and again shortly before they expire. The first place
 * that has some wins, in botocore's order: options of the remote, its `profile`, environment, AWS_PROFILE, web identity, default profile,
 * container, instance.
 *
 * `get` rejects with `unauthenticated`: without `status` when there are no credentials (nothing was found, or a place that should
 * have them failed on this machine), with the HTTP status when a token service refused what it was given.
 */
export function credentialSource(settings: S3Settings, host: StorageHost): CredentialSource {
  if (settings.anonymous) return { get: async () => undefined, known: undefined, renew: () => false };
  const finders = findersFor(settings, host);
  let current: Promise<Credentials> | undefined;
  let known: Credentials | undefined;

  async function find(): Promise<Credentials> {
    for (const finder of finders) {
      const found = await finder();
      if (found !== undefined) return found;
    }
    throw noCredentials(settings);
  }

  const isToRenew = (): boolean => known?.expiration !== undefined && known.expiration.getTime() - Date.now() < renewalMs;

  return {
    get known() {
      return isToRenew() ? undefined : known;
    },
    async get(): Promise<Credentials> {
      if (isToRenew()) current = undefined;
      if (current === undefined) {
        known = undefined;
        current = find();
      }
      try {
        return (known = await current);
      } catch (error) {
        current = undefined;
        throw error;
      }
    },
    renew(expired: Credentials | undefined): boolean {
      if (expired?.expiration === undefined) return false;
      if (known === expired) {
        known = undefined;
        current = undefined;
      }
      return true;
    },
  };
}

function findersFor({ keys, profile, profileOption, region }: S3Settings, host: StorageHost): readonly Finder[] {
  const { env } = host;
  if (keys !== undefined) return [async () => keys];
  const fromSelectedProfile: Finder = () => fromProfile(profile, host, region);
  if (profileOption !== undefined) return [fromSelectedProfile];
  return [
    async () => fromEnvironment(env),
    async () => (profile.explicit ? fromSelectedProfile() : undefined),
    () => fromWebIdentity(host, region),
    async () => (profile.explicit ? undefined : fromSelectedProfile()),
    () => fromContainer(host),
    () => fromInstance(host),
  ];
}

function fromEnvironment(env: StorageHost['env']): Credentials | undefined {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = env['AWS_SESSION_TOKEN'] || env['AWS_SECURITY_TOKEN'];
  if (!accessKeyId) return undefined;
  if (!secretAccessKey) throw new StorageError('unauthenticated', 'AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not');
  return sessionToken ? { accessKeyId, secretAccessKey, sessionToken } : { accessKeyId, secretAccessKey };
}

async function fromProfile(profile: SelectedProfile, host: StorageHost, region: string | undefined): Promise<Credentials | undefined> {
  const { values, name, files } = profile;
  if (values === undefined) {
    if (!profile.explicit) return undefined;
    throw new StorageError('unauthenticated', `there is no AWS profile ${name}`, {
      hint: `Looked in ${files.config} and ${files.credentials}.`,
    });
  }
  if (
    !Object.keys(values).some((key) =>
      /^(aws_access_key_id|role_arn|credential_process|sso_.*|web_identity_token_file|login_session)$/u.test(key),
    )
  ) {
    if (!profile.explicit) return undefined;
    throw new StorageError('unauthenticated', `the AWS profile ${name} holds no credentials`, {
      hint: `Looked in ${files.config} and ${files.credentials}.`,
    });
  }
  const {
    aws_access_key_id: accessKeyId,
    aws_secret_access_key: secretAccessKey,
    aws_session_token: sessionToken,
    role_arn: role,
  } = values;
  if (role === undefined && accessKeyId !== undefined && secretAccessKey !== undefined) {
    return sessionToken === undefined ? { accessKeyId, secretAccessKey } : { accessKeyId, secretAccessKey, sessionToken };
  }
  const { fromIni } = await import('@aws-sdk/credential-providers');
  const provider = fromIni({
    profile: name,
    filepath: files.credentials,
    configFilepath: files.config,
    logger: quietLogger(host),
    parentClientConfig: region === undefined ? {} : { region },
  });
  return ask(`the AWS profile ${name}`, host, provider, values['credential_process'] !== undefined);
}

async function fromWebIdentity(host: StorageHost, region: string | undefined): Promise<Credentials | undefined> {
  const { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: role } = host.env;
  if (!file || !role) return undefined;
  const { fromTokenFile } = await import('@aws-sdk/credential-providers');
  const provider = fromTokenFile({ logger: quietLogger(host), parentClientConfig: region === undefined ? {} : { region } });
  return ask('the web identity token (AWS_WEB_IDENTITY_TOKEN_FILE)', host, provider);
}

async function fromContainer(host: StorageHost): Promise<Credentials | undefined> {
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative, AWS_CONTAINER_CREDENTIALS_FULL_URI: full } = host.env;
  if (!relative && !full) return undefined;
  const { fromHttp } = await import('@aws-sdk/credential-providers');
  return ask("the container's credential service", host, fromHttp({ logger: quietLogger(host), maxRetries: 1 }));
}

/** Not being on an instance is the usual case, so silence there means "none". */
async function fromInstance(host: StorageHost): Promise<Credentials | undefined> {
  const disabled = host.env['AWS_EC2_METADATA_DISABLED'];
  if (disabled !== undefined && disabled.toLowerCase() === 'true') return undefined;
  const { fromInstanceMetadata } = await import('@aws-sdk/credential-providers');
  try {
    return await withProcessEnvironment(host.env, () => fromInstanceMetadata({ logger: quietLogger(host) })());
  } catch {
    return undefined;
  }
}

async function ask(place: string, host: StorageHost, provider: () => Promise<Credentials>, runsCommand = false): Promise<Credentials> {
  try {
    return await withProcessEnvironment(host.env, provider);
  } catch (error) {
    const status = statusOf(error);
    // what a failed command printed, and the command itself, may hold a secret
    const reason = runsCommand || !(error instanceof Error) ? 'its credential_process failed' : error.message;
    throw new StorageError('unauthenticated', `${place} gave no credentials: ${reason}`, status === undefined ? {} : { status });
  }
}

/** The HTTP status of a service's refusal. A service that failed itself (5xx) refused nothing. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' && metadata.httpStatusCode < 500 ? metadata.httpStatusCode : undefined;
}

interface Logger {
  debug(): void;
  info(): void;
  warn(...content: readonly unknown[]): void;
  error(): void;
}

function quietLogger(host: StorageHost): Logger {
  const silent = (): void => undefined;
  return { debug: silent, info: silent, error: silent, warn: (...content) => host.warn(content.map(String).join(' ')) };
}

function noCredentials({ remote }: S3Settings): StorageError {
  return new StorageError('unauthenticated', `no AWS credentials found for remote ${remote}`, {
    hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile, or set allow_anonymous_login = true for a public bucket.',
  });
}
