import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type ServerCommand, startServer } from './server-process.ts';

/** A WebDAV server on loopback with one user, which serves a folder at `/`. */
export interface WebdavServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly user: string;
  readonly password: string;
  /** The folder that it serves. */
  readonly dir: string;
  readonly output: () => string;
}

/** What a server's own file has to know to start it. */
export interface WebdavPlace {
  readonly port: number;
  /** The folder to serve; anybody may write there. */
  readonly dir: string;
  /** For its configuration, temporary files, locks. */
  readonly own: string;
  readonly user: string;
  readonly password: string;
}

/** Starts a server in a new temporary folder, which is removed at the end. */
export async function startWebdavServer(commandFor: (place: WebdavPlace) => Omit<ServerCommand, 'readyAt'>): Promise<WebdavServer> {
  const root = mkdtempSync(join(tmpdir(), 'datapin-webdav-'));
  const place = { port: await freePort(), dir: join(root, 'data'), own: join(root, 'own'), user: 'dav-user', password: 'dav-pass+word/1' };
  chmodSync(root, 0o755);
  for (const folder of [place.dir, place.own]) {
    mkdirSync(folder);
    // Apache gives up root's rights
    chmodSync(folder, 0o777);
  }
  const origin = `http://127.0.0.1:${place.port}`;
  const cleanUp = (): void => rmSync(root, { recursive: true, force: true });
  try {
    const server = await startServer({ ...commandFor(place), readyAt: origin });
    return {
      origin,
      user: place.user,
      password: place.password,
      dir: place.dir,
      output: server.output,
      async [Symbol.asyncDispose](): Promise<void> {
        await server[Symbol.asyncDispose]();
        cleanUp();
      },
    };
  } catch (error) {
    cleanUp();
    throw error;
  }
}

/** A line of a password file that Apache and nginx read. */
export function passwordLine({ user, password }: Pick<WebdavPlace, 'user' | 'password'>): string {
  return `${user}:{SHA}${createHash('sha1').update(password).digest('base64')}\n`;
}
