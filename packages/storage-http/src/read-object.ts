import { createBrotliDecompress, createInflate, createUnzip } from 'node:zlib';
import { Readable, type Transform } from 'node:stream';
import { type ByteRange, type ByteStream, type ReadOptions, StorageError } from '@datapin/storage';
import type { HttpRequests } from './http-requests.ts';
import type { HttpResponse } from './http-transport.ts';
import type { RangeSupport } from './range-support.ts';

/** Opens an object or a range of it. A server that ignores ranges is read from the start, and the range cut out of what it sends. */
export async function readObject(
  requests: HttpRequests,
  ranges: RangeSupport,
  key: string,
  { range, signal }: ReadOptions,
): Promise<ByteStream> {
  if (range === undefined) {
    const response = await requests.send({ method: 'GET', key, signal });
    ranges.learn(response);
    return decoded(response, key);
  }
  const { start, end } = range;
  const response = await requests.send({ method: 'GET', key, headers: { range: `bytes=${start}-${end - 1}` }, signal });
  ranges.learn(response, { asked: true });
  if (response.status !== 206) return cutOut(decoded(response, key), range, key);
  const problem = rangeProblem(response, range);
  if (problem !== undefined) {
    await response.drop();
    throw new StorageError(problem, `object ${key}: the server did not answer with the part asked for`, { status: response.status });
  }
  return cutOut(response.body(), { start: 0, end: end - start }, key);
}

/** A part was asked for, so another one will not do, nor less (the object got shorter). */
function rangeProblem({ headers }: HttpResponse, { start, end }: ByteRange): 'unsupported' | 'interrupted' | undefined {
  const answered = /^bytes (\d+)-(\d+)\//u.exec(headers['content-range'] ?? '');
  if (answered === null || isEncoded(headers['content-encoding'])) return 'unsupported';
  if (Number(answered[1]) !== start || Number(answered[2]) >= end) return 'unsupported';
  return Number(answered[2]) === end - 1 ? undefined : 'interrupted';
}

async function* cutOut(
  body: AsyncIterable<Uint8Array>,
  { start, end }: ByteRange,
  key: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = 0;
  for await (const chunk of body) {
    const from = Math.max(start - at, 0);
    const to = Math.min(end - at, chunk.length);
    at += chunk.length;
    if (from < to) yield from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to);
    if (at >= end) return;
  }
  throw new StorageError('interrupted', `object ${key} ends after ${at} bytes`);
}

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createUnzip,
  'x-gzip': createUnzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * The body as the resource it stands for. Servers that compress although they were asked not to (`Content-Encoding`) are undone, as DVC's HTTP library
 * does: what DVC stored and imported are the plain bytes.
 */
export function decoded(response: HttpResponse, key: string): AsyncIterable<Uint8Array> {
  const encoding = response.headers['content-encoding'];
  if (!isEncoded(encoding)) return response.body();
  const decoder = decoders[String(encoding).trim().toLowerCase()];
  if (decoder === undefined) throw new StorageError('unsupported', `object ${key}: the server sends it as ${String(encoding)}`);
  return decompressed(response, decoder(), key);
}

async function* decompressed(response: HttpResponse, decoder: Transform, key: string): AsyncGenerator<Uint8Array, void, undefined> {
  let failure: unknown;
  const source = Readable.from(response.body());
  source.on('error', (error) => {
    failure = error;
    decoder.destroy(error);
  });
  try {
    yield* source.pipe(decoder);
  } catch (cause) {
    if (failure !== undefined) throw failure;
    throw new StorageError('interrupted', `object ${key}: the server sends it compressed, and it cannot be unpacked`, { cause });
  } finally {
    source.destroy();
    decoder.destroy();
  }
}

/** Whether the bytes sent are not those of the object. */
export function isEncoded(encoding: string | readonly string[] | undefined): boolean {
  return encoding !== undefined && encoding !== '' && String(encoding).trim().toLowerCase() !== 'identity';
}
