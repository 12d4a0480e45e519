import {
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Fault } from './fault.ts';

/** One request on its way through the proxy. */
export interface Exchange {
  readonly origin: string;
  readonly agent: Agent;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly fault: Fault | undefined;
  /** Connections that are kept open without anything happening on them. */
  readonly stalled: Set<Socket>;
  readonly record: { bytesAnswered: number };
}

/** Answers a request as its fault says, or passes it on. */
export function serve(exchange: Exchange): void {
  const { incoming, outgoing, fault, stalled } = exchange;
  switch (fault?.kind) {
    case 'status':
      if (fault.early === true) answerEarly(exchange, fault);
      // otherwise the request is taken in first: an answer in the middle of an upload is another fault
      else incoming.resume().once('end', () => answer(outgoing, fault));
      return;
    case 'echo':
      void echo(exchange, fault.status);
      return;
    case 'redirect': {
      const location = new URL(incoming.url ?? '/', fault.to).href;
      incoming.resume().once('end', () => answer(outgoing, { status: fault.status ?? 302, headers: { location } }));
      return;
    }
    case 'silence':
      stalled.add(incoming.socket);
      incoming.resume();
      return;
    case 'reset':
      incoming.socket.resetAndDestroy();
      return;
    case 'hang-up':
      incoming.resume().once('end', () => incoming.socket.end());
      return;
    case 'garbage':
      incoming.resume().once('end', () => incoming.socket.end('220 files.example.com ready\r\n'));
      return;
    default:
      forward(exchange);
  }
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function answer(outgoing: ServerResponse, { status, headers = {}, body = '' }: Answer): void {
  // these have no body, and none may be announced
  const bodiless = status === 204 || status === 304;
  outgoing.writeHead(status, bodiless ? headers : { 'content-length': String(Buffer.byteLength(body)), ...headers });
  outgoing.end(outgoing.req.method === 'HEAD' || bodiless ? undefined : body);
}

/** Nobody reads the rest of the request: the connection ends with the answer. */
function answerEarly({ incoming, outgoing }: Exchange, { status, headers, body }: Answer): void {
  answer(outgoing, { status, headers: { ...headers, connection: 'close' }, ...(body === undefined ? {} : { body }) });
  // what is on its way is let in for a moment: a reset would take the answer away before it was read
  incoming.resume();
  outgoing.once('finish', () => setTimeout(() => incoming.socket.destroy(), 200).unref());
}

async function echo({ incoming, outgoing }: Exchange, status: number): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk as Uint8Array));
  const lines = incoming.rawHeaders.flatMap((name, index, all) => (index % 2 === 0 ? [`${name}: ${all[index + 1]}`] : []));
  const text = [`${incoming.method} ${incoming.url}`, ...lines, Buffer.concat(chunks).toString('latin1').slice(0, 2000)].join('\n');
  // some clients show the reason phrase, others the body
  outgoing.statusMessage = lines.find((line) => /^authorization/iu.test(line))?.replaceAll(/[^\x20-\x7e]/gu, '?') ?? 'Refused';
  answer(outgoing, { status, headers: { 'content-type': 'text/plain' }, body: text });
}

function forward(exchange: Exchange): void {
  const { incoming, outgoing, fault } = exchange;
  const upstream = requestUpstream(exchange);
  upstream.once('response', (response) => {
    if (fault?.kind === 'lost-answer') response.resume().once('end', () => incoming.socket.resetAndDestroy());
    else if (fault?.kind === 'delay') setTimeout(() => relay(exchange, response), fault.ms);
    else relay(exchange, response);
  });
  upstream.once('error', () => outgoing.destroy());
  outgoing.once('close', () => upstream.destroy());
  let received = 0;
  incoming.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (fault?.kind === 'cut-upload' && received > fault.after) {
      upstream.destroy();
      incoming.socket.resetAndDestroy();
    } else if (!upstream.write(chunk)) {
      incoming.pause();
      upstream.once('drain', () => incoming.resume());
    }
  });
  incoming.once('end', () => upstream.end());
}

function requestUpstream({ origin, agent, incoming, fault }: Exchange): ClientRequest {
  const { protocol, hostname, port } = new URL(origin);
  const { expect: _, ...sent } = incoming.headers;
  const headers: OutgoingHttpHeaders = { ...sent };
  if (fault?.kind === 'request-headers') {
    for (const [name, value] of Object.entries(fault.headers)) {
      if (value === undefined) delete headers[name];
      else headers[name] = value;
    }
  }
  const options = { hostname, port, agent, method: incoming.method ?? 'GET', path: incoming.url ?? '/', headers };
  return protocol === 'https:' ? httpsRequest(options) : httpRequest(options);
}

function relay(exchange: Exchange, response: IncomingMessage): void {
  const { outgoing, fault, record } = exchange;
  if (fault?.kind === 'body') {
    response.resume().once('end', () => answer(outgoing, { status: 200, headers: { 'content-type': 'text/html' }, body: fault.body }));
    return;
  }
  outgoing.writeHead(response.statusCode ?? 502, answerHeaders(response, fault));
  if (fault?.kind === 'drip') {
    void drip(exchange, response, fault);
    return;
  }
  let position = 0;
  let broken = false;
  response.on('data', (chunk: Buffer) => {
    if (broken) return;
    const start = position;
    position += chunk.length;
    if ((fault?.kind === 'cut' || fault?.kind === 'stall') && position > fault.after) {
      broken = true;
      breakOff(exchange, response, chunk.subarray(0, Math.max(0, fault.after - start)));
      return;
    }
    if (fault?.kind === 'corrupt' && fault.at >= start && fault.at < position) {
      const at = fault.at - start;
      chunk.writeUInt8(chunk.readUInt8(at) ^ 0x01, at);
    }
    record.bytesAnswered += chunk.length;
    if (outgoing.write(chunk)) return;
    response.pause();
    outgoing.once('drain', () => response.resume());
  });
  // the end may be on its way when an answer breaks off before it
  response.once('end', () => broken || outgoing.end());
  response.once('error', () => broken || outgoing.destroy());
}

/** Sends the last bytes of an answer that breaks or stalls here. */
function breakOff({ outgoing, fault, stalled, record }: Exchange, response: IncomingMessage, last: Uint8Array): void {
  if (fault?.kind === 'stall' && outgoing.socket !== null) stalled.add(outgoing.socket);
  record.bytesAnswered += last.length;
  if (last.length === 0) outgoing.flushHeaders();
  outgoing.write(last, () => fault?.kind === 'cut' && outgoing.destroy());
  response.destroy();
}

function answerHeaders(response: IncomingMessage, fault: Fault | undefined): OutgoingHttpHeaders {
  const { 'transfer-encoding': _, ...headers } = response.headers;
  if (fault?.kind === 'answer-headers') return { ...headers, ...fault.headers };
  if (fault?.kind !== 'wrong-length') return headers;
  const length = String(Math.max(0, Number(headers['content-length']) + fault.by));
  // bytes too many stay on the connection, where they might be taken for the next answer
  return { ...headers, 'content-length': length, connection: fault.by > 0 ? 'close' : 'keep-alive' };
}

async function drip(
  { outgoing, record }: Exchange,
  response: IncomingMessage,
  { bytes, everyMs }: Fault & { kind: 'drip' },
): Promise<void> {
  try {
    for await (const chunk of response) {
      const whole = Buffer.from(chunk as Uint8Array);
      for (let start = 0; start < whole.length; start += bytes) {
        if (outgoing.destroyed) return;
        outgoing.write(whole.subarray(start, start + bytes));
        record.bytesAnswered += Math.min(bytes, whole.length - start);
        await sleep(everyMs);
      }
    }
    outgoing.end();
  } catch {
    outgoing.destroy();
  }
}
