import { readFileSync } from 'node:fs';
import {
  type OptionValue,
  type ProxySettings,
  type RemoteSpec,
  StorageError,
  type StorageHost,
  keyPrefixOf,
  proxySettings,
} from '@datapin/storage';
import { type ObjectHeaders, objectHeadersOf } from './object-headers.ts';
import type { AddressStyle } from './s3-address.ts';
import { type SelectedProfile, type SharedProfile, selectProfile } from './shared-profile.ts';

/** Everything about a remote that is known before the first request. */
export interface S3Settings {
  /** The remote's name, for messages. */
  readonly remote: string;
  readonly bucket: string;
  /** What comes before a key: empty, or a prefix with `/` at its end. */
  readonly prefix: string;
  /** Absent when nothing names one. */
  readonly region: string | undefined;
  /** Ask for the bucket's region before anything else. */
  readonly lookUpRegion: boolean;
  readonly address: AddressStyle;
  readonly anonymous: boolean;
  /** Static keys among the options; they win over everything. */
  readonly keys: StaticKeys | undefined;
  readonly profile: SelectedProfile;
  readonly profileOption: string | undefined;
  readonly headers: ObjectHeaders;
  readonly connection: ConnectionSettings;
  readonly transfer: TransferSettings;
}

export interface StaticKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface ConnectionSettings {
  readonly verifyCertificate: boolean;
  /** PEM text of the authorities to trust instead of the usual ones. */
  readonly authorities: string | undefined;
  readonly connectTimeoutMs: number;
  /** Longest silence of the store. */
  readonly readTimeoutMs: number;
  /** Proxies by scheme and who is exempt, as in the environment. */
  readonly proxy: ProxySettings;
}

export interface TransferSettings {
  readonly maxConnections: number;
  /** Objects of at least this many bytes go up in parts. */
  readonly multipartThreshold: number;
  readonly partSize: number;
}

const mebibyte = 1024 * 1024;
/** S3's limits for a part, and for an object in one piece. */
const smallestPart = 5 * mebibyte;
const largestPut = 5 * 1024 * mebibyte;

/** Settings of a remote from its options, the environment and the shared profile. Rejects with `invalid-request` what cannot work. */
export async function resolveSettings(remote: RemoteSpec, host: StorageHost): Promise<S3Settings> {
  const { options } = remote;
  const { env } = host;
  const text = (name: string): string | undefined => textOption(options[name]);
  const bucket = bucketOf(remote);
  const prefix = keyPrefixOf(remote.url);
  const headers = objectHeadersOf(options);
  const keys = staticKeys(text);
  const profile = await selectProfile({
    env,
    profile: text('profile'),
    configpath: text('configpath'),
    credentialpath: text('credentialpath'),
    tracked: remote.tracked,
  });
  const values = profile.values ?? {};
  const region = checkRegion(text('region') ?? fromEnv(env, 'AWS_REGION', 'AWS_DEFAULT_REGION') ?? values['region']);
  const endpoint = checkEndpoint(text('endpointurl') ?? configuredEndpoint(env, profile));
  return {
    remote: remote.name,
    bucket,
    prefix: prefix === '' ? '' : `${prefix}/`,
    region,
    lookUpRegion: region === undefined && endpoint === undefined && options['cache_regions'] !== false,
    address: {
      bucket,
      endpoint,
      plainHttp: options['use_ssl'] === false,
      addressing: addressingOf(values['s3.addressing_style']),
      dualstack: isTrue(values['s3.use_dualstack_endpoint'] ?? env['AWS_USE_DUALSTACK_ENDPOINT'] ?? values['use_dualstack_endpoint']),
      fips: isTrue(env['AWS_USE_FIPS_ENDPOINT'] ?? values['use_fips_endpoint']),
      accelerate: endpoint === undefined && isTrue(values['s3.use_accelerate_endpoint']),
    },
    anonymous: options['allow_anonymous_login'] === true,
    keys,
    profile,
    profileOption: text('profile'),
    headers,
    connection: connectionSettings(options, env, values),
    transfer: transferSettings(values),
  };
}

function bucketOf({ url }: RemoteSpec): string {
  const bucket = url.authority;
  if (bucket === '') throw new StorageError('invalid-request', 'the URL names no bucket', { hint: 'Write it as s3://bucket/prefix.' });
  if (bucket.startsWith('arn:'))
    throw new StorageError('unsupported', `access point ARNs are not supported: ${bucket}`, {
      hint: "Use the access point's alias as the bucket.",
    });
  if (bucket.endsWith('--x-s3')) throw new StorageError('unsupported', `directory buckets (S3 Express) are not supported: ${bucket}`);
  if (!/^[A-Za-z0-9._-]+$/u.test(bucket)) throw new StorageError('invalid-request', `${JSON.stringify(bucket)} cannot be a bucket's name`);
  return bucket;
}

function staticKeys(text: (name: string) => string | undefined): StaticKeys | undefined {
  const accessKeyId = text('access_key_id');
  const secretAccessKey = text('secret_access_key');
  const sessionToken = text('session_token');
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const missing = accessKeyId === undefined ? 'access_key_id' : 'secret_access_key';
    throw new StorageError('unauthenticated', `the option ${missing} is missing`, {
      hint: 'access_key_id and secret_access_key are needed together.',
    });
  }
  return sessionToken === undefined ? { accessKeyId, secretAccessKey } : { accessKeyId, secretAccessKey, sessionToken };
}

/** botocore's order: variable for S3, variable for all services, the profile's service section, the profile itself. */
function configuredEndpoint(env: StorageHost['env'], { values, serviceEndpoint }: SelectedProfile): string | undefined {
  if (isTrue(env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] ?? values?.['ignore_configured_endpoint_urls'])) return undefined;
  return fromEnv(env, 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL') ?? serviceEndpoint ?? values?.['endpoint_url'];
}

function checkEndpoint(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined) return undefined;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !/^https?:$/u.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new StorageError('invalid-request', 'the endpoint is not an address like https://host[:port]', {
      hint: 'See endpointurl (or AWS_ENDPOINT_URL).',
    });
  }
  return endpoint;
}

function checkRegion(region: string | undefined): string | undefined {
  if (region === undefined || /^[\w.-]+$/u.test(region)) return region;
  throw new StorageError('invalid-request', `${JSON.stringify(region)} is not a region`);
}

function addressingOf(style: string | undefined): AddressStyle['addressing'] {
  if (style === undefined || style === 'auto' || style === 'path' || style === 'virtual') return style ?? 'auto';
  throw new StorageError('invalid-request', `addressing_style = ${style} in the AWS profile is neither auto nor path nor virtual`);
}

function connectionSettings(options: RemoteSpec['options'], env: StorageHost['env'], profile: SharedProfile): ConnectionSettings {
  const verify = options['ssl_verify'];
  const file =
    typeof verify === 'string' ? verify : verify === undefined ? (fromEnv(env, 'AWS_CA_BUNDLE') ?? profile['ca_bundle']) : undefined;
  return {
    verifyCertificate: verify !== false,
    authorities: file === undefined ? undefined : readAuthorities(file),
    connectTimeoutMs: seconds(options['connect_timeout']),
    readTimeoutMs: seconds(options['read_timeout']),
    proxy: proxySettings(env),
  };
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StorageError('invalid-request', `the certificate authorities in ${file} cannot be read`, {
      cause,
      hint: 'See ssl_verify (or AWS_CA_BUNDLE).',
    });
  }
}

/** botocore's default is a minute for both. */
function seconds(value: OptionValue | undefined): number {
  return (typeof value === 'number' && value > 0 ? value : 60) * 1000;
}

/** The `s3 =` block of the profile; without one: connections for the latency of a distant store, parts that keep memory small. */
function transferSettings(profile: SharedProfile): TransferSettings {
  const partSize = bytes(profile['s3.multipart_chunksize'], 'multipart_chunksize') ?? 16 * mebibyte;
  return {
    maxConnections: wholeNumber(profile['s3.max_concurrent_requests'], 'max_concurrent_requests') ?? 64,
    multipartThreshold: Math.min(bytes(profile['s3.multipart_threshold'], 'multipart_threshold') ?? 64 * mebibyte, largestPut),
    partSize: Math.min(Math.max(partSize, smallestPart), largestPut),
  };
}

const units: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** Sizes as the AWS CLI writes them: `64MB`, `16MiB`, `1048576`; both kinds of units are powers of 1024 there. */
function bytes(value: string | undefined, name: string): number | undefined {
  if (value === undefined) return undefined;
  const match = /^(\d+)\s*(?:([kmgt])i?b)?$/iu.exec(value.trim());
  const size = match === null ? 0 : Number(match[1]) * (units[(match[2] ?? '').toLowerCase()] ?? 0);
  if (size === 0) throw new StorageError('invalid-request', `${name} = ${value} in the AWS profile is not a size`);
  return size;
}

function wholeNumber(value: string | undefined, name: string): number | undefined {
  if (value === undefined) return undefined;
  if (!/^[1-9]\d*$/u.test(value))
    throw new StorageError('invalid-request', `${name} = ${value} in the AWS profile is not a number above 0`);
  return Number(value);
}

function fromEnv(env: StorageHost['env'], ...names: readonly string[]): string | undefined {
  return names.map((name) => env[name]).find((value) => value !== undefined && value !== '');
}

function textOption(value: OptionValue | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : String(value);
}

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}
