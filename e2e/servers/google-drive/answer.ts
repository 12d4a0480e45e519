/** What a route says. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: Buffer | object;
}

/** A request that was taken in whole. */
export interface TakenRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Ends a route with an error of Drive's. */
export class ApiFailure extends Error {
  readonly answer: Answer;

  constructor(status: number, reason: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    const detail = { message, domain: reason.endsWith('LimitExceeded') ? 'usageLimits' : 'global', reason };
    this.answer = { status, headers, body: { error: { code: status, message, errors: [detail] } } };
  }
}

export function notFound(id: string): ApiFailure {
  return new ApiFailure(404, 'notFound', `File not found: ${id}.`);
}

export function badRequest(message: string, reason = 'invalid'): ApiFailure {
  return new ApiFailure(400, reason, message);
}
