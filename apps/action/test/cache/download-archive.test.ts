import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { afterEach, expect, test } from 'vitest';

import { downloadArchive } from '../../src/cache/download-archive.ts';

const partSize = 4 * 1024 * 1024;
const archive = randomBytes(3 * partSize + 1000);

type Handler = (request: IncomingMessage, response: ServerResponse, range: { readonly start: number; readonly end: number }) => void;

let close = (): void => {};
afterEach(() => close());

/** A store that answers as told; its signed address, and the starts of the parts that were asked for. */
async function store(handler: Handler): Promise<{ readonly url: string; readonly asked: readonly number[] }> {
  const asked: number[] = [];
  const server = createServer((request, response) => {
    const [, start, last] = /^bytes=(\d+)-(\d+)$/u.exec(request.headers.range ?? '') ?? [];
    asked.push(Number(start));
    handler(request, response, { start: Number(start), end: Number(last) + 1 });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/blob?sig=secret`, asked };
}

/** Serves parts of bytes. */
function parts(bytes: Buffer): Handler {
  return (_request, response, { start, end }) => {
    const part = bytes.subarray(start, end);
    response
      .writeHead(206, { 'content-range': `bytes ${start}-${start + part.length - 1}/${bytes.length}`, 'content-length': part.length })
      .end(part);
  };
}

/** A handler that answers by itself for the first `times` requests that begin at `at`. */
function failing(at: number, times: number, fail: (response: ServerResponse) => void, otherwise = parts(archive)): Handler {
  let left = times;
  return (request, response, range) => {
    if (range.start === at && left-- > 0) fail(response);
    else otherwise(request, response, range);
  };
}

async function readAll(url: string): Promise<Buffer> {
  using download = await downloadArchive(url);
  const pieces: Buffer[] = [];
  for await (const piece of download.pieces) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

test.for([1, 1000, partSize - 1, partSize, partSize + 1, 12 * partSize + 5])('%i bytes come in parts, in their order', async (size) => {
  const bytes = randomBytes(size);
  const { url, asked } = await store(parts(bytes));
  expect((await readAll(url)).equals(bytes)).toBe(true);
  expect(asked.toSorted((a, b) => a - b)).toEqual(Array.from({ length: Math.ceil(size / partSize) }, (_, index) => index * partSize));
});

test('parts that overtake each other are put in order', async () => {
  const delayed: Handler = (request, response, range) => {
    setTimeout(() => parts(archive)(request, response, range), range.start === partSize ? 200 : 0);
  };
  const { url } = await store(delayed);
  expect((await readAll(url)).equals(archive)).toBe(true);
});

test('a store that serves no parts sends everything at once', async () => {
  const { url, asked } = await store(
    (_request, response) => void response.writeHead(200, { 'content-length': archive.length }).end(archive),
  );
  expect((await readAll(url)).equals(archive)).toBe(true);
  expect(asked).toHaveLength(1);
});

test('nothing comes of an archive without bytes', async () => {
  const { url } = await store((_request, response) => void response.writeHead(416, { 'content-range': 'bytes */0' }).end());
  expect(await readAll(url)).toHaveLength(0);
});

test('who only wants the beginning asks for little more', async () => {
  const { url, asked } = await store(parts(randomBytes(20 * partSize)));
  {
    using download = await downloadArchive(url);
    for await (const piece of download.pieces) {
      expect(piece).toHaveLength(partSize);
      break;
    }
  }
  expect(asked.length).toBeLessThanOrEqual(3);
});

test.for<readonly [string, (response: ServerResponse) => void]>([
  ['status 503', (response) => void response.writeHead(503).end()],
  ['a connection that breaks', (response) => void response.destroy()],
  [
    'a part that breaks off',
    (response) => {
      response.writeHead(206, { 'content-range': `bytes ${partSize}-${2 * partSize - 1}/${archive.length}`, 'content-length': partSize });
      response.write(archive.subarray(0, 1000), () => response.destroy());
    },
  ],
])('%s is tried again', async ([, fail]) => {
  const { url } = await store(failing(partSize, 1, fail));
  expect((await readAll(url)).equals(archive)).toBe(true);
});

test.for<readonly [string, number, (response: ServerResponse) => void]>([
  ['404', 0, (response) => void response.writeHead(404).end()],
  ['403 in the middle: the address has expired', partSize, (response) => void response.writeHead(403).end()],
  [
    'another part than asked for',
    partSize,
    (response) =>
      void response.writeHead(206, { 'content-range': `bytes 0-${partSize - 1}/${archive.length}` }).end(archive.subarray(0, partSize)),
  ],
  ['200 in the middle', partSize, (response) => void response.writeHead(200).end(archive)],
])('%s is an error at once', async ([, at, fail]) => {
  const { url, asked } = await store(failing(at, Number.POSITIVE_INFINITY, fail));
  await expect(readAll(url)).rejects.toThrow('downloading an archive was answered by');
  expect(asked.filter((start) => start === at)).toHaveLength(1);
});

test('what stays broken is an error after three attempts, which does not tell the address', async () => {
  const { url, asked } = await store(failing(partSize, Number.POSITIVE_INFINITY, (response) => void response.writeHead(500).end()));
  const error = await readAll(url).catch((caught: unknown) => caught);
  expect(asked.filter((start) => start === partSize)).toHaveLength(3);
  expect(String(error)).toContain('status 500');
  expect(String(error)).not.toContain('secret');
});

test('one that is given up ends what is on its way', async () => {
  const { url } = await store(failing(partSize, 1, () => {}));
  using download = await downloadArchive(url);
  const pieces = download.pieces[Symbol.asyncIterator]();
  expect((await pieces.next()).value).toHaveLength(partSize);
  const waiting = pieces.next();
  setTimeout(() => download[Symbol.dispose](), 50);
  await expect(waiting).rejects.toThrow('given up');
});
