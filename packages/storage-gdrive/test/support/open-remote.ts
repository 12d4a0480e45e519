import { isStorageError, type OptionValue, parseRemoteUrl, type StorageError } from '@datapin/storage';

import type { FakeDrive } from '../../../../e2e/servers/google-drive/fake-drive.ts';
import { type GdriveStorage, openGdriveStorage } from '../../src/gdrive-storage.ts';
import type { Pacer } from '../../src/pacer.ts';

export interface RemoteToOpen {
  readonly url: string;
  readonly options?: Readonly<Record<string, OptionValue>>;
  readonly tracked?: readonly string[];
  readonly repository?: string;
  /** In place of a service account's. */
  readonly env?: Readonly<Record<string, string>>;
}

const noPauses: Pacer = { turn: async (signal) => signal?.throwIfAborted(), refused: () => undefined };

/** Opens a remote on the fake as a service account, without pauses between requests. */
export function openRemote(drive: FakeDrive, { url, options = {}, tracked = [], repository, env }: RemoteToOpen): Promise<GdriveStorage> {
  return openGdriveStorage(
    { name: 'store', url: parseRemoteUrl(url), options, tracked: new Set(tracked), ...(repository === undefined ? {} : { repository }) },
    { env: env === undefined ? drive.serviceAccountEnv() : { DATAPIN_GDRIVE_ROOT_URL: drive.url, ...env }, warn: () => undefined },
    noPauses,
  );
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
