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

const conformanceTests: readonly (() => Promise<unknown>)[] = [
  () => import('../../storage-local/test/conformance.test.ts'),
  () => import('../../storage-s3/real/conformance.test.ts'),
  () => import('../../storage-gdrive/test/conformance.test.ts'),
  () => import('../../storage-gdrive/real/mock-conformance.test.ts'),
  () => import('../../storage-webdav/real/apache.test.ts'),
  () => import('../../storage-webdav/real/nginx.test.ts'),
  () => import('../../storage-webdav/real/wsgidav.test.ts'),
  () => import('../../storage-webdav/real/rclone.test.ts'),
  () => import('../../storage-http/test/conformance.test.ts'),
  () => import('../../../examples/storage-sqlite/test/conformance.test.ts'),
];

test(
  'the documentation tells what every storage declares, and all promises (run this file with -u to write it anew)',
  { timeout: 60_000 },
  async () => {
    for (const load of conformanceTests) await load();
    expect(declared).toHaveLength(conformanceTests.length);
    await expect(conformancePage(declared)).toMatchFileSnapshot('../../../docs/storage-conformance.md');
  },
);
