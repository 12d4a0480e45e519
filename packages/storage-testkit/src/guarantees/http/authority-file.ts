import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Lets an action use a PEM file with the certificates of authorities, and takes it away afterwards. */
export async function withAuthorityFile(pem: string, use: (file: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'datapin-testkit-'));
  try {
    const file = join(folder, 'authorities.pem');
    await writeFile(file, pem);
    await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
