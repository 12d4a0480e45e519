// oxlint-disable vitest/expect-expect -- what the tests of this file expect is in `expectSilent`
/**
 * Canaries: for every option that a plugin marks as secret, and for credentials in URLs and in the environment, a value that must never come out again: not in
 * a message, a log, a stack, JSON, whatever the store does, which repeats everything it was sent.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canary, expectNone, holds } from '../harness/canary.ts';
import { datapinInProcess } from '../harness/in-process.ts';
import { makeRepository, type Repository } from '../harness/repository.ts';
import { openSandbox, type Sandbox } from '../harness/sandbox.ts';
import { googleCredentials, plugins, savedLogin, sceneCases, scenes, secretOptions } from '../harness/secret-scenes.ts';
import { bringSecrets, type Store, storeKinds, useStore } from '../harness/stores.ts';
import { type EchoServer, startEchoServer } from '../servers/echo-server.ts';

const remoteCommands = [
  ['pull', '-v'],
  ['pull', '--json'],
  ['push', '-v'],
  ['push', '--json'],
  ['status', '-c', '-v'],
  ['status', '-c', '--json'],
];
const localCommands = [
  ['remote', 'list'],
  ['remote', 'list', '--json'],
  ['remote', 'list', '-v'],
  ['config', '--list'],
  ['config', '--list', '--json', '--show-origin'],
  ['doctor', '-v'],
  ['doctor', '--json'],
  ['status', '-v'],
];

const statuses = [200, 400, 401, 403, 404, 500] as const;

let sandbox: Sandbox;
let echoes: ReadonlyMap<number, EchoServer>;
beforeAll(async () => {
  sandbox = openSandbox('secrets');
  echoes = new Map(await Promise.all(statuses.map(async (status) => [status, await startEchoServer(status)] as const)));
});
afterAll(async () => {
  for (const echo of echoes.values()) await echo[Symbol.asyncDispose]();
  sandbox[Symbol.dispose]();
});

/** The server that answers everything in this way. */
function echoOf(status: (typeof statuses)[number]): EchoServer {
  const echo = echoes.get(status);
  if (echo === undefined) throw new Error(`no server for ${status}`);
  return echo;
}

let count = 0;

/** A repository with something to push and something to pull, and no remote yet. */
async function repositoryFor(env: Readonly<Record<string, string | undefined>> = {}): Promise<Repository> {
  count += 1;
  const repository = await makeRepository(sandbox, `repository-${count}`, { tool: datapinInProcess, env: { ...sandbox.env, ...env } });
  repository.write('here', 'to be pushed');
  repository.write('elsewhere', 'to be pulled');
  await repository.run('add', 'here', 'elsewhere');
  rmSync(join(repository.dir, 'elsewhere'));
  rmSync(join(repository.dir, '.dvc/cache/files/md5'), { recursive: true });
  await repository.run('add', 'here');
  return repository;
}

/** Runs commands, however they end, and looks at all that they print. */
async function expectSilent(
  { tool, dir, env }: Repository,
  commands: readonly (readonly string[])[],
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  for (const command of commands) {
    const { stdout, stderr } = await tool.run(command, { cwd: dir, env });
    expectNone(stdout + stderr, secrets, `datapin ${command.join(' ')}`);
  }
}

const hostOf = (origin: string): string => origin.replace('http://', '');

test('the canary is found in whatever form', () => {
  const secret = canary('x');
  const leaks = [
    secret,
    `a ${encodeURIComponent(secret)} b`,
    Buffer.from(secret).toString('base64'),
    Buffer.from(`user:${secret}`).toString('base64'),
    Buffer.from(`me:${secret} and more`).toString('base64url'),
    Buffer.from(`:${secret}`).toString('base64'),
    JSON.stringify({ secret }),
  ];
  expect(leaks.filter((leak) => !holds(leak, secret))).toEqual([]);
  expect(holds('nothing of it', secret)).toBe(false);
});

test('every plugin with secret options has a scene here', () => {
  expect(plugins.size).toBeGreaterThanOrEqual(4);
  const withSecrets = [...plugins.values()].filter((plugin) => secretOptions(plugin).length > 0).map(({ name }) => name);
  expect(withSecrets.filter((name) => scenes[name] === undefined)).toEqual([]);
});

describe.concurrent.each(sceneCases)('$name', ({ plugin, scene }) => {
  const options = secretOptions(plugin);
  const values = Object.fromEntries(options.map((name) => [name, canary(`${plugin.name}-${name}`)]));
  const all = { ...values, ...savedLogin };

  async function scenery(secrets: readonly string[], origin: string = echoOf(403).origin): Promise<Repository> {
    const repository = await repositoryFor(scene.env?.(origin));
    await useStore(repository, { url: scene.url(hostOf(origin)), options: scene.options(origin) });
    for (const name of secrets) {
      await expectSilent(repository, [['remote', 'modify', '--local', 'store', name, values[name] ?? '']], all);
    }
    return repository;
  }

  test.each([200, 400, 401, 403, 404] as const)('all secrets set, to a store that answers %i and repeats them', async (status) => {
    const echo = echoOf(status);
    const before = echo.count();
    await expectSilent(await scenery(options, echo.origin), remoteCommands, all);
    expect(echo.count()).toBeGreaterThan(before);
  });

  test.each(options)('%s alone', async (option) => {
    await expectSilent(
      await scenery([option]),
      [
        ['pull', '-v'],
        ['push', '--json'],
      ],
      all,
    );
  });

  test.each(options)('%s with characters that cannot be sent', async (option) => {
    const repository = await scenery(options);
    const odd = `${values[option]} \u0001\n☃`;
    await expectSilent(repository, [['remote', 'modify', '--local', 'store', option, odd]], all);
    await expectSilent(
      repository,
      [
        ['pull', '-v'],
        ['push', '--json'],
        ['config', '--list'],
      ],
      all,
    );
  });

  test('what looks at the configuration shows none', async () => {
    await expectSilent(await scenery(options), localCommands, all);
  });

  test('a secret in the file that git tracks is warned of, not repeated', async () => {
    const repository = await scenery([]);
    for (const name of options) await expectSilent(repository, [['remote', 'modify', 'store', name, values[name] ?? '']], all);
    await expectSilent(repository, [['pull', '-v'], ...localCommands], all);
  });

  test('a store that fails for a while', async () => {
    await expectSilent(await scenery(options, echoOf(500).origin), [['pull', '-v']], all);
  });

  test('a store that is not there', async () => {
    await expectSilent(await scenery(options, 'http://127.0.0.1:9'), [['push', '-v']], all);
  });
});

describe.concurrent('credentials in a URL', () => {
  const password = canary('url');
  const inUrl = encodeURIComponent(password);

  test.each([
    (host: string) => `http://me:${inUrl}@${host}/path`,
    (host: string) => `webdav://me:${inUrl}@${host}/path`,
    (host: string) => `http://${host}/path?signature=${inUrl}&x=1`,
    (host: string) => `http://${host}/path?${inUrl}`,
    (host: string) => `webdav://${host}/path?token=${inUrl}`,
    () => `s3://me:${inUrl}@bucket/path`,
    (host: string) => `gdrive://me:${inUrl}@root/path?token=${inUrl}&${host}`,
    (host: string) => `https://me:${inUrl}@${host}/path#${inUrl}`,
    (host: string) => `nobody-serves-this://me:${inUrl}@${host}/path`,
  ])('%s', async (url) => {
    const { origin } = echoOf(403);
    const repository = await repositoryFor({ DATAPIN_GDRIVE_ROOT_URL: origin, AWS_ENDPOINT_URL: origin });
    const secrets = { password };
    await expectSilent(repository, [['remote', 'add', '-d', 'store', url(hostOf(origin))]], secrets);
    await expectSilent(repository, [...remoteCommands, ...localCommands], secrets);
  });

  test('an endpoint of S3', async () => {
    const repository = await repositoryFor({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
    const endpoint = echoOf(403).origin.replace('://', `://me:${inUrl}@`);
    await repository.run('remote', 'add', '-d', 'store', 's3://bucket/path');
    await expectSilent(repository, [['remote', 'modify', 'store', 'endpointurl', endpoint], ['pull', '-v'], ...localCommands], {
      password,
    });
  });
});

describe.concurrent('credentials in the environment', () => {
  const secrets = { key: canary('env-key'), secret: canary('env-secret'), token: canary('env-token') };
  const silent = async (
    url: string,
    { env = {}, options = {} }: { env?: Readonly<Record<string, string>>; options?: Readonly<Record<string, string>> },
  ): Promise<void> => {
    const repository = await repositoryFor(env);
    await useStore(repository, { url, options });
    await expectSilent(
      repository,
      [
        ['pull', '-v'],
        ['push', '--json'],
        ['doctor', '-v'],
        ['doctor', '--json'],
      ],
      secrets,
    );
  };

  test.each([401, 403] as const)('keys of AWS, to a store that answers %i', async (status) => {
    const { key, secret, token } = secrets;
    const env = {
      AWS_ACCESS_KEY_ID: key,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_SESSION_TOKEN: token,
      AWS_ENDPOINT_URL: echoOf(status).origin,
    };
    await silent('s3://bucket/path', { env });
  });

  test('keys of AWS in its own files, also broken ones', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'datapin-aws-'));
    const file = join(folder, 'credentials');
    for (const text of [
      `[default]\naws_access_key_id = ${secrets.key}\naws_secret_access_key = ${secrets.secret}\n`,
      `[default]\naws_access_key_id ${secrets.key}\n= ${secrets.secret}\n[${secrets.token}`,
      `[default]\ncredential_process = sh -c 'echo ${secrets.secret}; exit 1'\n`,
      `[default]\ncredential_process = sh -c 'echo "{${secrets.secret}"'\n`,
    ]) {
      writeFileSync(file, text);
      await silent('s3://bucket/path', {
        env: { AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: file, AWS_ENDPOINT_URL: echoOf(403).origin },
      });
    }
    rmSync(folder, { recursive: true });
  });

  test.each(['http', 'webdav', 's3', 'gdrive'])('a proxy with a password, for %s', async (scheme) => {
    const proxy = echoOf(403).origin.replace('://', `://me:${encodeURIComponent(secrets.secret)}@`);
    const env = {
      http_proxy: proxy,
      https_proxy: proxy,
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
      GDRIVE_CREDENTIALS_DATA: googleCredentials('https://127.0.0.2:9'),
      DATAPIN_GDRIVE_ROOT_URL: 'https://127.0.0.2:9',
    };
    const host = {
      http: 'http://127.0.0.2:9/path',
      webdav: 'webdav://127.0.0.2:9/path',
      s3: 's3://bucket/path',
      gdrive: 'gdrive://root/path',
    };
    await silent(host[scheme as keyof typeof host], { env, options: scheme === 's3' ? { endpointurl: 'http://127.0.0.2:9' } : {} });
  });

  test('a login in netrc', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'datapin-netrc-'));
    writeFileSync(join(folder, 'netrc'), `machine 127.0.0.1 login ${secrets.key} password ${secrets.secret}\n`);
    await silent(`${echoOf(401).origin}/path`, { env: { NETRC: join(folder, 'netrc') } });
    rmSync(folder, { recursive: true });
  });

  const serviceAccount = {
    type: 'service_account',
    client_email: 'x@y.iam',
    private_key_id: secrets.key,
    private_key: secrets.secret,
    token_uri: '',
  };
  test.each([
    ['a service account with a broken key', JSON.stringify(serviceAccount)],
    ['no JSON', `${secrets.secret}{"private_key": "${secrets.key}"`],
    ['JSON that breaks off', JSON.stringify(serviceAccount).slice(0, -5)],
    ['another kind of JSON', JSON.stringify([secrets.secret])],
    ['a refused refresh token', ''],
  ])('credentials of Google: %s', async (_name, data) => {
    const { origin } = echoOf(400);
    const text = data === '' ? googleCredentials(origin).replaceAll(savedLogin.refresh, secrets.token).replace('2099', '2001') : data;
    const env = { GDRIVE_CREDENTIALS_DATA: text, DATAPIN_GDRIVE_ROOT_URL: origin };
    await silent('gdrive://root/path', { env });
    await silent('gdrive://root/path', { env, options: { gdrive_use_service_account: 'true' } });
    const file = join(mkdtempSync(join(sandbox.dir, 'google-')), 'key.json');
    writeFileSync(file, text);
    await silent('gdrive://root/path', { options: { gdrive_use_service_account: 'true', gdrive_service_account_json_file_path: file } });
    await silent('gdrive://root/path', { options: { gdrive_user_credentials_file: file } });
  });
});

describe.each(storeKinds)('commands that succeed on $name', (kind) => {
  let store: Store;
  beforeAll(async () => {
    store = await kind.start();
  });
  afterAll(() => store[Symbol.asyncDispose]());

  test('show no secret either', async () => {
    const remote = store.remote('secrets');
    const inEnv = Object.fromEntries(
      Object.entries(store.env).flatMap(([name, value]) => keyLines(value).map((line) => [`${name} ${line}`, line])),
    );
    const secrets = { ...remote.secrets, ...inEnv };
    const repository = await repositoryFor(store.env);
    await useStore(repository, remote);
    await bringSecrets(repository, remote);
    rmSync(join(repository.dir, 'elsewhere.dvc'));
    await expectSilent(
      repository,
      [
        ['push', '-v'],
        ['push', '--json'],
        ['status', '-c', '-v'],
      ],
      secrets,
    );
    repository.wipe('here');
    await expectSilent(repository, [['pull', '-v'], ['pull', '--json'], ...localCommands], secrets);
    expect(readFileSync(join(repository.dir, 'here'), 'utf8')).toBe('to be pushed');
    mkdirSync(join(repository.dir, '.dvc', 'tmp'), { recursive: true });
    // what datapin itself writes beside the data: state, journals, the note of where credentials went
    const written = readdirSync(join(repository.dir, '.dvc', 'tmp'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
      .join('\n');
    expectNone(written, secrets, 'files in .dvc/tmp');
  });
});

/** Lines of a private key: each is a secret. */
function keyLines(text: string): readonly string[] {
  return (/-----BEGIN[^-]*-----(.*?)-----END/su.exec(text)?.[1] ?? '').split(/\\n|\n/u).filter((line) => line.length > 20);
}
