import { createHash } from 'node:crypto';

import { expect, test } from 'vitest';

import { etagListingHash } from '../../src/formats/etag-listing.ts';

const etag = (content: string): string => createHash('md5').update(content).digest('hex');

// Recorded by `dvc import-url --no-download s3://…` of real DVC.
test('a folder of a bucket has the hash that DVC records for it', () => {
  const files = [
    { relpath: 'sub/b', etag: etag('b') },
    { relpath: 'odd name+%/ü', etag: etag('odd') },
    { relpath: 'a', etag: etag('a') },
  ];
  expect(etagListingHash(files)).toBe('bf6f991dc6e1a5dc70b7123702452870.dir');
});
