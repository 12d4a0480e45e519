import { keyPrefixOf, type RemoteUrl, StorageError } from '@datapin/storage';

/** Where a remote lies in Drive. */
export interface GdriveAddress {
  /** A folder's id, a shared drive's id, `root` or `appDataFolder`. */
  readonly rootId: string;
  /** Names of the folders from there to the remote's own, outermost first. */
  readonly base: readonly string[];
  /** Which of Drive's two spaces it is in. */
  readonly space: 'drive' | 'appDataFolder';
}

/** Reads `gdrive://<id>/folder/…` as PyDrive2 does: the host is an id (or one of its two aliases), the rest names folders below. */
export function gdriveAddress(url: RemoteUrl): GdriveAddress {
  const rootId = url.authority;
  if (rootId === '') {
    throw new StorageError('invalid-request', 'the URL names no folder', {
      hint: "Write gdrive://<id of the folder>/path; the id is the last part of the folder's address in the browser. Or gdrive://root/path.",
    });
  }
  if (!/^[\w-]+$/u.test(rootId)) throw new StorageError('invalid-request', `"${rootId}" is not an id of a Google Drive folder`);
  const base = keyPrefixOf(url)
    .split('/')
    .filter((name) => name !== '');
  return { rootId, base, space: rootId === 'appDataFolder' ? 'appDataFolder' : 'drive' };
}
