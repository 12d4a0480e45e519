import { isStorageError, StorageError } from '@datapin/storage';

import { DatapinError, type ErrorCode } from '../errors.ts';

/** What a call to a remote was about, for the message. */
export interface RemoteCall {
  readonly remote: { readonly name: string; readonly address: string };
  /** Path that the user knows, relative to the project root. */
  readonly path?: string;
  /** Hash of the object, or a key. */
  readonly object?: string;
  /** Takes the remote's secrets out of what the store said. */
  readonly hide?: (text: string) => string;
}

/**
 * A store's failure in the user's terms: keeps the store's own reason, and tells "not there" from "not allowed" from "not reachable". Says which
 * path and object it was about only where that matters: what concerns the whole remote is the same sentence for every object. Errors that are not
 * a store's are returned as they are.
 */
export function remoteFailure(error: unknown, call: RemoteCall): unknown {
  if (!isStorageError(error)) return error;
  const code = codeOf(error);
  const { hide = (text) => text } = call;
  const hint = error.hint === undefined ? hintFor(code, call) : hide(error.hint);
  return new DatapinError(code, sentenceFor(code, { call, status: error.status, reason: hide(error.message) }), {
    cause: withoutSecrets(error, hide),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The error itself when nothing in it or behind it is hidden; else one that says the same without. `-v` shows causes. */
function withoutSecrets(error: StorageError, hide: (text: string) => string): StorageError {
  const { cause, message } = error;
  const behind = cause instanceof Error ? cause.message : '';
  if (hide(message) === message && hide(behind) === behind) return error;
  const { code, hint, retryAfterMs, status, permanent } = error;
  return new StorageError(code, hide(message), {
    permanent,
    ...(hint === undefined ? {} : { hint: hide(hint) }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(status === undefined ? {} : { status }),
    ...(behind === '' ? {} : { cause: new Error(hide(behind)) }),
  });
}

function codeOf(error: StorageError): ErrorCode {
  switch (error.code) {
    case 'not-found':
      return 'object-missing';
    case 'unauthenticated':
      // Without a status nothing was asked: there were no credentials to send.
      return error.status === undefined ? 'no-credentials' : 'credentials-refused';
    case 'forbidden':
      return 'credentials-refused';
    case 'quota-exceeded':
      return 'remote-full';
    case 'unsupported':
      return 'unsupported';
    case 'invalid-request':
      return 'remote-refused';
    case 'rate-limited':
    case 'unavailable':
    case 'timeout':
    case 'interrupted':
      return 'remote-unavailable';
  }
}

/** `remote 'store' (s3://bucket/data)` */
export function printRemote(remote: RemoteCall['remote']): string {
  return `remote '${remote.name}' (${remote.address})`;
}

function subjectOf({ object, path }: RemoteCall): string {
  if (object === undefined) return path ?? 'a request';
  if (path !== undefined) return `'${path}' (object ${object})`;
  return object.endsWith('/') ? 'a listing' : `object ${object}`;
}

interface Said {
  readonly call: RemoteCall;
  /** The HTTP status behind the failure. */
  readonly status: number | undefined;
  /** The store's own words. */
  readonly reason: string;
}

function sentenceFor(code: ErrorCode, { call, status, reason }: Said): string {
  const remote = printRemote(call.remote);
  const { name, address } = call.remote;
  /** Without the address where the store names it. */
  const short = reason.includes(address) ? `remote '${name}'` : remote;
  switch (code) {
    case 'object-missing':
      return `${subjectOf(call)} is not on ${remote}`;
    case 'no-credentials':
      return `no credentials for ${remote}: ${reason}`;
    case 'credentials-refused':
      // Without a status it was no server that refused, but a folder; the reason says which one.
      return status === undefined ? `${short}: ${reason}` : `${remote} refused the credentials: ${reason}`;
    case 'remote-full':
      return `${remote} is full: ${reason}`;
    case 'remote-unavailable':
      return `${short}: ${reason}`;
    default:
      return `${remote} failed for ${subjectOf(call)}: ${reason}`;
  }
}

function hintFor(code: ErrorCode, call: RemoteCall): string | undefined {
  switch (code) {
    case 'object-missing':
      return 'Whoever added it may not have pushed it yet: run `datapin push` where the data is.';
    case 'no-credentials':
      return `Set the credentials in the environment, or with \`datapin remote modify --local ${call.remote.name} …\`.`;
    case 'credentials-refused':
      return 'Check that the credentials are the right ones, have not expired, and may read and write there.';
    default:
      return undefined;
  }
}
