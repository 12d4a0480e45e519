import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readBlockList } from './block-list.ts';
import { answerBadly, type CacheFault, type CacheOperation, faultPlan } from './cache-fault.ts';
import { type CacheEntry, openCacheStore } from './cache-store.ts';
import { type CacheScope, scopesOf } from './cache-token.ts';

/** What a client asked for; `key` where the request names one. */
export interface CacheRequest {
  readonly operation: CacheOperation;
  readonly key: string;
  /** What became of it: `hit`, `miss`, `ok`, `denied`, `exists`, or the fault. */
  readonly outcome: string;
}

/**
 * A strict stand-in for GitHub's cache service, version 2, and for the Azure blobs behind it, on loopback. Written from what
 * `@actions/cache` sends, the messages it knows (`generated/results/api/v1/cache.js`) and GitHub's documentation. Whatever a request
 * holds beyond that is written down as a violation and refused.
 */
export interface CacheService extends AsyncDisposable {
  /** For ACTIONS_RESULTS_URL, with a slash at the end as the runner has it. */
  readonly url: string;
  readonly requests: () => readonly CacheRequest[];
  readonly entries: () => readonly CacheEntry[];
  /** Forgets the requests so far, and the faults. */
  readonly rest: () => void;
  readonly fail: (fault: CacheFault) => void;
  /** Puts other bytes in an entry's place: nothing a client can do. */
  readonly replace: (entry: CacheEntry, archive: Uint8Array) => void;
  /** The bytes of an entry. */
  readonly archive: (entry: CacheEntry) => readonly string[];
  readonly evict: (entry: CacheEntry) => void;
  /** Copies another service's entries; that one has to stay alive as long as this one. */
  readonly adopt: (entries: readonly CacheEntry[]) => void;
  /** Throws when a client did what the real service would not understand. */
  readonly check: () => void;
}

const twirp = '/twirp/github.actions.results.api.v1.CacheService/';
const blobs = /^\/devstoreaccount1\/actions-cache\/(\d+)$/u;
const methods = {
  GetCacheEntryDownloadURL: { operation: 'lookup', fields: ['metadata', 'key', 'restore_keys', 'version'] },
  CreateCacheEntry: { operation: 'reserve', fields: ['metadata', 'key', 'version'] },
  FinalizeCacheEntryUpload: { operation: 'finalize', fields: ['metadata', 'key', 'version', 'size_bytes'] },
} as const satisfies Record<string, { readonly operation: CacheOperation; readonly fields: readonly string[] }>;

type Message = Readonly<Record<string, unknown>>;

/** A request that the real service would not take. */
class Violation extends Error {}

function demand(condition: boolean, complaint: string): asserts condition {
  if (!condition) throw new Violation(complaint);
}

export interface CacheServiceOptions {
  /** Whether a part of a blob can be asked for, as of Azure's. */
  readonly servesParts?: boolean;
}

export async function startCacheService({ servesParts = true }: CacheServiceOptions = {}): Promise<CacheService> {
  const folder = mkdtempSync(join(tmpdir(), 'datapin-cache-service-'));
  const store = openCacheStore();
  const faults = faultPlan();
  const violations: string[] = [];
  const signatures = new Map<string, { readonly id: number; readonly may: 'upload' | 'download' }>();
  const blocks = new Map<number, Map<string, string>>();
  let requests: CacheRequest[] = [];

  const note = (operation: CacheOperation, key: string, outcome: string): void => void requests.push({ operation, key, outcome });

  function signedUrl(id: number, may: 'upload' | 'download'): string {
    const sig = randomUUID();
    signatures.set(sig, { id, may });
    return `${origin}/devstoreaccount1/actions-cache/${id}?sv=2025-11-05&sp=${may === 'upload' ? 'cw' : 'r'}&sig=${sig}`;
  }

  function lookUp(scopes: readonly CacheScope[], { key, restore_keys: restoreKeys = [], version }: Message): readonly [number, Message] {
    demand(isKey(key) && isVersion(version), 'a lookup without a proper key and version');
    demand(Array.isArray(restoreKeys) && restoreKeys.every(isKey) && restoreKeys.length <= 9, 'restore_keys are not up to nine keys');
    if (!scopes.some(({ access }) => access !== 'write')) {
      note('lookup', key, 'denied');
      return [403, { code: 'permission_denied', msg: 'cache read denied: token has no readable scopes' }];
    }
    const found = store.find({ scopes, key, restoreKeys, version });
    note('lookup', key, found === undefined ? 'miss' : 'hit');
    if (found === undefined) return [200, { ok: false, signed_download_url: '', matched_key: '' }];
    return [200, { ok: true, signed_download_url: signedUrl(found.id, 'download'), matched_key: found.key }];
  }

  function reserve(scopes: readonly CacheScope[], { key, version }: Message): readonly [number, Message] {
    demand(isKey(key) && isVersion(version), 'a reservation without a proper key and version');
    const scope = scopes.find(({ access }) => access !== 'read');
    if (scope === undefined) {
      note('reserve', key, 'denied');
      return [200, { ok: false, message: 'cache write denied: the token of this run can only read' }];
    }
    const entry = store.reserve({ scope: scope.ref, key, version });
    note('reserve', key, entry === undefined ? 'exists' : 'ok');
    if (entry === undefined)
      return [409, { code: 'already_exists', msg: 'cache entry with the same key, version, and scope already exists' }];
    return [200, { ok: true, signed_upload_url: signedUrl(entry.id, 'upload') }];
  }

  function finalize(scopes: readonly CacheScope[], { key, version, size_bytes: size }: Message): readonly [number, Message] {
    demand(isKey(key) && isVersion(version), 'a finalization without a proper key and version');
    demand(typeof size === 'string' && /^\d+$/u.test(size), 'size_bytes is not an int64 in a string');
    const scope = scopes.find(({ access }) => access !== 'read');
    const entry = scope === undefined ? undefined : store.reserved({ scope: scope.ref, key, version });
    demand(entry !== undefined, 'a finalization of what was not reserved');
    demand(entry.size === Number(size), `${size} bytes are finalized, ${entry.size} were uploaded`);
    entry.finalized = true;
    note('finalize', key, 'ok');
    return [200, { ok: true, entry_id: String(entry.id) }];
  }

  async function call(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    demand(name in methods, `no such method: ${name}`);
    const { operation, fields } = methods[name as keyof typeof methods];
    demand(request.method === 'POST', `${request.method} ${name}`);
    demand(request.headers['content-type'] === 'application/json', `${name} with content-type ${request.headers['content-type']}`);
    demand(/^@actions\/cache-\d/u.test(request.headers['user-agent'] ?? ''), `${name} from ${request.headers['user-agent']}`);
    const scopes = scopesOf(/^Bearer (\S+)$/u.exec(request.headers.authorization ?? '')?.[1] ?? '');
    demand(scopes !== undefined, `${name} without the job's token`);
    const fault = faults.next(operation);
    if (fault !== undefined && fault !== 'cut' && fault !== 'stall') {
      note(operation, '', String(fault));
      answerBadly(fault, request, response);
      return;
    }
    const message = JSON.parse(await textOf(request)) as Message;
    const unknown = Object.keys(message).filter((field) => !(fields as readonly string[]).includes(field));
    demand(unknown.length === 0, `${name} with unknown fields ${unknown.join(', ')}`);
    const [status, answer] = { lookup: lookUp, reserve, finalize }[operation](scopes, message);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  async function upload(request: IncomingMessage, response: ServerResponse, entry: CacheEntry, query: URLSearchParams): Promise<void> {
    demand(!entry.finalized, 'an upload to a finalized entry');
    demand(/^\d{4}-\d{2}-\d{2}$/u.test(String(request.headers['x-ms-version'])), 'an upload without x-ms-version');
    const staged = blocks.get(entry.id) ?? new Map<string, string>();
    blocks.set(entry.id, staged);
    const kind = query.get('comp');
    if (kind === 'block') {
      const id = query.get('blockid') ?? '';
      demand(/^[A-Za-z0-9+/]+=*$/u.test(id), `a block with the id ${id}`);
      demand(
        [...staged.keys()].every((other) => other.length === id.length),
        'block ids of different lengths',
      );
      staged.set(id, await keep(request));
    } else if (kind === 'blocklist') {
      const listed = readBlockList(await textOf(request));
      entry.parts = listed.map((id) => {
        const file = staged.get(id);
        demand(file !== undefined, `the block list names ${id}, which was not uploaded`);
        return file;
      });
    } else {
      demand(kind === null, `comp=${kind}`);
      demand(request.headers['x-ms-blob-type'] === 'BlockBlob', 'an upload that does not say BlockBlob');
      entry.parts = [await keep(request)];
    }
    entry.size = entry.parts.reduce((sum, file) => sum + statSync(file).size, 0);
    note('upload', entry.key, kind ?? 'ok');
    const etag = `"0x${entry.id.toString(16).toUpperCase()}"`;
    response.writeHead(201, { etag, 'last-modified': new Date().toUTCString(), 'x-ms-request-id': randomUUID() }).end();
  }

  async function keep(request: IncomingMessage): Promise<string> {
    const file = join(folder, randomUUID());
    await pipeline(request, createWriteStream(file));
    demand(statSync(file).size === Number(request.headers['content-length']), 'an upload of another length than announced');
    return file;
  }

  async function download(request: IncomingMessage, response: ServerResponse, entry: CacheEntry): Promise<void> {
    const { range } = request.headers;
    const [, first, last] = /^bytes=(\d+)-(\d+)$/u.exec(range ?? '') ?? [];
    demand(range === undefined || Number(first) <= Number(last), `a download of ${range}`);
    const fault = faults.next('download');
    note('download', entry.key, String(fault ?? 'ok'));
    if (fault !== undefined && fault !== 'cut' && fault !== 'stall') {
      answerBadly(fault, request, response);
      return;
    }
    const part = servesParts && range !== undefined ? { start: Number(first), end: Math.min(Number(last) + 1, entry.size) } : undefined;
    const { start, end } = part ?? { start: 0, end: entry.size };
    if (part !== undefined && start >= entry.size) {
      response.writeHead(416, { 'content-range': `bytes */${entry.size}`, 'x-ms-error-code': 'InvalidRange' }).end();
      return;
    }
    response.writeHead(part === undefined ? 200 : 206, {
      'content-length': end - start,
      'content-type': 'application/octet-stream',
      'x-ms-blob-type': 'BlockBlob',
      ...(part === undefined ? {} : { 'content-range': `bytes ${start}-${end - 1}/${entry.size}` }),
    });
    response.flushHeaders();
    const until = fault === undefined ? end : start + ((end - start) >> 1);
    await pipeline(Readable.from(bytesOf(entry.parts, { start, end: until })), response, { end: fault === undefined });
    if (fault === 'cut') response.destroy();
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', origin);
    if (pathname.startsWith(twirp)) return call(request, response, pathname.slice(twirp.length));
    const id = blobs.exec(pathname)?.[1];
    demand(id !== undefined, `${request.method} ${pathname}`);
    const signature = signatures.get(searchParams.get('sig') ?? '');
    demand(signature?.id === Number(id), `${request.method} ${pathname} with a signature that is not its own`);
    demand(request.headers.authorization === undefined, 'a signed address and an authorization');
    const entry = store.byId(signature.id);
    demand(entry !== undefined, 'a blob that is gone');
    if (request.method === 'GET' && signature.may === 'download') return download(request, response, entry);
    demand(request.method === 'PUT' && signature.may === 'upload', `${request.method} to an address for ${signature.may}`);
    const fault = faults.next('upload');
    if (fault === undefined || fault === 'cut' || fault === 'stall') return upload(request, response, entry, searchParams);
    note('upload', entry.key, String(fault));
    answerBadly(fault, request, response);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      // a client may go away at any time, and a cancelled one does; what it said before is judged all the same
      if (!(error instanceof Violation) && (request.destroyed || response.destroyed)) return;
      violations.push(error instanceof Error ? error.message : String(error));
      request.resume();
      if (!response.headersSent) response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ code: 'malformed', msg: violations.at(-1) }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;

  return {
    url: `${origin}/`,
    requests: () => requests,
    entries: store.entries,
    rest() {
      requests = [];
      faults.clear();
    },
    fail: faults.add,
    replace(entry, archive) {
      const file = join(folder, randomUUID());
      writeFileSync(file, archive);
      entry.parts = [file];
      entry.size = archive.length;
    },
    archive: (entry) => entry.parts,
    evict: (entry) => store.remove(entry.id),
    adopt: store.adopt,
    check() {
      const found = violations.splice(0);
      if (found.length > 0) throw new Error(`the cache service was asked for what it does not know:\n${found.join('\n')}`);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** As `@actions/cache` checks it, and the service as well: at most 512 characters, no comma. */
function isKey(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 512 && !value.includes(',');
}

function isVersion(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/u.test(value);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Of files that nobody changes. */
const sizes = new Map<string, number>();

function sizeOf(file: string): number {
  let size = sizes.get(file);
  if (size === undefined) sizes.set(file, (size = statSync(file).size));
  return size;
}

/** The bytes of a range of files that follow each other. */
async function* bytesOf(
  files: readonly string[],
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<Buffer> {
  let before = 0;
  for (const file of files) {
    const size = sizeOf(file);
    const from = Math.max(0, start - before);
    const to = Math.min(size, end - before);
    before += size;
    if (from >= to) continue;
    for await (const chunk of createReadStream(file, { start: from, end: to - 1, highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>)
      yield chunk;
  }
}
