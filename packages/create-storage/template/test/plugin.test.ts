import { parseRemoteUrl } from '@datapin/storage';
import { expect, test } from 'vitest';

import plugin from '../src/index.ts';

test('a URL that names no host is refused before anything is asked of it', async () => {
  const remote = { name: 'store', url: parseRemoteUrl('{{scheme}}:///folder'), options: {}, tracked: new Set<string>() };
  await expect(plugin.open(remote, { env: {}, warn: () => {} })).rejects.toMatchObject({ code: 'invalid-request' });
});

test('the token comes from the environment when the remote has none', async () => {
  const remote = { name: 'store', url: parseRemoteUrl('{{scheme}}://host/folder'), options: {}, tracked: new Set<string>() };
  const storage = await plugin.open(remote, { env: { '{{variable}}_TOKEN': 'wrong' }, warn: () => {} });
  await expect(storage.stat('object')).rejects.toMatchObject({ code: 'forbidden' });
});
