import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';

import type { StorageUnderTest } from '../src/run.ts';
import { conformancePage, type DeclaredStorage } from './conformance-page.ts';

const declared = vi.hoisted((): DeclaredStorage[] => []);

/** The storages' own conformance tests are loaded, but only what they declare is taken down. */
vi.mock('../src/index.ts', async () => ({
  ...(await import('../src/run.ts')),
  describeStorage: (name: string, { http, lacks = {}, deviations = {} }: StorageUnderTest) => {
    declared.push({ name, conformance: { http: http === true, lacks, deviations } });
  },
}));

const root = join(import.meta.dirname, '..', '..', '..');

/** The conformance tests of all storages of the workspace: tests in their folders that describe a storage, or one on a server. */
function conformanceTests(): readonly string[] {
  const folders = ['packages', 'examples'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .sort()
      .filter((name) => name.startsWith('storage-') && name !== 'storage-testkit')
      .flatMap((name) => ['test', 'real'].map((kind) => join(root, parent, name, kind))),
  );
  return folders
    .flatMap((folder) => filesIn(folder).map((name) => join(folder, name)))
    .filter((file) => file.endsWith('.test.ts') && /^ *describe(?:Storage|OnServer)\(/mu.test(readFileSync(file, 'utf8')));
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

test('the documentation tells what every storage declares, and all promises (run this file with -u to write it anew)', async () => {
  for (const file of conformanceTests()) await import(file);
  expect(declared.length).toBeGreaterThanOrEqual(10);
  await expect(conformancePage(declared)).toMatchFileSnapshot('../../../docs/storage-conformance.md');
}, 60_000);
