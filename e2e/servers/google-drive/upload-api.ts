import { type Answer, ApiFailure, badRequest, type TakenRequest } from './answer.ts';
import type { StoredFile } from './file-store.ts';
import type { FilesApi } from './files-api.ts';

/** `/upload/drive/v3/files…`: multipart, and resumable sessions as developers.google.com/workspace/drive/api/guides/manage-uploads has them. */
export interface UploadApi {
  handle(request: TakenRequest): Answer;
  /** Uploads that were begun and neither finished nor dropped. */
  open(): readonly string[];
}

interface Session {
  readonly request: TakenRequest;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly target: string | undefined;
  readonly size: number;
  received: Buffer;
  made: StoredFile | undefined;
}

const granule = 256 * 1024;

export function createUploadApi(files: FilesApi): UploadApi {
  const sessions = new Map<string, Session>();

  /** Makes the file, or gives the one that is there its new bytes. */
  function store(
    target: string | undefined,
    metadata: Readonly<Record<string, unknown>>,
    content: Buffer,
    request: TakenRequest,
  ): StoredFile {
    if (target === undefined) return files.create(metadata, content);
    const file = files.file(target, request);
    file.content = content;
    file.changed = Date.now();
    return file;
  }

  function multipart(target: string | undefined, request: TakenRequest): Answer {
    const { metadata, content } = parseMultipart(request);
    files.checkMetadata(request, metadata);
    if (content.length > 5 * 1024 * 1024 + 1024) throw new ApiFailure(413, 'uploadTooLarge', 'Request Too Large');
    return { status: 200, body: files.print(store(target, metadata, content, request), request) };
  }

  function begin(target: string | undefined, request: TakenRequest): Answer {
    const metadata: Record<string, unknown> = JSON.parse(request.body.toString() || '{}');
    files.checkMetadata(request, metadata);
    if (target !== undefined) files.file(target, request);
    const size = Number(request.headers['x-upload-content-length']);
    if (!Number.isInteger(size)) throw badRequest('X-Upload-Content-Length is missing');
    const id = `upload-${sessions.size + 1}-${Math.random().toString(36).slice(2)}`;
    sessions.set(id, { request, metadata, target, size, received: Buffer.alloc(0), made: undefined });
    const location = new URL(`https://www.googleapis.com${request.url.pathname}${request.url.search}`);
    location.searchParams.set('upload_id', id);
    return { status: 200, headers: { location: location.href } };
  }

  function proceed(id: string, request: TakenRequest): Answer {
    const session = sessions.get(id);
    if (session === undefined) throw new ApiFailure(404, 'notFound', 'Upload session not found');
    if (request.method === 'DELETE') {
      sessions.delete(id);
      return { status: 499 };
    }
    if (session.made !== undefined) return { status: 200, body: files.print(session.made, session.request) };
    const range = request.headers['content-range'] ?? '';
    const part = /^bytes (\d+)-(\d+)\/(\d+)$/u.exec(range);
    const asked = /^bytes \*\/(\d+)$/u.exec(range);
    if (Number((part ?? asked)?.at(-1)) !== session.size) throw badRequest('Failed to parse Content-Range header.');
    if (part !== null) receive(session, { start: Number(part[1]), end: Number(part[2]) + 1 }, request.body);
    if (session.received.length < session.size || (asked !== null && session.size === 0)) {
      const { length } = session.received;
      return { status: 308, headers: length === 0 ? {} : { range: `bytes=0-${length - 1}` } };
    }
    files.checkMetadata(session.request, session.metadata);
    session.made = store(session.target, session.metadata, session.received, session.request);
    return { status: 200, body: files.print(session.made, session.request) };
  }

  return {
    handle(request) {
      const { method, url } = request;
      const id = url.searchParams.get('upload_id');
      if (id !== null) return proceed(id, request);
      const target = url.pathname.slice('/upload/drive/v3/files'.length).slice(1) || undefined;
      if (method !== (target === undefined ? 'POST' : 'PATCH')) throw new ApiFailure(405, 'httpMethodNotAllowed', 'Method not allowed');
      switch (url.searchParams.get('uploadType')) {
        case 'multipart':
          return multipart(target, request);
        case 'resumable':
          return begin(target, request);
        default:
          throw badRequest('uploadType is multipart or resumable here');
      }
    },
    open: () => [...sessions].flatMap(([id, { made }]) => (made === undefined ? [id] : [])),
  };
}

function receive(session: Session, { start, end }: { readonly start: number; readonly end: number }, body: Buffer): void {
  if (body.length !== end - start) throw badRequest('Content-Range does not fit the body');
  if (end < session.size && (end - start) % granule !== 0) throw badRequest('Parts are multiples of 256 KiB');
  if (start !== session.received.length) throw new ApiFailure(503, 'backendError', 'The part does not begin where the last one ended');
  session.received = Buffer.concat([session.received, body]);
}

function parseMultipart({ headers, body }: TakenRequest): { readonly metadata: Record<string, unknown>; readonly content: Buffer } {
  const boundary = /^multipart\/related; boundary="?([^";]+)"?$/u.exec(headers['content-type'] ?? '')?.[1];
  if (boundary === undefined) throw badRequest('Content-Type is not multipart/related with a boundary');
  const text = body.toString('latin1');
  const parts = `\r\n${text}`.split(`\r\n--${boundary}`);
  if (parts.length !== 4 || parts[0] !== '' || parts[3]?.trim() !== '--') throw badRequest('Malformed multipart body.');
  const [metadata, content] = parts.slice(1, 3).map((part) => {
    const end = part.indexOf('\r\n\r\n');
    if (end === -1 || !/content-type:/iu.test(part.slice(0, end))) throw badRequest('Malformed multipart body.');
    return Buffer.from(part.slice(end + 4), 'latin1');
  });
  return { metadata: JSON.parse(metadata?.toString() ?? ''), content: content ?? Buffer.alloc(0) };
}
