// oxlint-disable vitest/expect-expect -- expectNoHarm is what all of these expect
import { lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';

import { afterAll, afterEach, beforeAll, describe, expect, test, type TestContext } from 'vitest';

import { type CacheService, startCacheService } from '../harness/cache-service.ts';
import { tokenFor } from '../harness/cache-token.ts';
import { type DataRepository, makeDataRepository, md5, objectPath } from '../harness/data-repository.ts';
import { eventOf } from '../harness/events.ts';
import { type Recorder, startRecorder } from '../harness/recorder.ts';
import { readAction, startJob, type StepResult } from '../harness/runner.ts';
import { type TarMember, tarOf } from '../harness/tar.ts';
import { treePrint } from '../harness/tree-print.ts';

// Repositories, configurations and caches that mean harm. Each case may fail the step or be served without harm; what it may not do is
// write outside of its place, run a program, move a secret, speak to the runner, or crash the step.

const secrets = {
  access: 'AKIACANARYCANARY',
  secret: 'canary/secret/key+0123456789',
  session: 'canary-session-token',
  password: 'canary-password',
};
/** A file of the machine that a repository may want to see. */
const treasure = 'the content of a file of the machine';

let recorder: Recorder;
let service: CacheService;
beforeAll(async () => {
  recorder = await startRecorder();
  service = await startCacheService();
});
afterAll(async () => {
  await recorder[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});
afterEach(() => service.check());

interface Arena extends DataRepository {
  /** A folder of the machine, beside the workspace: `outside/treasure`, `outside/full/`. */
  readonly outside: string;
  readonly write: (path: string, text: string | Uint8Array) => void;
  readonly config: (text: string) => void;
  /** Writes an object to the remote under a name of its own choice; `md5` of it if not given. */
  readonly object: (content: string, hash?: string) => string;
  /** A command that leaves a trace. */
  readonly trace: string;
}

/** Tests run side by side here: each cleans up after itself by its own context. */
async function enter({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Promise<Arena> {
  const repository = await makeDataRepository();
  onTestFinished(() => repository[Symbol.dispose]());
  const { dir, work } = repository;
  const outside = join(dir, 'outside');
  mkdirSync(join(outside, 'full'), { recursive: true });
  writeFileSync(join(outside, 'treasure'), treasure);
  writeFileSync(join(outside, 'full', 'file'), 'of somebody else');
  const write = (path: string, text: string | Uint8Array): void => {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), text);
  };
  return {
    ...repository,
    [Symbol.dispose]: () => repository[Symbol.dispose](),
    outside,
    write,
    config: (text) => write('.dvc/config', text),
    object(content, hash = md5(content)) {
      const file = join(dir, 'remote', objectPath(hash));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      return hash;
    },
    trace: `touch ${join(outside, 'a-command-ran')}`,
  };
}

/** Programs that the Action itself needs. */
const ownPrograms = new Set(['git', 'flock', 'cp', 'df']);

interface Run {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly cache?: boolean;
}

/** Runs main and post and looks for every kind of harm. */
async function expectNoHarm(arena: Arena, { inputs = {}, env = {}, cache = false }: Run = {}): Promise<StepResult> {
  await arena.commit('hostile').catch(() => ''); // git takes not every tree; the runner has it all the same
  const guarded = (): string =>
    [
      treePrint(arena.outside),
      treePrint(join(arena.work, '.git'), (path) => /^(?:objects|refs\/datapin|index|FETCH_HEAD|shallow)/u.test(path)),
      treePrint(join(arena.work, '.dvc'), (path) => /^(?:cache|tmp)(?:\/|$)/u.test(path)),
      treePrint(arena.dir, (path) => /^(?:work|outside|remote|checkout)/u.test(path)),
    ].join('\n\n');
  const before = guarded();
  using job = startJob({
    workspace: arena.work,
    event: eventOf('push to main', 'private'),
    env: { AWS_ACCESS_KEY_ID: secrets.access, AWS_SECRET_ACCESS_KEY: secrets.secret, AWS_SESSION_TOKEN: secrets.session, ...env },
    ...(cache ? { cache: { url: service.url, token: tokenFor('refs/heads/main') } } : {}),
    token: 'ghs_canarygithubtoken',
  });
  const step = await job.main({
    'cache-timeout': '10',
    retries: '0',
    config: `remote.other.url=http://127.0.0.1:9/x\nremote.other.user=me\nremote.other.password=${secrets.password}`,
    ...inputs,
  });
  const post = await job.post();
  const said = step.log + (post?.log ?? '');

  expect(guarded(), said).toBe(before);
  const programs = step.sightings.flatMap((sighting) => (sighting.kind === 'spawn' ? [basename(sighting.args[0] ?? '')] : []));
  expect(
    programs.filter((name) => !ownPrograms.has(name)),
    said,
  ).toEqual([]);

  const heard = recorder.heard();
  const open =
    said
      .split('\n')
      .filter((line) => !line.startsWith('::add-mask::'))
      .join('\n') +
    step.summary +
    JSON.stringify(step.outputs);
  for (const secret of [secrets.secret, secrets.password, 'ghs_canarygithubtoken']) {
    for (const form of [
      secret,
      Buffer.from(secret).toString('base64'),
      Buffer.from(`:${secret}`).toString('base64').slice(2),
      encodeURIComponent(secret),
    ]) {
      expect(heard).not.toContain(form);
      expect(open).not.toContain(form);
    }
  }
  expect(open + heard).not.toContain(treasure);
  const workspace = await arena.git('ls-files', '-z', '--others', '--full-name').catch(() => '');
  for (const path of workspace
    .split('\0')
    .filter((name) => name !== '' && !name.startsWith('.dvc/tmp/') && lstatSync(join(arena.work, name)).isFile())) {
    expect(readFileSync(join(arena.work, path), 'latin1'), path).not.toContain(treasure);
  }
  const outwards = step.sightings.flatMap((sighting) => (sighting.kind === 'look-up' ? [sighting.host] : []));
  expect(outwards.filter((host) => !/^github\.com$/u.test(host))).toEqual([]);

  expect(step.commands.filter(({ text }) => /^\s*INJECTED/u.test(text))).toEqual([]);
  expect(Object.keys(step.outputs).sort(), said).toEqual([...readAction().outputs].sort());
  expect(said).not.toContain('datapin: unexpected');
  expect(step.code === 0 || step.commands.some(({ name }) => name === 'error'), said).toBe(true);
  return step;
}

function pin(
  path: string,
  { hash, size = 4, more = '' }: { readonly hash: string; readonly size?: number; readonly more?: string },
): string {
  return `outs:\n- md5: ${JSON.stringify(hash)}\n  size: ${size}\n  hash: md5\n  path: ${JSON.stringify(path)}\n${more}`;
}

/** A pin of a directory whose listing is given. */
function directoryPin(arena: Arena, entries: readonly { readonly relpath: unknown; readonly md5?: unknown }[]): string {
  const listing = JSON.stringify(entries.map((entry) => ({ md5: arena.object('evil'), ...entry })));
  arena.object(listing, `${md5(listing)}.dir`);
  return `outs:\n- md5: ${md5(listing)}.dir\n  size: 4\n  nfiles: ${entries.length}\n  hash: md5\n  path: data\n`;
}

test('a repository that means no harm is served by all of this', async (scope) => {
  const arena = await enter(scope);
  arena.pin({ 'a.txt': 'a', data: { b: 'b' } });
  const step = await expectNoHarm(arena);
  expect(step, step.log).toMatchObject({ code: 0, outputs: { complete: 'true', files: '2' } });
});

describe.concurrent('paths of pins', () => {
  test.for([
    '../outside/full/file',
    '../outside/new',
    'sub/../../outside/new',
    './../outside/new',
    '/OUTSIDE/new',
    '.git/hooks/post-checkout',
    '.git/config',
    '.GIT/hooks/pre-commit',
    'sub/../.git/hooks/x',
    '.git /config',
    '.git./config',
    'git~1/config',
    '.g\u200cit/config',
    '.dvc/config.local',
    '.DVC/config',
    '.dvc/tmp/lock',
    '.',
    '..',
    '',
    'a\u0000b',
    'link/new',
    'link',
    '~/new',
    '$HOME/new',
    'C:\\new',
    '\\\\server\\share\\new',
    'x'.repeat(5000),
  ])('%j', async (path, scope) => {
    const arena = await enter(scope);
    symlinkSync('../outside', join(arena.work, 'link'));
    arena.write('evil.dvc', pin(path.replace('/OUTSIDE', arena.outside), { hash: arena.object('evil') }));
    await expectNoHarm(arena);
  });

  test.for([
    '../outside/new',
    '/etc/datapin',
    '.git/hooks/post-checkout',
    'a/../../outside/new',
    '.git',
    'x/.git/config',
    '',
    '.',
    'a//b',
    'a\u0000b',
    42,
    null,
    'link/x',
  ])('in a directory: %j', async (relpath, scope) => {
    const arena = await enter(scope);
    arena.write('data.dvc', directoryPin(arena, [{ relpath }, { relpath: 'fine' }]));
    await expectNoHarm(arena);
  });

  test.for(['wdir: ..\n', 'wdir: ../outside\n', 'wdir: /tmp\n', 'wdir: .git\n', 'wdir: link\n'])('%j', async (wdir, scope) => {
    const arena = await enter(scope);
    symlinkSync('../outside', join(arena.work, 'link'));
    arena.write('evil.dvc', wdir + pin('new', { hash: arena.object('evil') }));
    await expectNoHarm(arena);
  });
});

describe.concurrent('names that speak to the runner', () => {
  test.for([
    'a\n::notice::INJECTED',
    '\r\n::set-output name=complete::INJECTED',
    '::add-mask::INJECTED',
    'a%0A::error::INJECTED',
    '\u001b[2J::warning::INJECTED',
    '<img src=x onerror=alert(1)>',
    '`|</td>](x)',
  ])('%j', async (name, scope) => {
    const arena = await enter(scope);
    arena.write('fine.dvc', pin(name, { hash: arena.object('evil') }));
    arena.write('lost.dvc', pin(`${name} lost`, { hash: md5('never pushed') }));
    arena.write('data.dvc', directoryPin(arena, [{ relpath: name, md5: md5('never pushed') }]));
    const step = await expectNoHarm(arena);
    expect(step.outputs['complete']).toBe('false');
    expect(step.summary).not.toMatch(/<img/u);
  });
});

describe.concurrent('contents of metafiles', () => {
  test.for<readonly [string, string]>([
    ['a hash that is a path', pin('new', { hash: '../../../outside/treasure' })],
    ['a hash that is an absolute path', pin('new', { hash: '/etc/hostname' })],
    ['a hash with a way out behind it', pin('new', { hash: `ab/../../../../../outside/treasure` })],
    ['a remote of the pin that is a path', pin('new', { hash: md5('x'), more: '  remote: ../outside\n' })],
    ['a negative size', pin('new', { hash: md5('x'), size: -1 })],
    ['a size beyond all disks', pin('new', { hash: md5('x'), size: 2 ** 60 })],
    ['aliases of aliases', `a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: &d [*c, *c]\nouts: *d\n`],
    ['a prototype', 'outs:\n- md5: 0cc175b9c0f1b6a831c399e269772661\n  path: new\n__proto__:\n  polluted: true\n'],
    ['a tag of a class', 'outs: !!python/object/apply:os.system ["touch /tmp/x"]\n'],
    ['half a million brackets', `outs: ${'['.repeat(500_000)}\n`],
    ['no text', '\u0000\u0001\u0002'],
  ])('%s', async ([, text], scope) => {
    const arena = await enter(scope);
    arena.write('evil.dvc', text);
    await expectNoHarm(arena);
  });

  test('a directory object that is no list', async (scope) => {
    const arena = await enter(scope);
    const listing = '{"md5": "x"}';
    arena.object(listing, `${md5(listing)}.dir`);
    arena.write('data.dvc', `outs:\n- md5: ${md5(listing)}.dir\n  hash: md5\n  path: data\n`);
    await expectNoHarm(arena);
  });

  test('an object that is larger than its pin says', async (scope) => {
    const arena = await enter(scope);
    arena.write('evil.dvc', pin('new', { hash: arena.object('e'.repeat(3_000_000)), size: 3 }));
    await expectNoHarm(arena);
  });

  test('commands of stages', async (scope) => {
    const arena = await enter(scope);
    arena.write(
      'dvc.yaml',
      `stages:\n  evil:\n    cmd: ${arena.trace}\n    outs: [out]\n  more:\n    foreach: \${files}\n    do: {cmd: '${arena.trace}'}\nvars: [../outside/treasure]\n`,
    );
    arena.write(
      'dvc.lock',
      `schema: '2.0'\nstages:\n  evil:\n    cmd: ${arena.trace}\n    outs:\n    - {path: out, hash: md5, md5: ${arena.object('evil')}, size: 4}\n`,
    );
    await expectNoHarm(arena);
  });
});

describe.concurrent('imports', () => {
  const imported = (deps: string, hash = md5('never pushed')): string =>
    `frozen: true\ndeps:\n${deps}outs:\n- {md5: ${hash}, size: 4, hash: md5, path: new}\n`;
  test.for<readonly [string, (arena: Arena) => string]>([
    [
      'a repository that is a command',
      ({ trace }) => imported(`- {path: x, repo: {url: 'ext::sh -c "${trace}"', rev_lock: ${'a'.repeat(40)}}}\n`),
    ],
    [
      'a repository that is an option',
      ({ outside }) => imported(`- {path: x, repo: {url: '--upload-pack=touch ${outside}/ran', rev_lock: ${'a'.repeat(40)}}}\n`),
    ],
    [
      'a revision that is an option',
      ({ outside }) =>
        imported(`- {path: x, repo: {url: '${outside}', rev: '--output=${outside}/ran', rev_lock: '--output=${outside}/ran'}}\n`),
    ],
    [
      'ssh with an option for a host',
      ({ outside }) => imported(`- {path: x, repo: {url: 'ssh://-oProxyCommand=touch ${outside}/ran/x', rev_lock: ${'a'.repeat(40)}}}\n`),
    ],
    ['a file of the machine', ({ outside }) => imported(`- {path: ${outside}/treasure}\n`, md5(treasure))],
    ['a file of the machine as a URL', ({ outside }) => imported(`- {path: 'file://${outside}/treasure'}\n`, md5(treasure))],
    ['the environment of the process', () => imported('- {path: /proc/self/environ}\n')],
    ['another server', () => imported(`- {path: '${recorder.url}/data?x=1'}\n`)],
    ['another server with a password in the address', () => imported(`- {path: '${recorder.url.replace('//', '//me:pw@')}/data'}\n`)],
  ])('%s', async ([, text], scope) => {
    const arena = await enter(scope);
    arena.write('new.dvc', text(arena));
    await expectNoHarm(arena);
  });
});

describe.concurrent('configurations', () => {
  const remote = (...lines: readonly string[]): string => ['[core]', 'remote = store', '[\'remote "store"\']', ...lines, ''].join('\n');
  test.for<readonly [string, (arena: Arena) => string]>([
    ['a cache outside', ({ outside }) => `${remote('url = ../../remote')}[cache]\ndir = ${outside}/full\n`],
    ['a cache beside the workspace', () => `${remote('url = ../../remote')}[cache]\ndir = ../../outside/full\n`],
    ['a cache in .git', () => `${remote('url = ../../remote')}[cache]\ndir = ../.git/hooks\n`],
    [
      'a state outside',
      ({ outside }) => `${remote('url = ../../remote')}[state]\ndir = ${outside}/full\n[core]\nsite_cache_dir = ${outside}/full\n`,
    ],
    ['a remote that is a command', ({ trace }) => remote(`url = ext::sh -c "${trace}"`)],
    ['a remote without a plugin', () => remote('url = evil://x/y')],
    ['a plugin in the repository', () => remote('url = evil://x/y') + `[plugins]\nevil = ./node_modules/evil\n`],
    [
      'keys in a file of the machine',
      ({ outside }) => remote('url = s3://b/x', `endpointurl = ${recorder.url}`, `credentialpath = ${outside}/treasure`),
    ],
    [
      'a profile that is a command',
      () => remote('url = s3://b/x', `endpointurl = ${recorder.url}`, 'configpath = aws-config', 'profile = evil'),
    ],
    [
      'WebDAV with a command for its token',
      ({ trace }) => remote(`url = ${recorder.url.replace('http:', 'webdav:')}`, `bearer_token_command = ${trace}`),
    ],
    [
      'WebDAV with a key of the machine',
      ({ outside }) =>
        remote(`url = ${recorder.url.replace('http:', 'webdav:')}`, `cert_path = ${outside}/treasure`, `key_path = ${outside}/treasure`),
    ],
    [
      'Drive with a key of the machine',
      ({ outside }) =>
        remote('url = gdrive://root/x', 'gdrive_use_service_account = true', `gdrive_service_account_json_file_path = ${outside}/treasure`),
    ],
    [
      'certificates of the machine',
      ({ outside }) => remote('url = s3://b/x', `endpointurl = ${recorder.url}`, `ssl_verify = ${outside}/treasure`),
    ],
    ['S3 at another host', () => remote('url = s3://b/x', `endpointurl = ${recorder.url}`)],
    ['HTTP at another host', () => remote(`url = ${recorder.url}/x`, 'auth = basic', 'user = me', 'ask_password = true')],
    ['a folder of the machine', ({ outside }) => remote(`url = ${outside}`)],
    ['no configuration', () => '\u0000[[['],
  ])('%s', async ([, text], scope) => {
    const arena = await enter(scope);
    arena.pin({ 'a.txt': 'a' }, { push: true });
    arena.write('aws-config', `[profile evil]\ncredential_process = ${arena.trace}\n`);
    arena.write('.dvc/aws-config', `[profile evil]\ncredential_process = ${arena.trace}\n`);
    arena.write('node_modules/evil/index.js', `require('fs').writeFileSync(${JSON.stringify(join(arena.outside, 'a-command-ran'))}, '')`);
    arena.config(text(arena));
    await expectNoHarm(arena);
  });

  test('settings for the machine that git tracks', async (scope) => {
    const arena = await enter(scope);
    arena.pin({ 'a.txt': 'a' });
    arena.write('.dvc/config.local', `[cache]\ndir = ${arena.outside}/full\n['remote "store"']\nbearer_token_command = ${arena.trace}\n`);
    await arena.git('add', '--force', '.dvc/config.local');
    await expectNoHarm(arena);
  });
});

describe.concurrent('what else a clone brings along', () => {
  test.for<readonly [string, string, string]>([
    ['.dvc/cache', '.dvc/cache', '../../outside/full'],
    ['.dvc/tmp', '.dvc/tmp', '../../outside/full'],
    ['the folder of a data file', 'sub', '../outside/full'],
    ['a data file', 'a.txt', '../outside/treasure'],
    ['an ignore file', '.dvcignore', '../outside/treasure'],
    ['a metafile', 'b.txt.dvc', '../outside/treasure'],
    ['.datapin', '.datapin', '../outside/full'],
  ])('a link for %s', async ([, link, target], scope) => {
    const arena = await enter(scope);
    arena.pin({ 'a.txt': 'a' });
    arena.write('c.dvc', pin('sub/new', { hash: arena.object('evil') }));
    symlinkSync(target, join(arena.work, link));
    await arena.git('add', '--force', link); // an untracked one would be the user's own
    await expectNoHarm(arena, { cache: true });
  });

  test('objects in a cache that git tracks, with other bytes', async (scope) => {
    const arena = await enter(scope);
    arena.pin({ 'a.txt': 'what was reviewed' });
    arena.write(join('.dvc/cache', objectPath(md5('what was reviewed'))), 'something else');
    await arena.git('add', '--force', '.dvc/cache');
    const step = await expectNoHarm(arena);
    expect(step.outputs['complete'] === 'false' || readFileSync(join(arena.work, 'a.txt'), 'utf8') === 'what was reviewed').toBe(true);
  });

  test('hooks, filters and monitors of git', async (scope) => {
    const arena = await enter(scope);
    arena.pin({ 'a.txt': 'a' });
    arena.write('.gitattributes', '* filter=evil diff=evil merge=evil\n');
    arena.write('.gitmodules', `[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "${arena.trace}"\n\tupdate = !${arena.trace}\n`);
    // a bare repository inside, whose settings name a program: git started in it would obey them
    arena.write('bare/HEAD', 'ref: refs/heads/main\n');
    arena.write(
      'bare/config',
      `[core]\n\tbare = true\n\tfsmonitor = "${arena.trace}; false"\n\thooksPath = .\n[remote "origin"]\n\turl = ext::sh -c "${arena.trace}"\n`,
    );
    for (const name of ['objects/x', 'refs/x']) arena.write(`bare/${name}`, '');
    arena.write('bare/.dvc/config', readFileSync(join(arena.work, '.dvc/config')));
    arena.write('bare/b.dvc', pin('b', { hash: md5('never pushed') }));
    await expectNoHarm(arena, { inputs: { 'working-directory': 'bare' } });
    await expectNoHarm(arena, { inputs: { rev: 'HEAD' } });
  });
});

describe.concurrent('inputs that somebody fills from a title or a branch', () => {
  test.for<Readonly<Record<string, string>>>([
    { rev: '--upload-pack=touch ran' },
    { rev: 'main:evil.dvc' },
    { repository: 'ext::sh -c "touch ran"', rev: 'main' },
    { repository: '--upload-pack=touch ran', rev: 'main' },
    { repository: 'file:///etc', rev: 'main' },
    { repository: 'ssh://-oProxyCommand=touch%20ran/x', rev: 'main' },
    { 'compare-to': '--output=ran' },
    { targets: '--force\n-x\n../outside/treasure\n/etc/passwd' },
    { path: '../outside/full' },
    { path: '.git/hooks' },
    { 'cache-dir': '.git/objects' },
    { 'cache-prefix': 'x,y\n::notice::INJECTED' },
    { 'working-directory': '../outside' },
    { roots: '../outside\n/etc' },
  ])('%j', async (inputs, scope) => {
    const arena = await enter(scope);
    arena.pin({ 'a.txt': 'a' });
    await expectNoHarm(arena, { inputs });
  });
});

describe('entries of the Actions cache', () => {
  const content = 'what is pinned';
  const hash = md5(content);

  test.for<readonly [string, (folder: string, arena: Arena) => readonly TarMember[]]>([
    [
      'an absolute name',
      (_folder, { outside }) => [
        { name: join(outside, 'full/new').slice(-99), content: 'evil' },
        { name: `${outside}/new`, content: 'evil' },
      ],
    ],
    [
      'a way out',
      () => [
        { name: '../outside/new', content: 'evil' },
        { name: '../outside/full/file', content: 'evil' },
      ],
    ],
    ['a way out behind the folder', (folder) => [{ name: `${folder}/../../../../outside/new`, content: 'evil' }]],
    [
      'hooks of git',
      () => [
        { name: '.git/hooks/post-checkout', content: 'evil' },
        { name: '.git/config', content: 'evil' },
      ],
    ],
    [
      'the configuration',
      () => [
        { name: '.dvc/config', content: 'evil' },
        { name: '.dvc/config.local', content: 'evil' },
      ],
    ],
    [
      'a file of the workspace',
      () => [
        { name: 'a.txt', content: 'evil' },
        { name: 'run.sh', content: 'evil' },
      ],
    ],
    [
      'a symbolic link in the place of an object',
      (folder, { outside }) => [{ name: `${folder}/${objectPath(hash)}`, type: '2', link: `${outside}/treasure` }],
    ],
    [
      'a hard link in the place of an object',
      (folder, { outside }) => [{ name: `${folder}/${objectPath(hash)}`, type: '1', link: `${outside}/treasure` }],
    ],
    [
      'a symbolic link, then a file through it',
      (folder, { outside }) => [
        { name: `${folder}/files`, type: '2', link: outside },
        { name: `${folder}/files/new`, content: 'evil' },
      ],
    ],
    ['a device', (folder) => [{ name: `${folder}/${objectPath(hash)}`, type: '3' }]],
    ['a size beyond the archive', (folder) => [{ name: `${folder}/${objectPath(hash)}`, content: 'evil', size: 8 ** 11 - 1 }]],
    [
      'another name in an extended header',
      (folder) => [
        { name: 'x', type: 'x', content: `30 path=../outside/full/file\n` },
        { name: `${folder}/${objectPath(hash)}`, content: 'evil' },
      ],
    ],
    ['other bytes under the name of an object', (folder) => [{ name: `${folder}/${objectPath(hash)}`, content: 'evil' }]],
    [
      'the right object twice, the second one wrong',
      (folder) => [
        { name: `${folder}/${objectPath(hash)}`, content },
        { name: `${folder}/${objectPath(hash)}`, content: 'evil' },
      ],
    ],
    [
      'a hundred megabytes of zeros',
      (folder) => [{ name: `${folder}/${objectPath(md5('zeros'))}`, content: new Uint8Array(100 * 2 ** 20) }],
    ],
  ])('%s', async ([, members], scope) => {
    const arena = await enter(scope);
    arena.pin({ 'a.txt': content });
    const seed = join(arena.dir, 'checkout');
    await arena.commit('data');
    await arena.git('clone', '-q', arena.work, seed);
    mkdirSync(join(arena.dir, 'remote'), { recursive: true });
    {
      using job = startJob({
        workspace: seed,
        event: eventOf('push to main', 'private'),
        cache: { url: service.url, token: tokenFor('refs/heads/main') },
      });
      await job.main();
      await job.post();
    }
    const entry = service.entries().at(-1);
    if (entry === undefined) throw new Error('nothing was saved');
    scope.onTestFinished(() => service.evict(entry));
    service.replace(entry, zstdCompressSync(tarOf(members(`.datapin/gha/${entry.key.split('-').at(-2)}`, arena))));
    const step = await expectNoHarm(arena, { cache: true });
    expect(step.outputs['complete'], step.log).toBe('true');
    expect(readFileSync(join(arena.work, 'a.txt'), 'utf8')).toBe(content);
  });
});
