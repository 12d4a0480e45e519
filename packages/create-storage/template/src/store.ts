/**
 * Stands in for your store and its client library: objects in the memory of this process, with the failures that a real store has. Take
 * this file away when the real thing is in its place.
 */
export interface StoreClient {
  head(name: string): Promise<{ readonly size: number }>;
  /** `length` is that of the body: of the whole object, or of its part. */
  get(
    name: string,
    range: { readonly start: number; readonly end: number } | undefined,
  ): Promise<{ readonly length: number; readonly body: AsyncIterable<Uint8Array> }>;
  /** Stores the object when the body ended well; a body that throws stores nothing. */
  put(name: string, body: AsyncIterable<Uint8Array>): Promise<void>;
  delete(name: string): Promise<void>;
  /** Names in order, from the first after `after` on. */
  list(options: { readonly prefix: string; readonly after: string; readonly limit: number }): Promise<readonly StoreEntry[]>;
}

export interface StoreEntry {
  readonly name: string;
  readonly size: number;
}

/** What the store answers when it does not do what was asked: `status` is HTTP's. */
export class StoreFailure extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const servers = new Map<string, Map<string, Uint8Array>>();

export function connectToStore({ host, token }: { readonly host: string; readonly token: string | undefined }): StoreClient {
  const objects = servers.get(host) ?? new Map<string, Uint8Array>();
  servers.set(host, objects);

  /** As if a request went out. */
  async function request(): Promise<void> {
    if (host === 'unreachable') throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
    if (token === 'wrong') throw new StoreFailure(403, 'the token has no access');
  }

  async function find(name: string): Promise<Uint8Array> {
    await request();
    const bytes = objects.get(name);
    if (bytes === undefined) throw new StoreFailure(404, `no object ${name}`);
    return bytes;
  }

  return {
    head: async (name) => ({ size: (await find(name)).length }),
    async get(name, range) {
      const bytes = (await find(name)).slice(range?.start, range?.end);
      return { length: bytes.length, body: piecesOf(bytes) };
    },
    async put(name, body) {
      await request();
      const pieces: Uint8Array[] = [];
      for await (const piece of body) pieces.push(piece);
      objects.set(name, Buffer.concat(pieces));
    },
    async delete(name) {
      await request();
      objects.delete(name);
    },
    async list({ prefix, after, limit }) {
      await request();
      return [...objects.keys()]
        .filter((name) => name.startsWith(prefix) && name > after)
        .sort()
        .slice(0, limit)
        .map((name) => ({ name, size: objects.get(name)?.length ?? 0 }));
    },
  };
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += 65_536) yield bytes.slice(start, start + 65_536);
}
