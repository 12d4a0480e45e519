import type { IncomingHttpHeaders } from 'node:http';
import type { ByteStream } from '@datapin/storage';
import type { Dispatcher } from 'undici';

/** An answer whose headers have arrived. The body has to be read or cancelled; it can be read once. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: ResponseBody;
}

export interface ResponseBody extends ByteStream {
  /** For a body that nobody wants: gives the connection up if bytes are still to come. */
  cancel(): void;
  /** For a body of a few bytes that nobody wants: lets it pass and keeps the connection. */
  ignore(): void;
  /** The whole body. Longer ones than `limit` bytes are cut there and cancelled. */
  collect(limit?: number): Promise<Buffer>;
}

/** Bytes that may wait for a reader before the connection is paused. */
const highWaterMark = 512 * 1024;

type Pull = { resolve(result: IteratorResult<Uint8Array, undefined>): void; reject(reason: unknown): void };

/**
 * One request's way through undici's lowest level, `dispatch`: no stream objects are made, which is most of what a small object
 * costs otherwise. Turns callbacks into a promise of the headers and an iterator of the body; pauses the connection while nobody reads.
 */
export class HttpExchange implements Dispatcher.DispatchHandler, ResponseBody, AsyncIterator<Uint8Array, undefined> {
  readonly response: Promise<HttpResponse>;
  private settle: { resolve(response: HttpResponse): void; reject(reason: unknown): void } | undefined;
  private controller: Dispatcher.DispatchController | undefined;
  private readonly chunks: Uint8Array[] = [];
  private waiting = 0;
  private pull: Pull | undefined;
  private ignored = false;
  private ended = false;
  private failure: { readonly reason: unknown } | undefined;
  private readonly classify: (error: unknown) => unknown;
  private readonly finish: () => void;

  /** `classify` makes the error that callers see; `finish` is called once, when the exchange is over either way. */
  constructor(classify: (error: unknown) => unknown, finish: () => void) {
    this.classify = classify;
    this.finish = finish;
    this.response = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.failure !== undefined) controller.abort(asError(this.failure.reason));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.settle?.resolve({ status, headers, body: this });
    this.settle = undefined;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.ignored) {
      this.waiting += chunk.length;
      if (this.waiting >= highWaterMark) this.cancel();
      return;
    }
    if (this.pull !== undefined) {
      this.pull.resolve({ done: false, value: chunk });
      this.pull = undefined;
      return;
    }
    this.chunks.push(chunk);
    this.waiting += chunk.length;
    if (this.waiting >= highWaterMark) controller.pause();
  }

  onResponseEnd(): void {
    this.ended = true;
    this.pull?.resolve({ done: true, value: undefined });
    this.pull = undefined;
    this.finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(this.classify(error));
  }

  /** Ends the exchange with this reason, wherever it is. */
  abort(reason: unknown): void {
    if (this.ended || this.failure !== undefined) return;
    this.fail(reason);
    this.controller?.abort(asError(reason));
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const chunk = this.chunks.shift();
    if (chunk !== undefined) {
      this.waiting -= chunk.length;
      if (this.waiting < highWaterMark && this.controller?.paused === true) this.controller.resume();
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.failure !== undefined) return Promise.reject(asError(this.failure.reason));
    if (this.ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.pull = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.cancel();
    return Promise.resolve({ done: true, value: undefined });
  }

  cancel(): void {
    this.chunks.length = 0;
    this.abort(new Error('the reader stopped reading'));
  }

  ignore(): void {
    this.ignored = true;
    this.chunks.length = 0;
    if (this.controller?.paused === true) this.controller.resume();
  }

  async collect(limit: number = Number.POSITIVE_INFINITY): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of this) {
      parts.push(chunk);
      length += chunk.length;
      if (length >= limit) break;
    }
    return Buffer.concat(parts, Math.min(length, limit));
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return this;
  }

  private fail(reason: unknown): void {
    if (this.ended || this.failure !== undefined) return;
    this.failure = { reason };
    this.settle?.reject(reason);
    this.settle = undefined;
    this.pull?.reject(reason);
    this.pull = undefined;
    this.finish();
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
