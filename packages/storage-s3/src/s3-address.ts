import { StorageError } from '@datapin/storage';

/** How a bucket's address is made. */
export interface AddressStyle {
  readonly bucket: string;
  /** The address of a compatible store, or of one AWS region: `https://host[:port][/path]`. Absent for AWS itself. */
  readonly endpoint: string | undefined;
  /** `http` instead of `https` for addresses that are made here; a given endpoint names its own scheme. */
  readonly plainHttp: boolean;
  /** `auto`: by path for endpoints of one's own and for buckets that cannot be a host name, else by host name. */
  readonly addressing: 'auto' | 'path' | 'virtual';
  readonly dualstack: boolean;
  readonly fips: boolean;
  readonly accelerate: boolean;
}

/** Where requests for a bucket go. */
export interface S3Address {
  /** `https://host[:port]`. */
  readonly origin: string;
  /** The `host` header. */
  readonly host: string;
  /** What comes before an object's `/key`: empty, or `/bucket`, maybe below the endpoint's own path. */
  readonly basePath: string;
}

/** Top-level domains of AWS partitions other than `aws`, by how their regions begin (botocore's and the SDK's `partitions.json`). */
const partitions: readonly (readonly [prefix: string, domain: string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['us-iso-', 'c2s.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
  ['eusc-', 'amazonaws.eu'],
];

const hostLabel = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/u;
const dnsBucket = /^[a-z0-9](?:[a-z0-9.-]{1,61}[a-z0-9])$/u;

/**
 * The address of a bucket in a region. Rejects (`invalid-request`) a region of AWS that is no host label, whoever names it:
 * it becomes a part of the host that gets signed requests.
 */
export function addressOf(style: AddressStyle, region: string): S3Address {
  if (style.endpoint === undefined && !hostLabel.test(region)) {
    throw new StorageError('invalid-request', `${JSON.stringify(region)} is not an AWS region`);
  }
  const base = new URL(style.endpoint ?? awsEndpoint(style, region));
  const path = base.pathname.replace(/\/+$/u, '');
  if (byPath(style, base)) return { origin: base.origin, host: base.host, basePath: `${path}/${encodeURIComponent(style.bucket)}` };
  const host = `${style.bucket}.${base.host}`;
  return { origin: `${base.protocol}//${host}`, host, basePath: path };
}

function awsEndpoint({ plainHttp, dualstack, fips, accelerate }: AddressStyle, region: string): string {
  const domain = partitions.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'amazonaws.com';
  const stack = dualstack ? '.dualstack' : '';
  const scheme = plainHttp ? 'http' : 'https';
  if (accelerate) return `${scheme}://s3-accelerate${stack}.${domain}`;
  return `${scheme}://s3${fips ? '-fips' : ''}${stack}.${region}.${domain}`;
}

/** A dotted bucket below a wildcard certificate cannot be verified, so over TLS it is addressed by path (as the SDKs do). */
function byPath({ bucket, endpoint, addressing, accelerate }: AddressStyle, base: URL): boolean {
  const fitsHost = dnsBucket.test(bucket) && !(base.protocol === 'https:' && bucket.includes('.')) && !isIpAddress(base.hostname);
  if (!fitsHost || addressing === 'path') return true;
  return addressing === 'auto' && endpoint !== undefined && !accelerate;
}

function isIpAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^\d{1,3}(?:\.\d{1,3}){3}$/u.test(hostname);
}
