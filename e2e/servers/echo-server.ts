import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A server that answers everything in one way and repeats all that it was sent: in headers, as text, XML and JSON. */
export interface EchoServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** How many requests came. */
  readonly count: () => number;
}

export async function startEchoServer(status: number): Promise<EchoServer> {
  let count = 0;
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const said = `${request.method} ${request.url} ${JSON.stringify(request.rawHeaders)} ${await bodyOf(request)}`;
    response.writeHead(status, {
      'content-type': 'application/xml',
      'www-authenticate': `Basic realm="${printable(said)}"`,
      'x-said': printable(said),
      etag: `"${printable(said)}"`,
    });
    response.end(request.method === 'HEAD' ? undefined : refusal(said));
  }
  const server = createServer((request, response) => {
    count += 1;
    void answer(request, response);
  });
  // what a proxy is asked
  server.on('connect', (request, socket) => {
    count += 1;
    const said = printable(`${request.url} ${JSON.stringify(request.rawHeaders)}`);
    socket.end(`HTTP/1.1 407 ${said}\r\nproxy-authenticate: Basic realm="${said}"\r\ncontent-length: 0\r\n\r\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    count: () => count,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('latin1')) body += String(chunk);
  return body.slice(0, 10_000);
}

/** One text that every client takes for its own store's error: XML as S3 and WebDAV write it, with JSON as Google does in it. */
function refusal(said: string): string {
  const text = said.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const json = JSON.stringify({ error: said, error_description: said });
  return `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>${text}</Message><AWSAccessKeyId>${text}</AWSAccessKeyId><d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:message>${text}</s:message></d:error><!-- ${json} --></Error>`;
}

function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]|"/gu, "'").slice(0, 4000);
}
