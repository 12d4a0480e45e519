/** A request as the proxy saw it. */
export interface ProxiedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The fault that hit it, if any. */
  readonly fault: Fault | undefined;
  /** Bytes of the answer's body that were passed on so far. */
  readonly bytesAnswered: number;
}

/** What goes wrong. Positions are counted in bytes of the body. */
export type Fault =
  /**
   * The proxy answers by itself, the server is not asked: once the request is there whole or, with `early`, as soon as its headers are.
   */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly early?: boolean;
    }
  /** The proxy answers this status with everything that the request told: address, headers, body (as some debugging pages do). */
  | { readonly kind: 'echo'; readonly status: number }
  /** The proxy sends the client to another origin, path and query kept. 302 when no status is given. */
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  /** The connection breaks after so many bytes of the answer's body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** The connection breaks after so many bytes of the request's body have come. */
  | { readonly kind: 'cut-upload'; readonly after: number }
  /** After so many bytes of the answer's body nothing more comes; the connection stays. */
  | { readonly kind: 'stall'; readonly after: number }
  /** The request is never answered; the connection stays. */
  | { readonly kind: 'silence' }
  /** The connection is reset before any answer. */
  | { readonly kind: 'reset' }
  /** The connection is closed in good order before any answer. */
  | { readonly kind: 'hang-up' }
  /** The server gets the request and does what it asks, its answer is lost and the connection breaks. */
  | { readonly kind: 'lost-answer' }
  /** What comes back is not HTTP. */
  | { readonly kind: 'garbage' }
  /** One bit of the byte at this position is flipped. */
  | { readonly kind: 'corrupt'; readonly at: number }
  /** The answer claims so many bytes more (or fewer) than it has, then the connection ends in good order. */
  | { readonly kind: 'wrong-length'; readonly by: number }
  /** The answer has this body in place of its own, with the right length and status 200. */
  | { readonly kind: 'body'; readonly body: string }
  /** The answer begins so many milliseconds late. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The answer's body comes in pieces of so many bytes, one every so many milliseconds. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMs: number }
  /** The answer has these headers besides or instead of its own. */
  | { readonly kind: 'answer-headers'; readonly headers: Readonly<Record<string, string>> }
  /** The server gets these headers in place of those that were sent; `undefined` takes one away. */
  | { readonly kind: 'request-headers'; readonly headers: Readonly<Record<string, string | undefined>> };

export interface FaultTarget {
  /** Which requests it hits; all when absent. */
  readonly match?: (request: Pick<ProxiedRequest, 'method' | 'target' | 'headers'>) => boolean;
  /** How many of them; 1 when absent, `Infinity` until {@link FaultProxy.heal}. */
  readonly times?: number;
}

/** A real HTTP server between a client and a server. Without faults it passes everything on unchanged, the `Host` header too. */
export interface FaultProxy extends AsyncDisposable {
  /** `http://127.0.0.1:port`, `https:` with TLS. */
  readonly url: string;
  /** Every request that came, oldest first. */
  readonly requests: readonly ProxiedRequest[];
  /** How many connections clients have open to it. */
  readonly connections: number;
  /** Faults are tried in the order in which they were put in. */
  inject(fault: Fault, target?: FaultTarget): void;
  /** Takes all faults out and ends what stalls. */
  heal(): void;
}
