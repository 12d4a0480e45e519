import { expect, test } from 'vitest';

import { withProcessEnvironment } from '../src/lent-environment.ts';

const name = 'STORAGE_S3_TEST_VARIABLE';

test('during the call the process has the environment that was handed in, and no more', async () => {
  const seen = await withProcessEnvironment({ [name]: 'given', UNSET: undefined }, async () => ({ ...process.env }));
  expect(seen).toEqual({ [name]: 'given' });
});

test('afterwards it has its own again, also when the call failed', async () => {
  const before = process.env;
  await expect(withProcessEnvironment({ [name]: 'given' }, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(process.env).toBe(before);
  expect(process.env).not.toHaveProperty(name);
});

test('calls at the same time see their own each', async () => {
  const see = (value: string): Promise<unknown> =>
    withProcessEnvironment({ [name]: value }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return process.env[name];
    });
  expect(await Promise.all([see('a'), see('b'), see('c')])).toEqual(['a', 'b', 'c']);
});

test("handed the process's own environment, nothing is exchanged", async () => {
  const before = process.env;
  expect(await withProcessEnvironment({ ...process.env }, async () => process.env)).toBe(before);
});
