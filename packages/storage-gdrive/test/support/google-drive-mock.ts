import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The npm package google-drive-mock, which checks itself against the real service. It takes one token. */
export interface GoogleDriveMock extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  /** A new folder; its id. */
  newFolder(name: string): Promise<string>;
}

const token = 'valid-token';

/** Starts the mock in a process of its own: what it is made of does not load under the conditions that the tests run with. */
export async function startGoogleDriveMock(): Promise<GoogleDriveMock> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'google-drive-mock-server.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line]: unknown[] = await once(child.stdout, 'data');
  const url = `http://127.0.0.1:${String(line).trim()}`;
  return {
    url,
    token,
    async newFolder(name) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ name, mimeType: 'application/vnd.google-apps.folder' });
      const answer = await fetch(`${url}/drive/v3/files`, { method: 'POST', headers, body });
      const { id }: { id: string } = JSON.parse(await answer.text());
      return id;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    },
  };
}
