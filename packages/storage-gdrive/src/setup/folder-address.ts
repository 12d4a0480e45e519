import { StorageError } from '@datapin/storage';

/** The remote's URL for what a person gives: the browser's address of a folder, an id with or without a path behind it, or a remote's URL. */
export function folderAddress(given: string): string {
  const text = given.trim();
  if (text.startsWith('gdrive://')) return text;
  const url = URL.parse(text);
  if (url !== null && url.hostname.endsWith('google.com')) {
    const id = /\/(?:folders|drive)\/([\w-]{10,})(?:\/|$)/u.exec(url.pathname)?.[1] ?? url.searchParams.get('id');
    if (id !== undefined && id !== null) return `gdrive://${id}`;
    if (/\/my-drive\/?$/u.test(url.pathname)) return 'gdrive://root';
    throw new StorageError('invalid-request', 'this address is not that of a folder in Google Drive', {
      hint: 'Open the folder itself; its address looks like https://drive.google.com/drive/folders/<id>.',
    });
  }
  if (!/^[\w-]+(?:\/.*)?$/u.test(text)) throw new StorageError('invalid-request', `"${text}" is neither an address nor an id of a folder`);
  return `gdrive://${text}`;
}
