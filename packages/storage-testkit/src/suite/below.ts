import type { TestRemote } from './storage-under-test.ts';

/** The remote at a folder of another one. */
export function below(remote: TestRemote, folder: string): TestRemote {
  return { ...remote, url: `${remote.url.replace(/\/+$/u, '')}/${folder}` };
}
