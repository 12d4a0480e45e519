import { setTimeout as sleep } from 'node:timers/promises';
import { isStorageError, StorageError, untilAborted } from '@datapin/storage';
import { type ChunkedUpload, sendChunks } from './chunked-upload.ts';
import type { Collections } from './collections.ts';
import { failureError } from './dav-error.ts';
import type { DavRequests } from './dav-requests.ts';
import type { Drafts } from './drafts.ts';
import type { HttpResponse } from './http-connection.ts';
import { lateSignal } from './late-signal.ts';
import { propfind } from './propfind.ts';
import { parentOf } from './resource-path.ts';
import type { OutgoingBody } from './outgoing-body.ts';

type Chunks = Pick<ChunkedUpload, 'folder' | 'source' | 'md5' | 'step'>;

export interface Upload {
  /** Percent-encoded path of the object. */
  readonly path: string;
  readonly subject: string;
  /** The whole in one body, or its chunks where the server takes them. */
  readonly content: OutgoingBody | { readonly chunks: Chunks };
  readonly signal: AbortSignal;
}

export interface Uploader {
  /** Whether objects appear whole; false once the server turned out to have no MOVE. */
  readonly atomic: boolean;
  /** Stores an object. It appears whole, under its name, when it is complete. */
  upload(upload: Upload): Promise<void>;
}

/**
 * How a resource's new name can be told (RFC 4918 §10.3): by its URI, which a server behind a proxy may not take for its own; by its path,
 * which servers of the older RFC 2518 do not take; by the URI that a server has behind a proxy which does its TLS.
 */
const destinationForms: readonly ((origin: string, path: string) => string)[] = [
  (origin, path) => origin + path,
  (_origin, path) => path,
  (origin, path) => origin.replace(/^https:/u, 'http:') + path,
];

/** How long the last step may still take after an abort. */
const graceMs = 5_000;
/** A server may need this long to put the chunks of an object together. */
const assemblyTimeoutMs = 10 * 60 * 1000;
/** A server may be busy with a body that broke off; what it made of it is removed after this time. */
const partialPauseMs = 1_000;

interface Move {
  readonly draft: Draft;
  readonly path: string;
  readonly subject: string;
  readonly signal: AbortSignal;
}

/** Something complete that lacks its name. */
interface Draft {
  readonly path: string;
  /** What is gone once the draft has its name. */
  readonly lies: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly answerTimeoutMs?: number;
}

type Target = Omit<Upload, 'content'>;
type WholeUpload = Target & { readonly content: OutgoingBody };

export interface UploaderParts {
  readonly requests: DavRequests;
  readonly collections: Collections;
  readonly drafts: Drafts;
  readonly warn: (message: string) => void;
}

export function createUploader({ requests, collections, drafts, warn }: UploaderParts): Uploader {
  let moves = true;
  let forms = destinationForms;

  async function upload(request: Upload): Promise<void> {
    const { content, ...target } = request;
    if ('chunks' in content) await uploadChunks(target, content.chunks);
    else if (!moves || !(await uploadByDraft({ ...target, content }))) await uploadInPlace({ ...target, content });
  }

  async function uploadChunks(target: Target, chunks: Chunks): Promise<void> {
    try {
      await sendChunks(requests, { ...target, ...chunks, destination: requests.origin + target.path });
      const headers = { 'oc-total-length': String(chunks.source.size) };
      const draft = { path: `${chunks.folder}.file`, lies: chunks.folder, headers, answerTimeoutMs: assemblyTimeoutMs };
      if (!(await publish(target, draft))) {
        throw new StorageError('unsupported', `${target.subject}: the server took chunks and does not put them together`);
      }
    } catch (error) {
      drafts.abandon(chunks.folder);
      throw error;
    }
  }

  /** Says whether it worked: it does not on a server without MOVE. */
  async function uploadByDraft(request: WholeUpload): Promise<boolean> {
    await untilAborted(collections.ensure(drafts.folder), request.signal);
    const draft = drafts.next();
    await put(request, draft);
    if (await publish(request, { path: draft, lies: draft })) return true;
    moves = false;
    warn('the server cannot rename (MOVE), so an upload that breaks off may leave a part of an object under its name');
    return false;
  }

  /** Sends the body to a path, making the collection above it when the server says that it is missing. */
  async function put({ content, subject, signal }: WholeUpload, path: string): Promise<void> {
    const { size, body } = content;
    const parent = parentOf(path) ?? '/';
    const headers = { 'content-length': String(size), 'content-type': 'application/octet-stream' };
    if (collections.isMissing(parent)) await untilAborted(collections.ensure(parent), signal);
    let response = await requests.send({ method: 'PUT', path, subject, headers, body, signal, accept: [404, 409] });
    if (isParentMissing(response)) {
      response.body.drop();
      collections.forget(parent);
      await untilAborted(collections.ensure(parent), signal);
      response = await requests.send({ method: 'PUT', path, subject, headers, body, signal });
    }
    response.body.drop();
  }

  /** Gives a draft its name. Says whether it worked. What happened to a step whose answer was lost is looked up. */
  async function publish({ path, subject, signal }: Target, draft: Draft): Promise<boolean> {
    const parent = parentOf(path) ?? '/';
    if (collections.isMissing(parent)) await untilAborted(collections.ensure(parent), signal);
    // past this point an abort comes too late: the object is there, or will be in a moment
    signal.throwIfAborted();
    using late = lateSignal(signal, graceMs);
    try {
      let status = await move({ draft, path, subject, signal: late.signal });
      // 409 by RFC 4918 §9.9.4; 403 from Go's servers, 500 from Apache when more than one is missing
      if ([403, 404, 409, 500].includes(status)) {
        await collections.ensure(parent);
        status = await move({ draft, path, subject, signal: late.signal });
        if (status === 404) throw new StorageError('interrupted', `${subject}: the upload vanished before it was complete`, { status });
      }
      if (status === 405 || status === 501) return false;
      if (status >= 300) throw failureError({ status, headers: {}, text: '' }, subject);
      return true;
    } catch (error) {
      if (isStorageError(error) && !isAnswer(error) && (await isGone(draft.lies))) return true;
      throw error;
    }
  }

  /** Which form a server understands shows when it is tried; it comes first from then on. */
  async function move(step: Move): Promise<number> {
    let status = 400;
    for (const form of forms) {
      status = await moveTo(step, form(requests.origin, step.path));
      if (status === 400 || status === 502) continue;
      if (status < 300) forms = [form, ...forms.filter((other) => other !== form)];
      break;
    }
    return status;
  }

  async function moveTo({ draft, subject, signal }: Move, destination: string): Promise<number> {
    const headers = { ...draft.headers, destination, overwrite: 'T' };
    const { path, answerTimeoutMs } = draft;
    const response = await requests.send({
      method: 'MOVE',
      path,
      answerTimeoutMs,
      headers,
      subject,
      signal,
      accept: [400, 403, 404, 405, 409, 500, 501, 502],
    });
    response.body.drop();
    // RFC 4918 §9.9.4: with 207 a part of it did not work
    return response.status === 207 ? 500 : response.status;
  }

  async function isGone(path: string): Promise<boolean> {
    try {
      return (await propfind(requests, { path, depth: '0', signal: AbortSignal.timeout(graceMs) })) === undefined;
    } catch {
      return false;
    }
  }

  /** The object gets its bytes under its own name. What a body that broke off leaves there is removed, with what was there before. */
  async function uploadInPlace(request: WholeUpload): Promise<void> {
    try {
      await put(request, request.path);
    } catch (error) {
      // a refusal with a status came before the server stored anything
      if (!isAnswer(error)) await removePartial(request.path);
      throw error;
    }
  }

  async function removePartial(path: string): Promise<void> {
    for (const pause of [0, partialPauseMs]) {
      await sleep(pause);
      try {
        const response = await requests.send({ method: 'DELETE', path, accept: [404], signal: AbortSignal.timeout(graceMs) });
        response.body.drop();
      } catch {
        // why the upload failed is what the caller wants to know
      }
    }
  }

  return {
    get atomic() {
      return moves;
    },
    upload,
  };
}

/** Whether it is what the server answered; other failures leave open what it did. */
function isAnswer(error: unknown): boolean {
  return isStorageError(error) && error.status !== undefined;
}

function isParentMissing({ status }: HttpResponse): boolean {
  return status === 404 || status === 409;
}
