/**
 * A program: google-drive-mock on a free port of 127.0.0.1, which it prints. One thing is put right in front of the mock: it reads multipart uploads as text,
 * which loses every byte above 127. They are taken apart here and handed to its own store.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { createApp } from 'google-drive-mock';
import { driveStore } from 'google-drive-mock/dist/store.js';

const app = createApp();
const server = createServer((request, response) => {
  const isMultipart = request.url?.startsWith('/upload/') === true && request.url.includes('uploadType=multipart');
  if (!isMultipart || request.headers.authorization !== 'Bearer valid-token') return app(request, response);
  store(request, response).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);

async function store(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const boundary = /boundary=(.+)$/u.exec(request.headers['content-type'] ?? '')?.[1] ?? '';
  const [, first = '', second = ''] = `\r\n${Buffer.concat(chunks).toString('latin1')}`.split(`\r\n--${boundary}`);
  const bodyOf = (part: string): Buffer => Buffer.from(part.slice(part.indexOf('\r\n\r\n') + 4), 'latin1');
  const metadata: { name: string } = JSON.parse(bodyOf(first).toString());
  const content = bodyOf(second);
  const id = /\/files\/([^?]+)/u.exec(request.url ?? '')?.[1];
  const file =
    id === undefined ? driveStore.createFile({ ...metadata, content }) : driveStore.updateFile(decodeURIComponent(id), { content });
  const { content: _content, ...shown } = file ?? { content };
  response.writeHead(file === null ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(shown));
}
