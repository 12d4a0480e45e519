import { parseRemoteUrl } from '@datapin/storage';
import { expect, test } from 'vitest';

import plugin from '../src/index.ts';

test('a URL that names no folder is refused before anything is asked of it', async () => {
  const remote = { name: 'store', url: parseRemoteUrl('{{scheme}}://host/folder'), options: {}, tracked: new Set<string>() };
  await expect(plugin.open(remote, { env: {}, warn: () => {} })).rejects.toMatchObject({ code: 'invalid-request' });
});
