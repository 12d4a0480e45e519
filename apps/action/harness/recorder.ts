import { once } from 'node:events';
import { createServer } from 'node:http';

/** A server that writes down all that it is sent and gives nothing. */
export interface Recorder extends AsyncDisposable {
  readonly url: string;
  /** Request lines, headers and bodies, of everybody and from the start. */
  readonly heard: () => string;
}

export async function startRecorder(): Promise<Recorder> {
  let heard = '';
  const server = createServer((request, response) => {
    heard += `${request.method} ${request.url}\n${request.rawHeaders.join('\n')}\n`;
    request.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
    request.on('end', () => {
      // asks for a password, in case that somebody gives one away
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"', 'content-length': 0 }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    heard: () => heard,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
