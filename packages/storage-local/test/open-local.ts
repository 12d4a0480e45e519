import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { OptionValue, Storage } from '@datapin/storage';
import { type FullStorage, openRemote } from '@datapin/storage-testkit';
import { onTestFinished } from 'vitest';

import plugin from '../src/index.ts';

/** An empty folder that goes away with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'storage-local-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens a folder as a remote; closed with the test. */
export async function openLocal(folder: string, options: Readonly<Record<string, OptionValue>> = {}): Promise<Storage & FullStorage> {
  const storage = await openRemote(plugin, { url: folder, options });
  onTestFinished(() => storage[Symbol.asyncDispose]());
  return storage as Storage & FullStorage;
}
