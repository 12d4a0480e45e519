import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, expect, test } from 'vitest';

import { parseDvcFile, renderDvcFile } from '../../src/formats/dvc-file.ts';
import { parseLockFile, renderLockFile } from '../../src/formats/lock-file.ts';
import { stageChecksum } from '../../src/formats/stage-checksum.ts';
import { readCanonicalYaml } from '../../src/formats/yaml-canonical.ts';
import { readYamlDocument } from '../../src/formats/yaml-document.ts';

const fixtures = fileURLToPath(new URL('../../../../e2e/fixtures/', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'datapin-metafiles-'));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

interface Metafile {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** Every `.dvc` and `dvc.lock` of every commit of every fixture that is a repository, each content once. */
function metafiles(): Metafile[] {
  const found = new Map<string, Metafile>();
  for (const fixture of readdirSync(fixtures).filter((name) => /^(?:0[1-9]|10)-/u.test(name))) {
    const clone = join(scratch, fixture);
    execFileSync('git', ['clone', '--quiet', '--bare', join(fixtures, fixture, 'repo.bundle'), clone], { stdio: 'pipe' });
    const git = (...parameters: string[]): string => execFileSync('git', parameters, { cwd: clone, encoding: 'utf8' });
    for (const commit of git('rev-list', '--all').trim().split('\n')) {
      for (const line of git('ls-tree', '-r', '-z', commit).split('\0')) {
        const [, object = '', path = ''] = /^\d+ blob (\S+)\t(.*(?:\.dvc|dvc\.lock))$/su.exec(line) ?? [];
        if (path !== '' && !found.has(`${fixture} ${object}`)) {
          found.set(`${fixture} ${object}`, {
            name: `${fixture} ${JSON.stringify(path)} ${object.slice(0, 7)}`,
            path,
            text: git('cat-file', 'blob', object),
          });
        }
      }
    }
  }
  return [...found.values()];
}

/** Files that DVC rewrote instead of writing them fresh, which leaves new keys at the end. */
function isRewritten({ name, text }: Metafile): boolean {
  return name.startsWith('04-') ? text.includes('hash: md5') : /^09-.*"(?:a\.txt|dir|multi)\.dvc"/u.test(name);
}

async function render({ path, text }: Metafile, previous?: string): Promise<string> {
  return path.endsWith('.dvc')
    ? renderDvcFile(await parseDvcFile(text, path), previous)
    : renderLockFile(await parseLockFile(text, path), previous);
}

const all = metafiles();

test('the fixtures have metafiles of both kinds', () => {
  expect(all.length).toBeGreaterThan(100);
  expect(all.filter(({ path }) => path.endsWith('dvc.lock')).length).toBeGreaterThan(2);
});

test.each(all.filter((file) => !isRewritten(file)))('is written anew with the same bytes: $name', async (file) => {
  expect(await render(file)).toBe(file.text);
});

test.each(all)('stays as it is when nothing changes: $name', async (file) => {
  expect(await render(file, file.text)).toBe(file.text);
});

test.each(all.filter(({ path, text }) => path.endsWith('.dvc') && !text.includes('desc')))(
  'gets back its bytes when a change is taken back: $name',
  async (file) => {
    const stage = await parseDvcFile(file.text, file.path);
    const changed = await renderDvcFile({ ...stage, desc: 'for a while', frozen: !stage.frozen, md5: 'f'.repeat(32) }, file.text);
    expect(changed).not.toBe(file.text);
    const restored = await parseDvcFile(await renderDvcFile(stage, changed), file.path);
    expect(restored).toEqual(stage);
  },
);

test.each(all)('reading without the library agrees with it, or leaves it to it: $name', ({ text, path }) => {
  const value = readYamlDocument(text, path);
  expect(readCanonicalYaml(text) ?? value).toEqual(value);
});

test('nearly all of them are read without the library', () => {
  expect(all.filter(({ text }) => readCanonicalYaml(text) === undefined).length).toBeLessThan(6);
});

test.each(all.filter(({ path, text }) => path.endsWith('.dvc') && text.startsWith('md5:')))(
  'an import carries its checksum: $name',
  async ({ text, path }) => {
    const stage = await parseDvcFile(text, path);
    expect(stageChecksum(stage)).toBe(stage.md5);
  },
);

const samples = join(fixtures, '11-cloud-versioned-samples');

test.each(readdirSync(samples).filter((name) => name.endsWith('.dvc')))(
  'a sample of a versioned remote keeps its bytes: %s',
  async (name) => {
    const text = readFileSync(join(samples, name), 'utf8');
    const stage = await parseDvcFile(text, name);
    expect(await renderDvcFile(stage, text)).toBe(text);
    expect(readCanonicalYaml(text)).toEqual(readYamlDocument(text, name));
  },
);
