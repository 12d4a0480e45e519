import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { DatapinError } from '../../src/errors.ts';
import { type EnvironmentFinding, inspectEnvironment } from '../../src/operations/environment.ts';
import { makeProject, type TemporaryProject } from './temporary-project.ts';

const config = '[core]\n    remote = main\n[\'remote "main"\']\n    url = s3://bucket/x\n[\'remote "odd"\']\n    url = ../folder\n';

let project: TemporaryProject;
beforeEach(() => {
  const load = (scheme: string): Promise<never> =>
    Promise.reject(new DatapinError('plugin-missing', `no plugin for ${scheme}`, { hint: `datapin plugin add ${scheme}` }));
  project = makeProject({ config, storages: { load } });
});
afterEach(() => {
  project[Symbol.dispose]();
});

async function finding(topic: string): Promise<EnvironmentFinding | undefined> {
  return (await inspectEnvironment(await project.open())).find((one) => one.topic === topic);
}

test('a remote without a plugin is a problem with a way out', async () => {
  expect(await finding('Remote main (default)')).toEqual({
    topic: 'Remote main (default)',
    found: 's3://bucket/x',
    problem: 'no plugin for s3',
    hint: 'datapin plugin add s3',
  });
});

test('repository and git are named', async () => {
  expect((await finding('Repo'))?.found).toBe(`dvc, git, ${project.root}`);
  expect((await finding('Git'))?.found).toMatch(/^git version .*\(\/.*git\)$/u);
});

test('links are tried from the cache, and nothing stays behind', async () => {
  expect(await finding('Cache types')).toBeUndefined();
  mkdirSync(join(project.root, '.dvc/cache'));
  expect((await finding('Cache types'))?.found).toMatch(/hardlink, symlink, copy; wanted: reflink, copy$/u);
  expect(readdirSync(join(project.root, '.dvc/cache'))).toEqual([]);
  expect(readdirSync(join(project.root, '.dvc/tmp'))).toEqual([]);
});

test('a kind of link that never works here is a problem', async () => {
  mkdirSync(join(project.root, '.dvc/cache'));
  const opened = await project.open();
  const unusable = { ...opened, config: { ...opened.config, cache: { ...opened.config.cache, types: [] } } };
  const found = (await inspectEnvironment(unusable)).find(({ topic }) => topic === 'Cache types');
  expect(found?.problem).toContain('none of the wanted kinds of link');
});

test('a cache that is not there yet is not made by looking', async () => {
  expect((await finding('Cache directory'))?.found).toContain('made when first needed');
  expect(existsSync(join(project.root, '.dvc/cache'))).toBe(false);
});
