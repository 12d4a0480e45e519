import { findProgram, freePort, startServer } from './server-process.ts';
import type { S3Server } from './versitygw.ts';

export interface Moto extends S3Server {
  /** Makes a bucket that keeps every version of its objects. */
  createVersionedBucket(name: string): Promise<void>;
}

/**
 * Starts moto's server: S3 in memory, with versioned buckets, STS and IAM beside it on the same address.
 * It believes any credentials. Everything is gone when it stops.
 */
export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const server = await startServer({
    command: findProgram('moto_server'),
    args: ['--host', '127.0.0.1', '--port', String(port)],
    readyAt: `${endpoint}/moto-api/`,
  });

  async function put(path: string, body?: string): Promise<void> {
    const response = await fetch(`${endpoint}${path}`, { method: 'PUT', ...(body === undefined ? {} : { body }) });
    const answer = await response.text();
    if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${answer}`);
  }

  return {
    endpoint,
    accessKey: 'moto-access',
    secretKey: 'moto-secret-key',
    output: server.output,
    createBucket: (name) => put(`/${name}`),
    async createVersionedBucket(name: string): Promise<void> {
      await put(`/${name}`);
      await put(`/${name}?versioning`, '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>');
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
