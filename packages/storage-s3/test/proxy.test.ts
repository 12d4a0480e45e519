import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { openRemote, someKeys } from './support/open-remote.ts';
import { type Recorder, startRecorder } from './support/recorder.ts';

let recorder: Recorder;
let proxy: Server;
let tunnels: string[];
beforeEach(async () => {
  recorder = await startRecorder();
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
  await recorder[Symbol.asyncDispose]();
  proxy.closeAllConnections();
  proxy.close();
});

async function statBy(env: Readonly<Record<string, string>>): Promise<void> {
  const storage = await openRemote({ options: { ...someKeys, endpointurl: recorder.endpoint }, env });
  await storage.stat('key');
  await storage[Symbol.asyncDispose]();
}

const proxyUrl = (): string => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;

test.each(['http_proxy', 'HTTP_PROXY'])('requests go through %s', async (variable) => {
  await statBy({ [variable]: proxyUrl() });
  expect(tunnels).toEqual([`127.0.0.1:${recorder.port}`]);
  expect(recorder.requests).toHaveLength(1);
});

test('no_proxy exempts hosts', async () => {
  await statBy({ http_proxy: proxyUrl(), no_proxy: '127.0.0.1' });
  expect(tunnels).toEqual([]);
  expect(recorder.requests).toHaveLength(1);
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
