import { isStorageError, type OptionValue, parseRemoteUrl, type StorageError } from '@datapin/storage';
import { openWebdavStorage } from '../../src/webdav-storage.ts';

export interface RemoteForTest {
  readonly url: string;
  readonly options?: Readonly<Record<string, OptionValue>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly tracked?: readonly string[];
  readonly warn?: (message: string) => void;
}

export function openRemote({
  url,
  options = {},
  env = {},
  tracked = [],
  warn = () => undefined,
}: RemoteForTest): ReturnType<typeof openWebdavStorage> {
  return openWebdavStorage({ name: 'store', url: parseRemoteUrl(url), options, tracked: new Set(tracked) }, { env, warn });
}

/** `http://127.0.0.1:1` → `webdav://127.0.0.1:1/path` */
export function webdavUrl(origin: string, path = ''): string {
  return `${origin.replace(/^http/u, 'webdav')}${path}`;
}

/** The StorageError that a promise rejects with; fails when it does not. */
export async function storageErrorOf(action: Promise<unknown>): Promise<StorageError> {
  const outcome = await action.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (outcome === undefined) throw new Error('it succeeded where it had to fail');
  if (!isStorageError(outcome.error)) throw outcome.error;
  return outcome.error;
}
