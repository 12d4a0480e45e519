import { StorageError } from '@datapin/storage';

/** Where Drive's API is reached: at Google, or at the server of `DATAPIN_GDRIVE_ROOT_URL`. */
export interface ApiPlace {
  /** The address to ask in place of one of Google's. Rejects any host that is neither: an answer must not send a token elsewhere. */
  resolve(address: string | URL): URL;
}

const apiHosts: ReadonlySet<string> = new Set(['www.googleapis.com', 'drive.googleapis.com']);
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/u;

/** Throws `invalid-request` for a root URL that is none, or that would send tokens in the clear over a network. */
export function apiPlace(rootUrl: string | undefined): ApiPlace {
  const root = rootUrl === undefined || rootUrl === '' ? undefined : parseRoot(rootUrl);
  return {
    resolve(address) {
      const url = new URL(address);
      if (url.protocol === 'https:' && apiHosts.has(url.hostname)) {
        return root === undefined ? url : new URL(`${root.origin}${root.pathname.replace(/\/$/u, '')}${url.pathname}${url.search}`);
      }
      if (root !== undefined && url.origin === root.origin) return url;
      throw new StorageError('invalid-request', `Google Drive named ${url.origin}, which is none of its hosts`);
    },
  };
}

function parseRoot(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new StorageError('invalid-request', 'DATAPIN_GDRIVE_ROOT_URL is not a web address');
  }
  if (url.protocol === 'http:' && !loopback.test(url.hostname)) {
    throw new StorageError('invalid-request', 'DATAPIN_GDRIVE_ROOT_URL has to begin with https://: access tokens are sent there');
  }
  return url;
}
