import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { type Answer, ApiFailure, badRequest, type TakenRequest } from './answer.ts';
import { createFileStore, type FileStore } from './file-store.ts';
import { createFilesApi } from './files-api.ts';
import { createFakeOAuth, type FakeOAuth } from './oauth.ts';
import { createUploadApi } from './upload-api.ts';
import { createWeather, type Fault, type WeatherOptions } from './weather.ts';

export interface FakeDriveOptions extends WeatherOptions {
  /** How long listings lag behind. None by default. */
  readonly listingLagMs?: number;
  /** The account has no storage of its own, like a service account. */
  readonly withoutQuota?: boolean;
  /** The account may use the trash, but not delete for good. */
  readonly mayNotDelete?: boolean;
  /** Pages of listings hold at most so many files; 1,000 by default. */
  readonly largestPage?: number;
}

/** What the fake counted. Requests for tokens are not among them. */
export interface FakeDriveCounts {
  /** Requests that were not refused for their rate. */
  served: number;
  /** Requests that were. */
  refused: number;
  /** Of those served, the ones that met a fault. */
  faults: number;
  /** By method and kind of address: `POST /upload/drive/v3/files`. */
  readonly byRoute: Map<string, number>;
}

/**
 * A strict stand-in for Google Drive, written from Google's reference: what the reference does not allow is refused. Names are not unique, listings lag,
 * rates are limited, answers get lost, as told.
 */
export interface FakeDrive extends AsyncDisposable {
  /** `http://127.0.0.1:port`, for `DATAPIN_GDRIVE_ROOT_URL`. */
  readonly url: string;
  readonly store: FileStore;
  readonly oauth: FakeOAuth;
  readonly counts: FakeDriveCounts;
  /** Downloads of these are refused for their quota. */
  readonly refusedDownloads: Set<string>;
  resetCounts(): void;
  /** Uploads that were begun and neither finished nor dropped. */
  openUploads(): readonly string[];
  /** A new folder in My Drive; its id. */
  newFolder(name: string): string;
  /** A new shared drive; its id, which is its root folder's as well. */
  newSharedDrive(name: string): string;
  /** The environment in which a plugin uses it as a service account. */
  serviceAccountEnv(): Record<string, string>;
}

export async function startFakeDrive(options: FakeDriveOptions = {}): Promise<FakeDrive> {
  const store = createFileStore();
  const oauth = createFakeOAuth();
  const refusedDownloads = new Set<string>();
  const files = createFilesApi({
    store,
    listingLagMs: options.listingLagMs ?? 0,
    withoutQuota: options.withoutQuota ?? false,
    mayNotDelete: options.mayNotDelete ?? false,
    largestPage: options.largestPage ?? 1000,
    refusedDownloads,
  });
  const uploads = createUploadApi(files);
  const weather = createWeather(options);
  const counts: FakeDriveCounts = { served: 0, refused: 0, faults: 0, byRoute: new Map() };
  let url = '';

  function route(request: TakenRequest): Answer {
    const { pathname } = request.url;
    if (!oauth.isValid((request.headers['authorization'] ?? '').replace(/^Bearer /u, ''))) {
      throw new ApiFailure(401, 'authError', 'Invalid Credentials');
    }
    if (pathname.startsWith('/drive/v3/files')) return files.handle(request);
    if (pathname.startsWith('/upload/drive/v3/files')) return uploads.handle(request);
    throw new ApiFailure(404, 'notFound', 'Not Found');
  }

  function answerFor(request: TakenRequest): Answer {
    try {
      return route(request);
    } catch (error) {
      if (error instanceof ApiFailure) return error.answer;
      if (error instanceof SyntaxError) return badRequest(error.message).answer;
      throw error;
    }
  }

  function serve(request: TakenRequest, response: ServerResponse): void {
    const login = oauth.handle(request);
    if (login !== undefined) return send(response, login, 'none');
    try {
      weather.admit();
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      counts.refused += 1;
      return send(response, error.answer, 'none');
    }
    counts.served += 1;
    const kind = request.url.searchParams.get('alt') === 'media' ? ' (media)' : '';
    const name = `${request.method} ${request.url.pathname.replace(/(\/files\/)(?!generateIds).+$/u, '$1{id}')}${kind}`;
    counts.byRoute.set(name, (counts.byRoute.get(name) ?? 0) + 1);
    const fault = weather.next();
    if (fault !== 'none') counts.faults += 1;
    if (fault === 'error-500') return send(response, new ApiFailure(500, 'internalError', 'Internal Error').answer, 'none');
    if (fault === 'error-503') return send(response, new ApiFailure(503, 'backendError', 'Transient failure').answer, 'none');
    if (fault === 'reset') return void response.socket?.destroy();
    send(response, answerFor(request), fault);
  }

  const server = createServer((incoming, response) => {
    takeIn(incoming, url)
      .then((request) => serve(request, response))
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;

  return {
    url,
    store,
    oauth,
    counts,
    refusedDownloads,
    resetCounts() {
      Object.assign(counts, { served: 0, refused: 0, faults: 0 });
      counts.byRoute.clear();
    },
    openUploads: () => uploads.open(),
    newFolder: (name) => store.create({ name, mimeType: 'application/vnd.google-apps.folder', parents: [store.rootId] }).id,
    newSharedDrive(name) {
      const id = `0A${store.newId().slice(2, 19)}`;
      return store.create({ name, mimeType: 'application/vnd.google-apps.folder', driveId: id }, id).id;
    },
    serviceAccountEnv: () => ({
      DATAPIN_GDRIVE_ROOT_URL: url,
      GDRIVE_CREDENTIALS_DATA: JSON.stringify(oauth.serviceAccountKey(`${url}/token`)),
    }),
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function takeIn(incoming: IncomingMessage, origin: string): Promise<TakenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  return { method: incoming.method ?? '', url: new URL(incoming.url ?? '/', origin), headers, body: Buffer.concat(chunks) };
}

function send(response: ServerResponse, { status, headers = {}, body }: Answer, fault: Fault): void {
  // the work is done, but nobody hears of it
  if (fault === 'lost-reply') return void response.socket?.destroy();
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  const type = body === undefined || Buffer.isBuffer(body) ? {} : { 'content-type': 'application/json; charset=UTF-8' };
  response.writeHead(status, { ...type, ...(status === 204 ? {} : { 'content-length': String(bytes.length) }), ...headers });
  if (fault === 'cut-body' && bytes.length > 1) {
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.socket?.destroy());
    return;
  }
  response.end(bytes);
}
