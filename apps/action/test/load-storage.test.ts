import { expect, test } from 'vitest';

import { loadStorage } from '../src/load-storage.ts';

test.for(['local', 's3', 'gdrive', 'http', 'https', 'webdav', 'webdavs'])('%s is brought along', async (scheme) => {
  expect((await loadStorage(scheme)).schemes).toContain(scheme);
});

test.for(['gs', 'constructor'])('%s is not, and the error says what is', async (scheme) => {
  await expect(loadStorage(scheme)).rejects.toMatchObject({
    code: 'unsupported-scheme',
    message: `the Action brings no storage for ${scheme}:// URLs along`,
    hint: 'It serves folders and s3://, gdrive://, http://, https://, webdav://, webdavs://.',
  });
});
