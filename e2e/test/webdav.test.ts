/** Real DVC and datapin on the same WebDAV server: each reads what the other wrote, and what lies there does not tell who did. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listFiles } from '../harness/listing.ts';
import { cloneRepository, makeRepository, type Repository } from '../harness/repository.ts';
import { openSandbox, type Sandbox } from '../harness/sandbox.ts';
import { openTools, type Tools } from '../harness/tool.ts';
import { startApache } from '../servers/apache.ts';
import { startRcloneWebdav } from '../servers/rclone.ts';
import type { WebdavServer } from '../servers/webdav-server.ts';
import { startWsgidav } from '../servers/wsgidav.ts';

let tools: Tools;
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = openSandbox('webdav');
  tools = await openTools();
});
afterAll(async () => {
  await tools[Symbol.asyncDispose]();
  sandbox[Symbol.dispose]();
});

/** A repository whose remote is a folder of the server; the folder is there, as DVC wants it. */
async function useServer(repository: Repository, server: WebdavServer, folder: string): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${server.user}:${server.password}`).toString('base64')}`;
  for (const path of folder.split('/').map((_name, index, names) => names.slice(0, index + 1).join('/'))) {
    await fetch(`${server.origin}/${path}/`, { method: 'MKCOL', headers: { authorization } });
  }
  await repository.run('remote', 'add', '-q', '-d', 'store', `${server.origin.replace('http:', 'webdav:')}/${folder}`);
  await repository.run('remote', 'modify', 'store', 'user', server.user);
  await repository.run('remote', 'modify', '--local', 'store', 'password', server.password);
}

async function makeData(repository: Repository): Promise<void> {
  for (let index = 0; index < 20; index++) repository.write(`data/folder ${index % 3}/file ${index}`, `content ${index}`);
  repository.write('large.bin', Buffer.alloc(2_000_000, 'datapin '));
  await repository.run('add', 'data', 'large.bin');
  await repository.commit();
}

/** Everything that lies in a folder of the server: path → bytes. */
function tree({ dir }: WebdavServer, folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(listFiles(join(dir, folder)).map((path) => [path, readFileSync(join(dir, folder, path), 'latin1')]));
}

describe.each([
  // as it comes, Apache redirects DVC's questions for folders, which DVC takes for a failure
  ['Apache', () => startApache({ directorySlash: false })],
  ['wsgidav', startWsgidav],
  ['rclone', startRcloneWebdav],
] as const)('on %s', (name, start) => {
  let server: WebdavServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('both leave the same files with the same bytes', async () => {
    for (const tool of [tools.dvc, tools.subject]) {
      const repository = await makeRepository(sandbox, `${name}-same-${tool.name}`, { tool });
      await useServer(repository, server, `same/${tool.name}`);
      await makeData(repository);
      await repository.run('push');
    }
    expect(tree(server, `same/${tools.subject.name}`)).toEqual(tree(server, `same/${tools.dvc.name}`));
    expect(Object.keys(tree(server, `same/${tools.dvc.name}`))).toHaveLength(22);
  });

  test('what DVC pushes datapin pulls, adds to, and gives back', { timeout: 240_000 }, async () => {
    const made = await makeRepository(sandbox, `${name}-exchange`, { tool: tools.dvc });
    await useServer(made, server, 'exchange');
    await makeData(made);
    await made.run('push');

    const read = await cloneRepository(sandbox, made, { folder: `${name}-exchange-clone`, tool: tools.subject });
    await read.run('remote', 'modify', '--local', 'store', 'password', server.password);
    await read.run('pull');
    expect(read.contents('data')).toEqual(made.contents('data'));
    expect(await read.status()).toEqual({ workspace: {}, remote: {} });

    read.write('data/more', 'of the other one');
    await read.run('add', 'data');
    await read.commit();
    await read.run('push');
    await made.git('pull', '-q', read.dir, 'HEAD');
    made.wipe('data', 'large.bin');
    await made.run('pull');
    expect(made.contents('data')).toEqual(read.contents('data'));
    expect(await made.status()).toEqual({ workspace: {}, remote: {} });
  });
});

test('a remote below collections that do not exist yet, on an Apache that wants Digest: push makes them, pull finds the data', async () => {
  await using server = await startApache({ authentication: 'Digest' });
  const repository = await makeRepository(sandbox, 'digest', { tool: tools.subject });
  await repository.run('remote', 'add', '-q', '-d', 'store', `${server.origin.replace('http:', 'webdav:')}/not/there/yet`);
  await repository.run('remote', 'modify', 'store', 'user', server.user);
  await repository.run('remote', 'modify', '--local', 'store', 'password', server.password);
  await makeData(repository);
  const before = repository.contents('data');
  await repository.run('push');
  expect(Object.keys(tree(server, 'not/there/yet'))).toHaveLength(22);
  repository.wipe('data', 'large.bin');
  await repository.run('pull');
  expect(repository.contents('data')).toEqual(before);
});
