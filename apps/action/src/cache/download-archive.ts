import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { HttpClient } from '@actions/http-client';

/** An archive on its way from the service. */
export interface ArchiveDownload extends Disposable {
  /** Its bytes from the start, to be read once. A piece is valid until the next one is asked for. */
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** Bytes of a request; one piece. */
const partSize = 4 * 1024 * 1024;
/** So many parts are on their way beside the one that is read. */
const mostAhead = 8;
/** A store that does not serve parts gives pieces of at least this size: each costs the reader a fixed effort. */
const gathered = 1024 * 1024;
const attempts = 3;
const pauseMs = 1000;
/** A part of which nothing comes for so long is asked for again. */
const silenceMs = 30_000;

/** All of a run's archives come through the same connections. */
const http = new HttpClient('datapin', undefined, { keepAlive: true, socketTimeout: silenceMs });

/**
 * Begins to download from a signed address, and resolves when the first part is here. Where the store serves parts (Azure, S3 and act's own do), several
 * are on their way at once, because one connection to such a store is slow; what is read stays in order, and nothing is written to the disk.
 * More parts are asked for as the reader gets ahead: one who only wants the beginning of many archives does not fill the memory.
 * Rejects, as reading does, when a part does not come whole in three attempts. Messages do not name the address, which is a secret.
 */
export async function downloadArchive(url: string): Promise<ArchiveDownload> {
  const abort = new AbortController();
  const { signal } = abort;
  const first = await retried(async () => begin(url, signal), signal);
  return {
    pieces: 'whole' in first ? gather(first.whole) : inParts(url, { ...first, signal }),
    [Symbol.dispose]: () => abort.abort(new Error('the download was given up')),
  };
}

type Beginning = { readonly part: Buffer; readonly total: number } | { readonly whole: IncomingMessage };

async function begin(url: string, signal: AbortSignal): Promise<Beginning> {
  const message = await get(url, { start: 0, end: partSize }, signal);
  switch (message.statusCode) {
    case 200:
      return { whole: message };
    case 206: {
      const total = Number(/^bytes 0-\d+\/(\d+)$/u.exec(message.headers['content-range'] ?? '')?.[1] ?? Number.NaN);
      if (Number.isNaN(total)) throw refusal(message, 'a part of unknown length');
      const part = await readPart(message, Buffer.allocUnsafeSlow(Math.min(partSize, total)));
      return { part, total };
    }
    case 416: // there is no first byte
      message.destroy();
      return { part: Buffer.alloc(0), total: 0 };
    default:
      throw refusal(message);
  }
}

async function* inParts(
  url: string,
  { part, total, signal }: { readonly part: Buffer; readonly total: number; readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  /** Fresh buffers for gigabytes would keep the garbage collector busy. */
  const free: Buffer[] = [];
  const fetchPart = (start: number, end: number): Promise<Buffer> =>
    retried(async () => {
      const message = await get(url, { start, end }, signal);
      if (message.statusCode !== 206) throw refusal(message);
      if (message.headers['content-range'] !== `bytes ${start}-${end - 1}/${total}`) throw refusal(message, 'another part than asked for');
      return readPart(message, (free.pop() ?? Buffer.allocUnsafeSlow(partSize)).subarray(0, end - start));
    }, signal);

  const ahead: Promise<Buffer>[] = [];
  let asked = part.length;
  let given = 0;
  let current: Buffer | undefined = part;
  while (current !== undefined) {
    given += 1;
    while (asked < total && ahead.length < Math.min(mostAhead, 2 * given)) {
      const end = Math.min(total, asked + partSize);
      const coming = fetchPart(asked, end);
      coming.catch(() => {}); // whoever reads that far is told
      ahead.push(coming);
      asked = end;
    }
    yield current;
    if (current.buffer.byteLength === partSize) free.push(Buffer.from(current.buffer));
    current = await ahead.shift();
  }
}

async function* gather(message: IncomingMessage): AsyncGenerator<Uint8Array> {
  let pieces: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    pieces.push(chunk);
    length += chunk.length;
    if (length < gathered) continue;
    yield Buffer.concat(pieces, length);
    pieces = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(pieces, length);
}

/** The answer. Once the signal is aborted, waiting for it and for its body ends with an error. */
async function get(
  url: string,
  { start, end }: { readonly start: number; readonly end: number },
  signal: AbortSignal,
): Promise<IncomingMessage> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const asked = http.get(url, { range: `bytes=${start}-${end - 1}` });
  const stop = (): void => {
    reject(reasonOf(signal));
    void asked.then(({ message }) => message.destroy(reasonOf(signal))).catch(() => {});
  };
  const letGo = (): void => signal.removeEventListener('abort', stop);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { message } = await Promise.race([asked, aborted]);
    message.once('close', letGo);
    message.on('error', () => {}); // it comes out of reading, if anybody reads
    return message;
  } catch (error) {
    letGo();
    throw error;
  }
}

/** Fills the buffer. */
async function readPart(message: IncomingMessage, buffer: Buffer): Promise<Buffer> {
  message.setTimeout(silenceMs, () => message.destroy(new Error(`nothing came for ${silenceMs / 1000} s`)));
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    if (length + chunk.length > buffer.length) throw new Error('a part is longer than announced');
    length += chunk.copy(buffer, length);
  }
  if (length < buffer.length) throw new Error(`a part broke off after ${length} of ${buffer.length} bytes`);
  return buffer;
}

/** An answer that another attempt would not change. */
class Refusal extends Error {}

function refusal(message: IncomingMessage, what = `status ${message.statusCode}`): Error {
  message.destroy();
  const { statusCode = 0 } = message;
  const mayPass = statusCode >= 500 || statusCode === 429 || statusCode === 408;
  return new (mayPass ? Error : Refusal)(`downloading an archive was answered by ${what}`);
}

async function retried<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) throw reasonOf(signal);
      if (error instanceof Refusal || attempt === attempts) throw error;
      await sleep(pauseMs, undefined, { signal });
    }
  }
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}
