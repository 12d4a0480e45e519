import { StorageError } from '@datapin/storage';
import type { DAVResultResponse, WebDAVParsingContext } from 'webdav';
import { failureError } from './dav-error.ts';
import { decodePath, pathOfHref } from './resource-path.ts';

/** A resource as PROPFIND tells it. */
export interface DavResource {
  /** Path on the server, decoded, without `/` at its end. */
  readonly path: string;
  readonly collection: boolean;
  /** In bytes; absent when the server does not tell. */
  readonly size: number | undefined;
  readonly etag: string | undefined;
  readonly modified: Date | undefined;
}

/** What is asked of every resource. `resourcetype` comes first, as every resource has one: so does what was found of it in the answer. */
export const wantedProperties: Uint8Array = Buffer.from(
  '<?xml version="1.0" encoding="utf-8"?>\n<propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/><getetag/><getlastmodified/></prop></propfind>',
);

/** Every text stays a text: the parser would make numbers of entity tags that look like one. */
const asText: WebDAVParsingContext = { attributeNamePrefix: '@', attributeParsers: [], tagParsers: [() => undefined] };

/** Reads the answer to a PROPFIND (RFC 4918 §14.16). Rejects with `invalid-request` when it is none. */
export async function parseMultistatus(xml: string, subject: string): Promise<readonly DavResource[]> {
  // no answer needs one, and what it declares could make a short answer long
  if (xml.includes('<!DOCTYPE')) throw notWebdav(subject);
  const { parseXML } = await import('webdav/dist/node/tools/dav.js');
  let responses: readonly DAVResultResponse[];
  try {
    responses = (await parseXML(xml, asText)).multistatus.response;
  } catch (cause) {
    throw notWebdav(subject, cause);
  }
  return responses.flatMap((response) => {
    const status = statusOf(response.propstat?.status ?? response.status);
    if (status === 404) return [];
    if (status >= 400) throw failureError({ status, headers: {}, text: '' }, subject);
    return [resourceOf(response)];
  });
}

/** The error for an answer that no WebDAV server gives. */
export function notWebdav(subject: string, cause?: unknown): StorageError {
  return new StorageError('invalid-request', `${subject}: the answer is not WebDAV`, {
    hint: 'Is the URL that of a WebDAV collection? Nextcloud has it under /remote.php/dav/files/<user>/.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function statusOf(line: string | undefined): number {
  return Number(/^HTTP\/\S+\s+(\d{3})/u.exec(line ?? '')?.[1] ?? 200);
}

function resourceOf({ href, propstat }: DAVResultResponse): DavResource {
  const { resourcetype, getcontentlength, getetag, getlastmodified } = propstat?.prop ?? {};
  const size = textOf(getcontentlength);
  const modified = Date.parse(textOf(getlastmodified) ?? '');
  return {
    path: decodePath(pathOfHref(unescapeReferences(href))).replace(/\/+$/u, ''),
    collection: typeof resourcetype === 'object' && 'collection' in resourcetype,
    size: size !== undefined && /^\d+$/u.test(size) ? Number(size) : undefined,
    etag: textOf(getetag),
    modified: Number.isNaN(modified) ? undefined : new Date(modified),
  };
}

/** An element's text; with attributes (a namespace declared in place) the parser makes an object of it. */
function textOf(value: unknown): string | undefined {
  const text = typeof value === 'object' && value !== null && 'text' in value ? value.text : value;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** Numeric references, which the parser leaves alone (Go's servers write `'` as `&#39;`). `#` is never plain in an `href`. */
function unescapeReferences(href: string): string {
  return href.replace(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/giu, (reference, hex: string | undefined, decimal: string | undefined) => {
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return point <= 0x10_ffff ? String.fromCodePoint(point) : reference;
  });
}
