import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';

/** A request as it came in over the wire. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Over TLS, the serial number of the certificate that the client showed. */
  readonly certificate: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
}

/** How a server behaves where servers differ. By default it is as strict as RFC 4918 lets it be. */
export interface Personality {
  /** Who may come in: everybody by default. */
  readonly credentials?: { readonly user: string; readonly password: string; readonly scheme: 'basic' | 'digest' };
  /** What an `href` looks like: a path by default. */
  readonly hrefOf?: (path: string, origin: string) => string;
  /** False: 405. */
  readonly move?: boolean;
  /** The forms of a Destination that it understands; all by default. */
  readonly understands?: (destination: string, origin: string) => boolean;
  /** False: it answers with the whole. */
  readonly ranges?: boolean;
  /** False: a body that breaks off leaves what came of it. */
  readonly atomicPut?: boolean;
  /** A say before everything else, the sign-in included. */
  readonly intercept?: (request: SeenRequest) => Answer | undefined;
  /** Puts the files of a collection together when its `.file` is moved, as Nextcloud does. */
  readonly chunks?: boolean;
  /** It speaks TLS, and asks clients for a certificate. PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Headers of every answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StoredFile {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly modified: Date;
}

/** A WebDAV server in memory, on loopback. */
export interface FakeServer extends AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly origin: string;
  /** Decoded path without `/` at its end → file, or `undefined` for a collection. Tests may look and tamper. */
  readonly resources: Map<string, StoredFile | undefined>;
  readonly requests: readonly SeenRequest[];
}

/** Makes a file as a server holds it. */
export function storedFile(bytes: Uint8Array | string, modified: Date = new Date()): StoredFile {
  const own = Buffer.from(bytes);
  return { bytes: own, modified, etag: `"${createHash('sha1').update(own).update(modified.toISOString()).digest('hex')}"` };
}

export async function startFakeServer(personality: Personality = {}): Promise<FakeServer> {
  const resources = new Map<string, StoredFile | undefined>([['', undefined]]);
  const requests: SeenRequest[] = [];
  const signIn = signInOf(personality);
  let origin = '';

  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void =>
    void serve(incoming, outgoing).catch((error: unknown) => outgoing.destroy(error instanceof Error ? error : undefined));
  const { tls } = personality;
  const server =
    tls === undefined ? createServer(listener) : createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: false }, listener);

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, value === undefined ? undefined : String(value)]),
    );
    const certificate = incoming.socket instanceof TLSSocket ? incoming.socket.getPeerCertificate().serialNumber : undefined;
    const request = { method: incoming.method ?? '', target: incoming.url ?? '/', headers, certificate };
    requests.push(request);
    const early = personality.intercept?.(request) ?? signIn(request);
    const path = decodeURIComponent(request.target).replace(/\/$/u, '');
    const body = early === undefined ? await receive(incoming, request, path) : Buffer.alloc(0);
    if (body === undefined) return;
    if (early !== undefined) incoming.resume();
    const answer = early ?? act(request, path, body);
    const content = answer.body ?? '';
    outgoing.writeHead(answer.status, {
      ...(answer.status === 204 ? {} : { 'content-length': String(Buffer.byteLength(content)) }),
      ...personality.headers,
      ...(answer.headers as Record<string, string | string[]>),
    });
    outgoing.end(answer.status === 204 ? undefined : content);
  }

  /** The whole body; nothing when it broke off. */
  async function receive(incoming: IncomingMessage, { method }: SeenRequest, path: string): Promise<Buffer | undefined> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    } catch {
      if (personality.atomicPut === false && method === 'PUT') resources.set(path, storedFile(Buffer.concat(chunks)));
      return undefined;
    }
  }

  function isCollection(path: string): boolean {
    return resources.has(path) && resources.get(path) === undefined;
  }

  function parentOf(path: string): string {
    return path.slice(0, path.lastIndexOf('/'));
  }

  function membersOf(path: string): string[] {
    return [...resources.keys()].filter((other) => other !== path && other !== '' && parentOf(other) === path);
  }

  function act(request: SeenRequest, path: string, body: Buffer): Answer {
    const { method, target, headers } = request;
    if (isCollection(path) && !target.endsWith('/')) return { status: 301, headers: { location: `${origin}${target}/` } };
    switch (method) {
      case 'OPTIONS':
        return { status: 200, headers: { dav: '1' } };
      case 'PROPFIND':
        return propfind(path, headers['depth']);
      case 'MKCOL':
        if (resources.has(path)) return { status: 405 };
        if (!isCollection(parentOf(path))) return { status: 409 };
        resources.set(path, undefined);
        return { status: 201 };
      case 'PUT':
        return put(request, path, body);
      case 'GET':
        return get(path, headers['range']);
      case 'DELETE':
        if (!resources.has(path)) return { status: 404 };
        for (const other of resources.keys()) if (other === path || other.startsWith(`${path}/`)) resources.delete(other);
        return { status: 204 };
      case 'MOVE':
        return move(path, headers);
      default:
        return { status: 405 };
    }
  }

  function put({ headers }: SeenRequest, path: string, body: Buffer): Answer {
    if (headers['content-length'] === undefined) return { status: 411 };
    if (isCollection(path)) return { status: 405 };
    if (!isCollection(parentOf(path))) return { status: 409 };
    const status = resources.has(path) ? 204 : 201;
    resources.set(path, storedFile(body));
    return { status };
  }

  function get(path: string, range: string | undefined): Answer {
    const file = resources.get(path);
    if (file === undefined) return { status: resources.has(path) ? 405 : 404 };
    const headers = { etag: file.etag, 'last-modified': file.modified.toUTCString() };
    const wanted = /^bytes=(\d+)-(\d+)$/u.exec(range ?? '');
    if (wanted === null || personality.ranges === false) return { status: 200, headers, body: file.bytes };
    const start = Number(wanted[1]);
    const end = Math.min(Number(wanted[2]) + 1, file.bytes.length);
    if (start >= file.bytes.length) return { status: 416 };
    const span = { 'content-range': `bytes ${start}-${end - 1}/${file.bytes.length}` };
    return { status: 206, headers: { ...headers, ...span }, body: file.bytes.subarray(start, end) };
  }

  /** Chunked upload v2 of Nextcloud: chunks are named 1 to 10000 and have 5 MiB at least, but for the last. */
  function assemble(path: string, total: string | undefined): Answer | undefined {
    const folder = parentOf(path);
    const chunks = membersOf(folder).toSorted((a, b) => a.localeCompare(b));
    const files = chunks.map((chunk) => resources.get(chunk)?.bytes ?? Buffer.alloc(0));
    if (chunks.some((chunk) => !/\/\d{1,5}$/u.test(chunk)) || files.slice(0, -1).some(({ length }) => length < 5 * 1024 * 1024))
      return { status: 400 };
    const whole = Buffer.concat(files);
    if (String(whole.length) !== total) return { status: 400 };
    for (const other of [folder, ...chunks]) resources.delete(other);
    resources.set(path, storedFile(whole));
    return undefined;
  }

  function move(path: string, { destination, overwrite, 'oc-total-length': total }: SeenRequest['headers']): Answer {
    if (personality.chunks === true && path.endsWith('/.file')) {
      if (!isCollection(parentOf(pathIn(destination)))) return { status: 409 };
      const refusal = assemble(path, total);
      if (refusal !== undefined) return refusal;
    }
    if (personality.move === false) return { status: 405 };
    if (destination === undefined || personality.understands?.(destination, origin) === false) return { status: 400 };
    const to = pathIn(destination);
    const file = resources.get(path);
    if (file === undefined) return { status: 404 };
    if (!isCollection(parentOf(to))) return { status: 409 };
    if (resources.has(to) && overwrite !== 'T') return { status: 412 };
    if (isCollection(to)) return { status: 409 };
    const status = resources.has(to) ? 204 : 201;
    resources.delete(path);
    resources.set(to, file);
    return { status };
  }

  function propfind(path: string, depth: string | undefined): Answer {
    if (depth !== '0' && depth !== '1') return { status: 403, body: '<error xmlns="DAV:"><propfind-finite-depth/></error>' };
    if (!resources.has(path)) return { status: 404 };
    const paths = depth === '1' ? [path, ...membersOf(path)] : [path];
    const responses = paths.map((each) => responseOf(each, resources.get(each)));
    const body = `<?xml version="1.0" encoding="utf-8"?>\n<d:multistatus xmlns:d="DAV:">${responses.join('')}</d:multistatus>`;
    return { status: 207, headers: { 'content-type': 'application/xml; charset=utf-8' }, body };
  }

  function responseOf(path: string, file: StoredFile | undefined): string {
    const encoded = `${path.split('/').map(encodeURIComponent).join('/')}${file === undefined ? '/' : ''}`;
    const href = (personality.hrefOf?.(encoded, origin) ?? encoded)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll("'", '&#39;');
    if (file === undefined) {
      return `<d:response><d:href>${href}</d:href><d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat><d:propstat><d:prop><d:getcontentlength/><d:getetag/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>`;
    }
    const { bytes, etag, modified } = file;
    return `<d:response><d:href>${href}</d:href><d:propstat><d:prop><d:resourcetype/><d:getcontentlength>${bytes.length}</d:getcontentlength><d:getetag>${etag.replaceAll('"', '&quot;')}</d:getetag><d:getlastmodified>${modified.toUTCString()}</d:getlastmodified></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`;
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    resources,
    requests,
    async [Symbol.asyncDispose](): Promise<void> {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function pathIn(destination: string | undefined): string {
  return decodeURIComponent((destination ?? '').replace(/^https?:\/\/[^/]*/u, ''));
}

/** Answers whoever may not come in. A Digest nonce serves for so many requests, and each count of it once (RFC 7616 §3.4). */
function signInOf({ credentials }: Personality): (request: SeenRequest) => Answer | undefined {
  if (credentials === undefined) return () => undefined;
  const { user, password, scheme } = credentials;
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  if (scheme === 'basic') {
    const refusal = { status: 401, headers: { 'www-authenticate': 'Basic realm="data"' } };
    return ({ headers }) => (headers['authorization'] === basic ? undefined : refusal);
  }
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const requestsPerNonce = 25;
  let nonces = 0;
  const used = new Map<string, Set<string>>();
  const refuse = (stale: boolean): Answer => {
    const nonce = `nonce-${++nonces}`;
    used.set(nonce, new Set());
    const challenge = `Digest realm="da, ta", qop="auth", algorithm=MD5, nonce="${nonce}", opaque="x", stale=${stale}`;
    return { status: 401, headers: { 'www-authenticate': [`Basic realm="data"`, challenge] } };
  };
  return ({ method, target, headers }) => {
    const fields = Object.fromEntries(
      [...(headers['authorization'] ?? '').matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/gu)].map((match) => [match[1], match[2] ?? match[3]]),
    );
    const { nonce = '', nc = '', cnonce, response, uri } = fields;
    const counts = used.get(nonce);
    if (counts === undefined) return refuse(false);
    const expected = md5(`${md5(`${user}:da, ta:${password}`)}:${nonce}:${nc}:${cnonce}:auth:${md5(`${method}:${target}`)}`);
    if (response !== expected || uri !== target) return refuse(false);
    if (counts.has(nc) || counts.size >= requestsPerNonce) return refuse(true);
    counts.add(nc);
    return undefined;
  };
}
