import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { createProject } from '../src/create-project.ts';
import { projectFiles } from '../src/project-files.ts';

const template = join(import.meta.dirname, '..', 'template');
const values = { name: '@acme/datapin-storage-vault', scheme: 'vault', variable: 'VAULT', version: '^1.2.3', year: '2026' };

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'create-storage-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

test('every file of the template becomes a file of the project', () => {
  expect(filesIn(template)).toEqual(Object.keys(projectFiles).sort());
  const directory = join(emptyFolder(), 'new', 'project');
  const files = createProject({ template, directory, values });
  expect(filesIn(directory)).toEqual([...files].sort());
  expect(files).toContain('.gitignore');
});

test('names, scheme, versions and year are filled in everywhere', () => {
  const directory = emptyFolder();
  for (const path of createProject({ template, directory, values })) {
    expect(readFileSync(join(directory, path), 'utf8'), path).not.toMatch(/\{\{[a-z]/u);
  }
  const manifest: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  expect(manifest).toMatchObject({
    name: '@acme/datapin-storage-vault',
    datapin: { storage: { schemes: ['vault'] } },
    dependencies: { '@datapin/storage': '^1.2.3' },
    devDependencies: { '@datapin/storage-testkit': '^1.2.3' },
  });
  expect(readFileSync(join(directory, 'LICENSE'), 'utf8')).toContain('(c) 2026 the authors of @acme/datapin-storage-vault');
  expect(readFileSync(join(directory, '.github/workflows/test.yml'), 'utf8')).toContain('${{ matrix.node }}');
});

test('a folder that holds other things keeps them', () => {
  const directory = emptyFolder();
  execFileSync('git', ['init', '-q'], { cwd: directory });
  writeFileSync(join(directory, 'notes.txt'), 'mine');
  createProject({ template, directory, values });
  expect(readFileSync(join(directory, 'notes.txt'), 'utf8')).toBe('mine');
});

test('files that are there are named, and nothing is written', () => {
  const directory = emptyFolder();
  mkdirSync(join(directory, 'src'));
  writeFileSync(join(directory, 'src', 'index.ts'), 'mine');
  writeFileSync(join(directory, 'README.md'), 'mine');
  expect(() => createProject({ template, directory, values })).toThrow(
    `${directory} has README.md, src/index.ts already; nothing was written`,
  );
  expect(filesIn(directory)).toEqual(['README.md', 'src/index.ts']);
});

test('a link that points nowhere is a file that is there', () => {
  const directory = emptyFolder();
  execFileSync('ln', ['-s', '/nowhere/at/all', join(directory, 'LICENSE')]);
  expect(() => createProject({ template, directory, values })).toThrow('has LICENSE already');
});

test('what was written goes when a later file cannot be', () => {
  const directory = emptyFolder();
  writeFileSync(join(directory, 'src'), 'a file where a folder has to be');
  expect(() => createProject({ template, directory, values })).toThrow(`cannot write to ${directory}`);
  expect(filesIn(directory)).toEqual(['src']);
});

test('the third-party versions are those that this workspace is tested with', () => {
  const catalog = readFileSync(join(template, '..', '..', '..', 'pnpm-workspace.yaml'), 'utf8');
  const { devDependencies } = JSON.parse(readFileSync(join(template, '_package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  for (const name of ['@types/node', 'typescript', 'vitest']) {
    expect(catalog.replaceAll("'", '')).toContain(`\n  ${name}: ${devDependencies[name]}\n`);
  }
});
