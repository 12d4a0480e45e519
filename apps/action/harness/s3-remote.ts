import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startVersitygw, type Versitygw } from '../../../e2e/servers/versitygw.ts';
import type { ObjectFolder } from './data-repository.ts';

/** An S3 server that remembers what it was asked for. */
export interface S3Remote extends AsyncDisposable {
  readonly server: Versitygw;
  /** What the step's `env:` holds to be let in. */
  readonly credentials: Readonly<Record<string, string>>;
  /** A new bucket; its folder holds the objects as files. */
  readonly bucket: () => Promise<ObjectFolder & { readonly name: string }>;
  /** The requests since the last call, as `GetObject bucket/key`. */
  readonly requests: () => readonly string[];
}

export async function startS3Remote(): Promise<S3Remote> {
  const dir = mkdtempSync(join(tmpdir(), 'datapin-s3-remote-'));
  const accessLog = join(dir, 'access.log');
  const server = await startVersitygw({ accessLog });
  let buckets = 0;
  return {
    server,
    credentials: { AWS_ACCESS_KEY_ID: server.accessKey, AWS_SECRET_ACCESS_KEY: server.secretKey },
    async bucket() {
      const name = `bucket-${(buckets += 1)}`;
      await server.createBucket(name);
      const settings = [`url = s3://${name}/data`, `endpointurl = ${server.endpoint}`, 'region = us-east-1'];
      return { name, folder: join(server.dir, name, 'data'), settings };
    },
    requests() {
      const lines = readFileSync(accessLog, 'utf8').split('\n').filter(Boolean);
      truncateSync(accessLog);
      return lines.flatMap((line) => {
        const [, operation = '', resource = ''] = / s3_(\w+) .* arn:aws:s3:::(.*) \w+$/u.exec(line) ?? [];
        return operation === '' || operation === 'ListAllMyBuckets' ? [] : [`${operation} ${resource.replace(/^\//u, '')}`];
      });
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
