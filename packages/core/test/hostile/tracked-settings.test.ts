/** A setting that came with a clone is the clone's, whatever file it stands in: a storage must be told, because such a setting may run no command. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { RemoteSpec, StoragePlugin } from '@datapin/storage';
import { localPlugin } from '@datapin/storage-local';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { pull } from '../../src/operations/pull.ts';
import { makeProject, type TemporaryProject } from '../operations/temporary-project.ts';
import { pullRequest } from '../operations/transfer-request.ts';

let specs: RemoteSpec[];
let project: TemporaryProject;

/** Stands for S3, whose `configpath` can name a program. */
const plugin: StoragePlugin = {
  name: 's3',
  schemes: ['s3'],
  options: { configpath: { type: 'path', description: '' }, endpointurl: { type: 'string', description: '' } },
  open: async (spec, host) => {
    specs.push(spec);
    return localPlugin.open(
      { ...spec, url: { scheme: 'local', authority: '', path: join(dirname(project.root), 'store') }, options: {} },
      host,
    );
  },
};

beforeEach(() => {
  specs = [];
  project = makeProject({
    config: '[core]\n    remote = store\n[\'remote "store"\']\n    url = s3://bucket\n',
    storages: { load: async () => plugin },
  });
  project.write('data.dvc', 'outs:\n- md5: 5d41402abc4b2a76b9719d911017c592\n  hash: md5\n  path: data\n');
});
afterEach(() => {
  project[Symbol.dispose]();
});

const evil = '[\'remote "store"\']\n    configpath = ../aws\n';

async function trackedOptions(): Promise<string[]> {
  await pull(await project.open(), pullRequest, project.context).catch(() => undefined);
  return [...(specs[0]?.tracked ?? ['(not opened)'])].sort();
}

it('.dvc/config', async () => {
  project.write('.dvc/config', `[core]\n    remote = store\n['remote "store"']\n    url = s3://bucket\n    configpath = ../aws\n`);
  expect(await trackedOptions()).toEqual(['configpath', 'url']);
});

it.each(['.dvc/config.local', '.dvc/datapin.local'])('%s, as the user wrote it, is the user’s', async (file) => {
  project.write(file, evil);
  expect(await trackedOptions()).toEqual(['url']);
});

it.each(['.dvc/config.local', '.dvc/datapin.local'])('%s that git tracks is the clone’s', async (file) => {
  project.write(file, evil);
  project.git('add', '-f', file);
  expect(await trackedOptions()).toEqual(['configpath', 'url']);
});

it('a whole remote in a tracked .dvc/config.local is the clone’s', async () => {
  project.write('.dvc/config', '');
  project.write('.dvc/config.local', `[core]\n    remote = store\n['remote "store"']\n    url = s3://bucket\n    configpath = ../aws\n`);
  project.git('add', '-f', '.dvc/config.local');
  expect(await trackedOptions()).toEqual(['configpath', 'url']);
});

describe('an import', () => {
  const commitSource = (files: Readonly<Record<string, string>>): { url: string; commit: string } => {
    const url = join(dirname(project.root), 'source');
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(url, name)), { recursive: true });
      writeFileSync(join(url, name), text);
    }
    const git = (...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: url, encoding: 'utf8' });
    git('init', '-q');
    git('add', '-f', '.');
    git('commit', '-q', '-m', 'source');
    return { url, commit: git('rev-parse', 'HEAD').trim() };
  };
  const importing = ({ url, commit }: { url: string; commit: string }, more = ''): void => {
    project.write(
      'data.dvc',
      `frozen: true\ndeps:\n- path: data\n  repo:\n    url: ${url}\n    rev_lock: ${commit}\n${more}outs:\n- md5: 5d41402abc4b2a76b9719d911017c592\n  hash: md5\n  path: data\n`,
    );
  };
  const sourceFiles = {
    'data.dvc': 'outs:\n- md5: 5d41402abc4b2a76b9719d911017c592\n  hash: md5\n  path: data\n',
    '.dvc/config': '[core]\n    remote = store\n[\'remote "store"\']\n    url = s3://bucket\n',
  };

  it('from a source with .dvc/config.local in its commit', async () => {
    importing(commitSource({ ...sourceFiles, '.dvc/config.local': evil }));
    expect(await trackedOptions()).toEqual(['configpath', 'url']);
  });

  it('with settings for the source in the metafile', async () => {
    importing(commitSource(sourceFiles), '    config:\n      remote:\n        store:\n          configpath: /evil\n');
    expect(await trackedOptions()).toEqual(['configpath', 'url']);
  });

  it('with a remote for the source in the metafile', async () => {
    importing(commitSource(sourceFiles), '    remote:\n      url: s3://other\n      configpath: /evil\n');
    expect(await trackedOptions()).toEqual(['configpath', 'url']);
  });

  it('of a URL with settings in the metafile', async () => {
    project.write(
      'data.dvc',
      'frozen: true\ndeps:\n- path: s3://bucket/data\n  fs_config:\n    configpath: /evil\nouts:\n- md5: 5d41402abc4b2a76b9719d911017c592\n  hash: md5\n  path: data\n  push: false\n',
    );
    expect(await trackedOptions()).toEqual(['configpath', 'url']);
  });
});
