import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseRemoteUrl } from '@datapin/storage';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { resolveSettings, type S3Settings } from '../src/s3-settings.ts';
import { storageErrorOf } from './support/open-remote.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storage-s3-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function settingsOf(
  config: string,
  options: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<S3Settings> {
  const AWS_CONFIG_FILE = join(folder, 'config');
  await writeFile(AWS_CONFIG_FILE, config);
  const remote = { name: 'store', url: parseRemoteUrl('s3://bucket/prefix'), options, tracked: new Set<string>() };
  return resolveSettings(remote, { env: { HOME: folder, AWS_CONFIG_FILE, ...env }, warn: () => undefined });
}

describe('the nested s3 block of a profile', () => {
  const block = (line: string): string => `[default]\nregion = us-east-1\ns3 =\n  ${line}\noutput = json\n`;

  test('max_concurrent_requests is how many calls run at once', async () => {
    expect((await settingsOf(block('max_concurrent_requests = 7'))).transfer.maxConnections).toBe(7);
  });

  test.each([
    ['8388608', 8_388_608],
    ['24MiB', 24 * 1024 ** 2],
    ['24MB', 24 * 1024 ** 2],
    ['1gb', 1024 ** 3],
    ['64 KB', 64 * 1024],
  ])('multipart_threshold = %s is where parts begin', async (value, bytes) => {
    expect((await settingsOf(block(`multipart_threshold = ${value}`))).transfer.multipartThreshold).toBe(bytes);
  });

  test('multipart_chunksize is the size of a part', async () => {
    expect((await settingsOf(block('multipart_chunksize = 32MB'))).transfer.partSize).toBe(32 * 1024 ** 2);
  });

  test('parts are never smaller than S3 takes', async () => {
    expect((await settingsOf(block('multipart_chunksize = 1MB'))).transfer.partSize).toBe(5 * 1024 ** 2);
  });

  test('no object above what S3 takes in one piece goes up so', async () => {
    expect((await settingsOf(block('multipart_threshold = 1TB'))).transfer.multipartThreshold).toBe(5 * 1024 ** 3);
  });

  test('addressing_style is how buckets are addressed', async () => {
    expect((await settingsOf(block('addressing_style = path'))).address.addressing).toBe('path');
  });

  test('use_accelerate_endpoint and use_dualstack_endpoint choose the host', async () => {
    expect((await settingsOf(block('use_accelerate_endpoint = true'))).address.accelerate).toBe(true);
    expect((await settingsOf(block('use_dualstack_endpoint = true'))).address.dualstack).toBe(true);
  });

  test.each(['max_concurrent_requests = many', 'multipart_threshold = big', 'addressing_style = slashes'])(
    '%s is refused',
    async (line) => {
      expect(await storageErrorOf(settingsOf(block(line)))).toMatchObject({ code: 'invalid-request' });
    },
  );
});

describe('region', () => {
  const config = '[default]\nregion = from-default\n[profile work]\nregion = from-work\n';

  test.each([
    ['the option', { region: 'from-option' }, { AWS_REGION: 'from-env' }, 'from-option'],
    ['AWS_REGION', {}, { AWS_REGION: 'from-env', AWS_DEFAULT_REGION: 'from-default-env' }, 'from-env'],
    ['AWS_DEFAULT_REGION', {}, { AWS_DEFAULT_REGION: 'from-default-env' }, 'from-default-env'],
    ['the profile', { profile: 'work' }, {}, 'from-work'],
    ['the default profile', {}, {}, 'from-default'],
  ])('comes from %s', async (_place, options, env, region) => {
    expect((await settingsOf(config, options, env)).region).toBe(region);
  });
});

describe('endpoint', () => {
  test('may be in the profile', async () => {
    expect((await settingsOf('[default]\nendpoint_url = http://profile.example\n')).address.endpoint).toBe('http://profile.example');
  });

  test('may be in its services section, for S3 alone', async () => {
    const config =
      '[default]\nservices = mine\nendpoint_url = http://all.example\n[services mine]\ns3 =\n  endpoint_url = http://s3.example\n';
    expect((await settingsOf(config)).address.endpoint).toBe('http://s3.example');
  });

  test('is ignored with AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', async () => {
    const env = { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', AWS_ENDPOINT_URL: 'http://env.example' };
    expect((await settingsOf('[default]\nendpoint_url = http://profile.example\n', {}, env)).address.endpoint).toBeUndefined();
  });
});
