import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';

import { StorageError, type StorageErrorCode } from '@datapin/storage';

import { readAll } from '../../src/index.ts';
import { type Answer, codeOf, type Failure, soundHabits } from '../http-store/request.ts';
import { type Breakage, http } from './breakage.ts';

/** Errors with a code of their own for some statuses. */
function classified(bug: string, code: (status: number) => StorageErrorCode | undefined, noticedBy: readonly string[]): Breakage {
  const failure = ({ status, what }: Failure): StorageError =>
    new StorageError(code(status) ?? codeOf(status), `${what}: status ${status}`, { status });
  return http(bug, { failure }, noticedBy);
}

/** Errors with another idea of how long to wait. */
function waiting(bug: string, wait: (value: string) => number | undefined, noticedBy: readonly string[]): Breakage {
  const failure = (failed: Failure): StorageError => {
    const value = failed.headers['retry-after'];
    const ms = value === undefined ? undefined : wait(value);
    return new StorageError(codeOf(failed.status), 'it failed', ms === undefined ? {} : { retryAfterMs: ms });
  };
  return http(bug, { failure }, noticedBy);
}

const statusesOf = (...statuses: readonly number[]): readonly string[] => statuses.map((status) => `status/${status}`);

/** Plugins that take answers wrong. */
export const answerBreakages: readonly Breakage[] = [
  classified(
    'every refusal is a bad request',
    (status) => (status < 500 ? 'invalid-request' : undefined),
    statusesOf(401, 403, 404, 408, 423, 425, 429),
  ),
  classified(
    'every failure of the store is one of the request',
    (status) => (status >= 500 ? 'invalid-request' : undefined),
    statusesOf(500, 502, 503, 504, 507),
  ),
  classified('whatever is no success is not there', () => 'not-found', [
    ...statusesOf(400, 405, 409, 412, 413, 501, 505, 506),
    'status/unknown',
    'redirects/not-missing',
    'redirects/no-location',
  ]),
  waiting('Retry-After is passed on in seconds', (value) => (Number.isNaN(Number(value)) ? undefined : Number(value)), [
    'retry-after/seconds',
  ]),
  waiting('Retry-After is understood as a number only', (value) => (Number.isNaN(Number(value)) ? undefined : Number(value) * 1000), [
    'retry-after/date',
  ]),
  waiting('Retry-After is taken as it comes', (value) => (/^\d+$/u.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()), [
    'retry-after/past-date',
    'retry-after/nonsense',
  ]),
  http(
    'a failed request is sent once more',
    {
      wrapSend: (send) => async (sent) => {
        const answer = await send(sent);
        return answer.status >= 500 && sent.body === undefined ? send(sent) : answer;
      },
    },
    ['status/no-retries'],
  ),
  http(
    'after a failure nothing is tried any more',
    {
      wrapSend: (send) => {
        let down = false;
        return async (sent) => {
          if (down) throw new StorageError('unavailable', 'the store was down a moment ago');
          try {
            const answer = await send(sent);
            down = answer.status >= 500;
            return answer;
          } catch (error) {
            down = true;
            throw error;
          }
        };
      },
    },
    ['status/once', 'connections/recovers'],
  ),
  http(
    'a body that breaks off is complete',
    {
      body: async function* body(stream) {
        try {
          for await (const chunk of stream) yield chunk as Uint8Array;
        } catch {
          // that was all
        }
      },
    },
    ['bodies/cut', 'bodies/cut-part', 'bodies/too-short', 'waiting/closed-while-stalled'],
  ),
  http(
    'a body that is shorter than the object is filled up',
    {
      body: async function* body(stream) {
        let size = 0;
        for await (const chunk of stream) {
          size += (chunk as Uint8Array).length;
          yield chunk as Uint8Array;
        }
        if (size > 290_000 && size < 300_000) yield new Uint8Array(300_000 - size);
      },
    },
    ['bodies/too-long'],
  ),
  http('a part is what comes back', { checkRange: () => {} }, [
    'bodies/part-too-short',
    'bodies/range-ignored',
    'bodies/other-range',
    'ranges/past-the-end',
  ]),
  http('a part is cut out of the whole', {}, ['bodies/range-on-the-wire'], (inner) => ({
    read: async (key, { range, ...options } = {}) => {
      const bytes = await readAll(await inner.read(key, options));
      return (async function* part() {
        yield range === undefined ? bytes : bytes.subarray(range.start, range.end);
      })();
    },
  })),
  http(
    'a body has to come within 20 milliseconds',
    {
      body: async function* body(stream) {
        const start = performance.now();
        for await (const chunk of stream) {
          if (performance.now() - start > 20) throw new StorageError('timeout', 'too slow');
          yield chunk as Uint8Array;
        }
      },
    },
    ['bodies/drip'],
  ),
  http(
    'what is called gzip is unpacked',
    {
      body: async function* body(stream) {
        const bytes = await readAll(stream);
        yield stream.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      },
    },
    ['bodies/stored-encoded'],
  ),
  http('compression is asked for', { requestHeaders: { 'accept-encoding': 'gzip, br' } }, ['bodies/asks-for-bytes']),
  http(
    'what is no listing is an empty one',
    {
      parsePage: (text) => {
        try {
          return soundHabits.parsePage(text);
        } catch {
          return { objects: [], more: false };
        }
      },
    },
    ['bodies/login-page'],
  ),
  http('errors quote the answer', { failure: ({ status, text }) => new StorageError(codeOf(status), `status ${status}: ${text}`) }, [
    'echoes/refusals',
    'echoes/failures',
  ]),
  http(
    'an answer that is no listing is quoted',
    {
      parsePage: (text) => {
        try {
          return soundHabits.parsePage(text);
        } catch {
          throw new StorageError('invalid-request', `this is no listing: ${text}`);
        }
      },
    },
    ['echoes/success'],
  ),
  ...followers(),
];

/** Plugins that follow redirects, each in another wrong way. */
function followers(): readonly Breakage[] {
  type Follow = (location: URL, status: number) => { readonly at: string } | undefined;
  const following = (bug: string, most: number, follow: Follow, noticedBy: readonly string[]): Breakage =>
    http(
      bug,
      {
        wrapSend: (send) => async (sent) => {
          let answer = await send(sent);
          for (let hop = 0; hop < most && answer.status >= 300 && answer.status < 400; hop++) {
            const location = URL.parse(answer.headers.location ?? '');
            const next = location === null ? undefined : follow(location, answer.status);
            if (next === undefined) return answer;
            await readAll(answer.body);
            answer = await send(sent, next.at);
          }
          return answer;
        },
      },
      noticedBy,
    );
  return [
    following('redirects are followed with everything', 5, ({ origin }) => ({ at: origin }), [
      'redirects/other-port',
      'redirects/other-host',
      'redirects/downgrade',
    ]),
    following('redirects are followed without end', 1000, ({ origin }) => ({ at: origin }), ['redirects/endless']),
    http(
      'a redirect to a file is read',
      {
        wrapSend: (send) => async (sent) => {
          const answer = await send(sent);
          const location = answer.headers.location ?? '';
          if (!location.startsWith('file:')) return answer;
          return { status: 200, headers: {}, body: once(readFileSync(new URL(location))) } satisfies Answer;
        },
      },
      ['redirects/to-a-file'],
    ),
    http(
      'a redirect is remembered for ever',
      {
        wrapSend: (send) => {
          let at: string | undefined;
          return async (sent) => {
            const answer = await send(sent, at);
            const location = URL.parse(answer.headers.location ?? '');
            if (location !== null) at = location.origin;
            return answer;
          };
        },
      },
      ['redirects/then-normal'],
    ),
  ];
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
