import { readFileSync } from 'node:fs';

import { type ByteSource, isStorageError, type OptionValue, parseRemoteUrl, type StorageError } from '@datapin/storage';
import { buildConnector } from 'undici';

import type { Connector } from '../../src/http-transport.ts';
import { openS3Storage } from '../../src/s3-storage.ts';
import { authorityFile } from './recorder.ts';

export type S3Storage = Awaited<ReturnType<typeof openS3Storage>>;

export interface RemoteToOpen {
  readonly url?: string;
  readonly options?: Readonly<Record<string, OptionValue>>;
  readonly tracked?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly connector?: Connector;
  readonly warn?: (message: string) => void;
}

/** Keys for tests that are not about credentials. */
export const someKeys = { access_key_id: 'AKIDEXAMPLE', secret_access_key: 'a-secret-key' } as const;

/** Opens `s3://bucket/prefix` with nothing but what is given: no home, no variables, no instance metadata. */
export function openRemote({
  url = 's3://bucket/prefix',
  options = {},
  tracked = [],
  env = {},
  connector,
  warn = () => undefined,
}: RemoteToOpen): Promise<S3Storage> {
  return openS3Storage(
    { name: 'store', url: parseRemoteUrl(url), options, tracked: new Set(tracked) },
    { env: { HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true', ...env }, warn },
    connector,
  );
}

/** Makes every connection to a port of this machine, whatever host it is for; `tls` trusts the test authority. */
export function connectTo(port: number): Connector {
  const connect = buildConnector({ ca: readFileSync(authorityFile) });
  return (options, callback) => {
    connect(
      {
        ...options,
        hostname: '127.0.0.1',
        host: `127.0.0.1:${port}`,
        port: String(port),
        servername: options.servername ?? options.hostname,
      },
      callback,
    );
  };
}

/** A source over bytes in memory. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    async *open(range) {
      yield bytes.subarray(range?.start ?? 0, range?.end ?? bytes.length);
    },
  };
}

/** The StorageError that something rejects with. */
export async function storageErrorOf(action: Promise<unknown>): Promise<StorageError> {
  try {
    await action;
  } catch (error) {
    if (isStorageError(error)) return error;
    throw error;
  }
  throw new Error('it succeeded');
}
