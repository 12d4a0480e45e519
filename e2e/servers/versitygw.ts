import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, freePort, startServer } from './server-process.ts';

/** An S3 server on loopback. Its region is `us-east-1`, buckets are addressed by path. */
export interface S3Server extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` (`https:` with a certificate). */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  createBucket(name: string): Promise<void>;
  readonly output: () => string;
}

export interface Versitygw extends S3Server {
  /** Holds a folder per bucket and a file per object. */
  readonly dir: string;
}

export interface VersitygwOptions {
  /** Where it keeps its buckets; a new temporary folder, removed at the end, if not given. Needs a file system with extended attributes. */
  readonly dir?: string;
  /** PEM files; the server then speaks TLS, and the caller has to trust the certificate (also this process: NODE_EXTRA_CA_CERTS). */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** A file that gets a line for each request, in the format of S3's own access logs. */
  readonly accessLog?: string;
}

/** Starts versitygw on its POSIX backend. A bucket is a folder: `createBucket` just makes it. */
export async function startVersitygw({ dir, tls, accessLog }: VersitygwOptions = {}): Promise<Versitygw> {
  const own = dir === undefined ? mkdtempSync(join(tmpdir(), 'datapin-versitygw-')) : undefined;
  const folder = dir ?? own ?? '';
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const accessKey = 'versity-access';
  const secretKey = 'versity-secret-key';
  const cleanUp = (): void => {
    if (own !== undefined) rmSync(own, { recursive: true, force: true });
  };
  try {
    const certificate = tls === undefined ? [] : ['--cert', tls.cert, '--key', tls.key];
    const log = accessLog === undefined ? [] : ['--access-log', accessLog];
    const endpoint = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
    const server = await startServer({
      command: findProgram('versitygw'),
      args: ['--port', `127.0.0.1:${port}`, '--quiet', '--keep-alive', ...certificate, ...log, 'posix', folder],
      env: { ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey },
      readyAt: endpoint,
    });
    return {
      endpoint,
      accessKey,
      secretKey,
      dir: folder,
      output: server.output,
      async createBucket(name: string): Promise<void> {
        mkdirSync(join(folder, name));
      },
      async [Symbol.asyncDispose](): Promise<void> {
        await server[Symbol.asyncDispose]();
        cleanUp();
      },
    };
  } catch (error) {
    cleanUp();
    throw error;
  }
}
