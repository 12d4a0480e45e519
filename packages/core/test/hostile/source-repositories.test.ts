/** A repository that data is imported from is somebody else's: fetching it runs nothing, and nothing may stand in for it. */
import { execFileSync } from 'node:child_process';
import { createHash, hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { pull, type PullResult } from '../../src/operations/pull.ts';
import { makeProject, type TemporaryProject } from '../operations/temporary-project.ts';
import { pullRequest } from '../operations/transfer-request.ts';

let project: TemporaryProject;
let home: string;
beforeEach(() => {
  project = makeProject();
  home = dirname(project.root);
});
afterEach(() => {
  project[Symbol.dispose]();
});

function run(folder: string, ...args: string[]): string {
  mkdirSync(folder, { recursive: true });
  return execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
}

/** A git repository beside the project with these files in one commit, whose id is returned. */
function commitSource(files: Readonly<Record<string, string>>, folder = join(home, 'source')): string {
  run(folder, 'init', '-q');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  run(folder, 'add', '-f', '.');
  run(folder, 'commit', '-q', '-m', 'source');
  return run(folder, 'rev-parse', 'HEAD').trim();
}

/** Pulls `file` of a source as `data`. */
async function importFile(
  url: string,
  commit: string,
  { file = 'file', content }: { file?: string; content?: string } = {},
): Promise<PullResult> {
  const pin = content === undefined ? '' : `- md5: ${hash('md5', content)}\n  hash: md5\n`;
  project.write(
    'data.dvc',
    `frozen: true\ndeps:\n- path: ${file}\n  repo:\n    url: ${url}\n    rev_lock: ${commit}\nouts:\n${pin === '' ? '- hash: md5\n' : pin}  path: data\n`,
  );
  return pull(await project.open(), pullRequest, project.context);
}

const data = (): string | undefined =>
  existsSync(join(project.root, 'data')) ? readFileSync(join(project.root, 'data'), 'utf8') : undefined;
const ran = (): boolean => existsSync(join(home, 'ran'));

it('no filter runs, whatever .gitattributes names and the user has installed', async () => {
  writeFileSync(
    join(home, '.gitconfig'),
    `[filter "x"]\n\tsmudge = touch ${home}/ran; cat\n\tclean = cat\n\trequired = true\n[core]\n\tautocrlf = true\n`,
  );
  const commit = commitSource({ file: 'text\n', '.gitattributes': '* filter=x text eol=crlf ident\nother working-tree-encoding=UTF-8\n' });
  await importFile(join(home, 'source'), commit, { content: 'text\n' });
  expect(ran()).toBe(false);
  expect(data()).toBe('text\n');
});

it('hooks of the user and of the source do not run', async () => {
  const hooks = join(home, 'hooks');
  mkdirSync(hooks);
  for (const name of ['post-checkout', 'reference-transaction', 'post-index-change'])
    writeFileSync(join(hooks, name), `#!/bin/sh\ntouch ${home}/ran\n`, { mode: 0o755 });
  writeFileSync(join(home, '.gitconfig'), `[core]\n\thooksPath = ${hooks}\n`);
  await importFile(join(home, 'source'), commitSource({ file: 'text\n' }), { content: 'text\n' });
  expect(ran()).toBe(false);
  expect(data()).toBe('text\n');
});

it.each(['ext::sh -c "touch $PWD/ran"', '--upload-pack=touch ran', 'ssh://-oProxyCommand=touch$IFS./ran/x', 'helper::x'])(
  'the URL %s runs nothing',
  async (url) => {
    const { fetch } = await importFile(JSON.stringify(url), 'a'.repeat(40));
    expect(fetch.missing).toMatchObject([{ path: 'data', code: 'git-failed' }]);
    expect(ran()).toBe(false);
    expect(existsSync(join(project.root, 'ran'))).toBe(false);
  },
);

it('a submodule of the source is not fetched', async () => {
  writeFileSync(join(home, '.gitconfig'), '[submodule]\n\trecurse = true\n[protocol "file"]\n\tallow = always\n');
  commitSource({ inner: 'x' }, join(home, 'inner'));
  const source = join(home, 'source');
  commitSource({ file: 'text\n' }, source);
  run(source, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', join(home, 'inner'), 'sub');
  run(source, 'commit', '-q', '-m', 'submodule');
  await importFile(source, run(source, 'rev-parse', 'HEAD').trim(), { content: 'text\n' });
  expect(data()).toBe('text\n');
  const [fetched] = execFileSync('ls', [join(project.root, '.dvc/tmp/datapin/sources')], { encoding: 'utf8' }).split('\n');
  expect(existsSync(join(project.root, '.dvc/tmp/datapin/sources', fetched ?? '', 'sub/inner'))).toBe(false);
});

it('what a clone put in the place of a fetched source is not taken for it', async () => {
  const url = join(home, 'source');
  const commit = commitSource({ file: 'the true one' });
  const place = `.dvc/tmp/datapin/sources/${createHash('sha256').update(url).digest('hex').slice(0, 16)}-${commit.slice(0, 12)}`;
  project.write(`${place}/file`, 'planted');
  project.git('add', '-f', '.dvc/tmp');
  await importFile(url, commit);
  expect(data()).toBe('the true one');
});

it('a link in the place of a fetched source leads nowhere', async () => {
  const url = join(home, 'source');
  const commit = commitSource({ file: 'the true one' });
  commitSource({ file: 'the user’s secret' }, join(home, 'other'));
  const sources = join(project.root, '.dvc/tmp/datapin/sources');
  mkdirSync(sources, { recursive: true });
  symlinkSync(join(home, 'other'), join(sources, `${createHash('sha256').update(url).digest('hex').slice(0, 16)}-${commit.slice(0, 12)}`));
  await importFile(url, commit);
  expect(data()).toBe('the true one');
});

it.each(['../../../../../../secret', 'link', 'linked-folder/secret'])('a path %s out of the source brings nothing', async (file) => {
  writeFileSync(join(home, 'secret'), 'the user’s secret');
  const source = join(home, 'source');
  mkdirSync(source);
  symlinkSync(join(home, 'secret'), join(source, 'link'));
  symlinkSync(home, join(source, 'linked-folder'));
  const { fetch } = await importFile(source, commitSource({ other: 'x' }), { file });
  expect(fetch.missing).toMatchObject([{ code: 'unsafe-path' }]);
  expect(data()).toBeUndefined();
});

it('a source whose .dvc is a link to a project of this machine is not read as that project', async () => {
  const source = join(home, 'source');
  mkdirSync(join(home, 'mine/.dvc'), { recursive: true });
  writeFileSync(join(home, 'mine/.dvc/config'), '[core]\n    remote = mine\n[\'remote "mine"\']\n    url = /mine\n');
  mkdirSync(source);
  symlinkSync(join(home, 'mine/.dvc'), join(source, '.dvc'));
  const commit = commitSource({ 'file.dvc': `outs:\n- md5: ${hash('md5', 'x')}\n  hash: md5\n  path: file\n` });
  const { fetch } = await importFile(source, commit);
  expect(JSON.stringify(fetch.missing)).not.toContain('/mine');
});

it('a file that the source keeps in Git LFS is refused by name, not taken for its pointer', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12\n`;
  const commit = commitSource({ file: pointer, '.gitattributes': 'file filter=lfs diff=lfs merge=lfs -text\n' });
  const { fetch } = await importFile(join(home, 'source'), commit);
  expect(fetch.missing).toMatchObject([{ code: 'unsupported', reason: 'unsupported' }]);
});
