import { type Answer, ApiFailure, badRequest, notFound, type TakenRequest } from './answer.ts';
import { applyFields, type FieldTree } from './field-mask.ts';
import { type FileStore, folderType, md5Of, type StoredFile } from './file-store.ts';
import { parseQuery } from './query-grammar.ts';

export interface FilesApiOptions {
  readonly store: FileStore;
  /** Files show in listings this long after they changed; questions by name see them at once. */
  readonly listingLagMs: number;
  /** The account is a service account, which has no storage of its own. */
  readonly withoutQuota: boolean;
  /** The account may use the trash, but not delete for good, like a content manager of a shared drive. */
  readonly mayNotDelete: boolean;
  /** Pages hold at most so many files, whatever was asked for: the reference allows that. */
  readonly largestPage: number;
  /** Answers to downloads in Drive's own terms, by file id: `downloadQuotaExceeded`. */
  readonly refusedDownloads: ReadonlySet<string>;
}

/** `/drive/v3/files…`, from the reference at developers.google.com/workspace/drive/api/reference/rest/v3/files. */
export interface FilesApi {
  handle(request: TakenRequest): Answer;
  /** Checks what a create or update says of a file. */
  checkMetadata(request: TakenRequest, metadata: Readonly<Record<string, unknown>>): void;
  /** Makes the file that a create asks for. */
  create(metadata: Readonly<Record<string, unknown>>, content: Buffer | undefined): StoredFile;
  file(id: string, request: TakenRequest): StoredFile;
  print(file: StoredFile, request: TakenRequest): object;
}

const fileFields: FieldTree = Object.fromEntries(
  ['kind', 'id', 'name', 'mimeType', 'size', 'md5Checksum', 'parents', 'createdTime', 'modifiedTime', 'trashed', 'driveId', 'version'].map(
    (name) => [name, true],
  ),
);
const listFields: FieldTree = { kind: true, nextPageToken: true, incompleteSearch: true, files: fileFields };
const commonParameters = ['alt', 'fields', 'key', 'prettyPrint', 'supportsAllDrives', 'uploadType'];

function checkParameters({ url }: TakenRequest, known: readonly string[]): void {
  for (const name of url.searchParams.keys()) {
    if (![...commonParameters, ...known].includes(name)) throw badRequest(`Unknown parameter ${name}`, 'unknownParameter');
  }
}

export function createFilesApi({
  store,
  listingLagMs,
  withoutQuota,
  mayNotDelete,
  largestPage,
  refusedDownloads,
}: FilesApiOptions): FilesApi {
  const generated = new Set<string>();

  function file(id: string, request: TakenRequest): StoredFile {
    const found = store.get(id);
    // without the parameter, files of shared drives do not exist
    const visible = found !== undefined && (found.driveId === undefined || request.url.searchParams.get('supportsAllDrives') === 'true');
    if (!visible || found === undefined) throw notFound(id);
    return found;
  }

  function resource(stored: StoredFile): Record<string, unknown> {
    const { content } = stored;
    return {
      kind: 'drive#file',
      id: stored.id,
      name: stored.name,
      mimeType: stored.mimeType,
      parents: stored.parents,
      trashed: store.isTrashed(stored),
      createdTime: new Date(stored.created).toISOString(),
      modifiedTime: new Date(stored.changed).toISOString(),
      ...(content === undefined ? {} : { size: String(content.length), md5Checksum: md5Of(content) }),
      ...(stored.driveId === undefined ? {} : { driveId: stored.driveId }),
    };
  }

  function masked(value: Record<string, unknown>, request: TakenRequest, known: FieldTree): object {
    try {
      return applyFields(value, request.url.searchParams.get('fields'), known);
    } catch (error) {
      throw badRequest(error instanceof Error ? error.message : 'Invalid field selection', 'invalidParameter');
    }
  }

  function list(request: TakenRequest): Answer {
    const { searchParams } = request.url;
    checkParameters(request, ['q', 'pageSize', 'pageToken', 'spaces', 'corpora', 'driveId', 'includeItemsFromAllDrives', 'orderBy']);
    const asked = Number(searchParams.get('pageSize') ?? 100);
    if (!Number.isInteger(asked) || asked < 1 || asked > 1000) throw badRequest(`Invalid value ${asked} for pageSize`, 'invalidParameter');
    const size = Math.min(asked, largestPage);
    const corpora = searchParams.get('corpora');
    const driveId = searchParams.get('driveId');
    if ((corpora === 'drive') !== (driveId !== null)) throw badRequest('driveId and corpora=drive belong together');
    const text = searchParams.get('q') ?? '';
    if (text.length > 16_000) throw badRequest('The query is too long');
    const query = readQuery(text);
    for (const id of query.parents) if (store.get(id) === undefined) throw notFound('.');
    const parents = new Set([...query.parents].map((id) => store.get(id)?.id));
    const now = Date.now();
    const all = [...store.files.values()].filter((stored) => {
      if (stored.parents.length === 0) return false;
      if (driveId !== null && stored.driveId !== driveId) return false;
      const shows = stored.driveId === undefined || searchParams.get('includeItemsFromAllDrives') === 'true';
      if (!shows || (!query.asksForName && now - stored.changed < listingLagMs)) return false;
      const aliased = {
        ...stored,
        trashed: store.isTrashed(stored),
        parents: stored.parents.flatMap((id) => (parents.has(id) ? [id, ...aliasesOf(id)] : [id])),
      };
      return query.matches(aliased);
    });
    const start = pageStart(searchParams.get('pageToken'), text);
    const page = all.slice(start, start + size);
    const next =
      start + size < all.length ? Buffer.from(JSON.stringify({ start: start + size, q: text })).toString('base64url') : undefined;
    const body = {
      kind: 'drive#fileList',
      incompleteSearch: false,
      files: page.map(resource),
      ...(next === undefined ? {} : { nextPageToken: next }),
    };
    return { status: 200, body: masked(body, request, listFields) };
  }

  function aliasesOf(id: string): readonly string[] {
    return id === store.rootId ? ['root'] : id === store.appDataId ? ['appDataFolder'] : [];
  }

  function checkMetadata(request: TakenRequest, metadata: Readonly<Record<string, unknown>>): void {
    for (const name of Object.keys(metadata)) {
      if (!['name', 'mimeType', 'parents', 'id', 'trashed'].includes(name)) throw badRequest(`Unknown field ${name}`);
    }
    const { parents, id } = metadata;
    if (parents !== undefined) {
      if (!Array.isArray(parents) || parents.length !== 1) throw badRequest('A file has one parent');
      const parent = file(String(parents[0]), request);
      if (parent.mimeType !== folderType) throw badRequest('The specified parent is not a folder', 'parentNotAFolder');
      if (withoutQuota && parent.driveId === undefined && metadata['mimeType'] !== folderType) {
        throw new ApiFailure(
          403,
          'storageQuotaExceeded',
          'Service Accounts do not have storage quota. Leverage shared drives (https://developers.google.com/workspace/drive/api/guides/about-shareddrives), or use OAuth delegation instead.',
        );
      }
    }
    if (id === undefined) return;
    if (metadata['mimeType'] === folderType) throw badRequest('The reference says nothing of ids for folders');
    if (typeof id !== 'string' || !generated.has(id)) throw badRequest('The provided file ID is not usable', 'invalid');
    if (store.files.has(id)) throw new ApiFailure(409, 'fileIdInUse', 'A file already exists with the provided ID.');
  }

  function create(metadata: Readonly<Record<string, unknown>>, content: Buffer | undefined): StoredFile {
    const { name, mimeType, parents, id } = metadata;
    const parent = Array.isArray(parents) ? (store.get(String(parents[0]))?.id ?? store.rootId) : store.rootId;
    return store.create(
      {
        name: typeof name === 'string' && name !== '' ? name : 'Untitled',
        mimeType: typeof mimeType === 'string' ? mimeType : 'application/octet-stream',
        parents: [parent],
        content,
      },
      typeof id === 'string' ? id : undefined,
    );
  }

  function download(stored: StoredFile, request: TakenRequest): Answer {
    checkParameters(request, ['acknowledgeAbuse']);
    if (stored.content === undefined)
      throw new ApiFailure(
        403,
        'fileNotDownloadable',
        'Only files with binary content can be downloaded. Use Export with Docs Editors files.',
      );
    if (stored.abusive && request.url.searchParams.get('acknowledgeAbuse') !== 'true') {
      throw new ApiFailure(403, 'cannotDownloadAbusiveFile', 'This file has been identified as malware or spam and cannot be downloaded.');
    }
    if (refusedDownloads.has(stored.id)) {
      throw new ApiFailure(403, 'downloadQuotaExceeded', 'The download quota for this file has been exceeded.');
    }
    const { range } = request.headers;
    const { length } = stored.content;
    if (range === undefined) return { status: 200, headers: { 'content-type': stored.mimeType }, body: stored.content };
    const match = /^bytes=(\d+)-(\d+)$/u.exec(range);
    const start = Number(match?.[1]);
    const end = Math.min(Number(match?.[2]) + 1, length);
    if (match === null || start >= length) throw new ApiFailure(416, 'requestedRangeNotSatisfiable', 'Request range not satisfiable');
    return {
      status: 206,
      headers: { 'content-type': stored.mimeType, 'content-range': `bytes ${start}-${end - 1}/${length}` },
      body: stored.content.subarray(start, end),
    };
  }

  function handle(request: TakenRequest): Answer {
    const { method, url } = request;
    const rest = url.pathname.slice('/drive/v3/files'.length);
    if (rest === '' && method === 'GET') return list(request);
    if (rest === '' && method === 'POST') {
      checkParameters(request, []);
      const metadata: Record<string, unknown> = JSON.parse(request.body.toString());
      checkMetadata(request, metadata);
      return { status: 200, body: masked(resource(create(metadata, undefined)), request, fileFields) };
    }
    if (rest === '/generateIds' && method === 'GET') {
      checkParameters(request, ['count', 'space', 'type']);
      const count = Number(url.searchParams.get('count') ?? 10);
      if (!(count >= 1 && count <= 1000)) throw badRequest('count is 1 to 1000', 'invalidParameter');
      const ids = Array.from({ length: count }, () => store.newId());
      for (const id of ids) generated.add(id);
      return { status: 200, body: { ids } };
    }
    const stored = file(decodeURIComponent(rest.slice(1)), request);
    switch (method) {
      case 'GET':
        if (url.searchParams.get('alt') === 'media') return download(stored, request);
        checkParameters(request, []);
        return { status: 200, body: masked(resource(stored), request, fileFields) };
      case 'PATCH': {
        checkParameters(request, []);
        const metadata: Record<string, unknown> = JSON.parse(request.body.toString());
        checkMetadata(request, metadata);
        if (typeof metadata['trashed'] === 'boolean') stored.trashed = metadata['trashed'];
        return { status: 200, body: masked(resource(stored), request, fileFields) };
      }
      case 'DELETE':
        checkParameters(request, []);
        if (mayNotDelete) {
          throw new ApiFailure(403, 'insufficientFilePermissions', 'The user does not have sufficient permissions for this file.');
        }
        store.delete(stored.id);
        return { status: 204 };
      default:
        throw new ApiFailure(405, 'httpMethodNotAllowed', 'Method not allowed');
    }
  }

  return { handle, checkMetadata, create, file, print: (stored, request) => masked(resource(stored), request, fileFields) };
}

function readQuery(text: string): ReturnType<typeof parseQuery> {
  try {
    return parseQuery(text);
  } catch {
    throw badRequest('Invalid Value', 'invalid');
  }
}

function pageStart(token: string | null, query: string): number {
  if (token === null) return 0;
  const { start, q }: { start: number; q: string } = JSON.parse(Buffer.from(token, 'base64url').toString());
  if (q !== query) throw badRequest('The page token is of another query', 'invalidParameter');
  return start;
}
