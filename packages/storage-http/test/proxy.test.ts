import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { openRemote } from './support/open-remote.ts';
import { type ScriptedServer, startScriptedServer } from './support/scripted-server.ts';

let server: ScriptedServer;
let proxy: Server;
let tunnels: string[];
beforeEach(async () => {
  server = await startScriptedServer();
  tunnels = [];
  proxy = createServer().on('connect', ({ url = '' }, socket) => {
    tunnels.push(url);
    const [host, port] = url.split(':');
    const target = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
    socket.on('error', () => target.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  proxy.closeAllConnections();
  proxy.close();
});

async function statBy(env: Readonly<Record<string, string>>): Promise<void> {
  const storage = await openRemote({ url: server.origin, env });
  await storage.stat('key');
  await storage[Symbol.asyncDispose]();
}

const proxyUrl = (): string => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
const host = (): string => server.origin.replace('http://', '');

test.each(['http_proxy', 'HTTP_PROXY'])('requests go through %s', async (variable) => {
  await statBy({ [variable]: proxyUrl() });
  expect(tunnels).toEqual([host()]);
  expect(server.requests).toHaveLength(1);
});

test('no_proxy exempts hosts', async () => {
  await statBy({ http_proxy: proxyUrl(), no_proxy: '127.0.0.1' });
  expect(tunnels).toEqual([]);
  expect(server.requests).toHaveLength(1);
});

test("the process's own proxy is none of the remote's", async () => {
  process.env['http_proxy'] = proxyUrl();
  try {
    await statBy({});
    expect(tunnels).toEqual([]);
  } finally {
    delete process.env['http_proxy'];
  }
});
