import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { lockRepository } from '../../src/locking/repository-lock.ts';
import { openWorkspaceTemps } from '../../src/workspace/workspace-temps.ts';

let root: string;
let tmpDir: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'datapin-temps-'));
  tmpDir = join(root, '.dvc/tmp');
  mkdirSync(join(root, 'data'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const source = new URL('../../src/workspace/workspace-temps.ts', import.meta.url).href;
const journals = (): readonly string[] => readdirSync(join(tmpDir, 'datapin')).filter((name) => name.endsWith('.journal'));

/** Another process begins a file in `data` and is killed. */
function dieWhileWriting(): void {
  const script = `
    const { openWorkspaceTemps } = await import(${JSON.stringify(source)});
    const { writeFileSync } = await import('node:fs');
    writeFileSync(openWorkspaceTemps(${JSON.stringify(tmpDir)}).pathIn(${JSON.stringify(join(root, 'data'))}), 'half');
    process.kill(process.pid, 'SIGKILL');`;
  spawnSync(process.execPath, ['--input-type=module', '-e', script]);
}

async function runNextCommand(): Promise<void> {
  const project = { root, tmpDir, config: { core: { hardlinkLock: false } } };
  await using _lock = await lockRepository(project, { signal: new AbortController().signal, report: () => undefined });
}

describe('a temp file in the work tree', () => {
  it('is in the folder of the file it will become', () => {
    using temps = openWorkspaceTemps(tmpDir);
    expect(temps.pathIn(join(root, 'data'))).toMatch(/\/data\/\.datapin-.*\.tmp$/u);
  });

  it('has a name of its own each time', () => {
    using temps = openWorkspaceTemps(tmpDir);
    expect(temps.pathIn(root)).not.toBe(temps.pathIn(root));
  });

  it('leaves no journal when all went well', () => {
    {
      using temps = openWorkspaceTemps(tmpDir);
      temps.pathIn(root);
      expect(journals()).toHaveLength(1);
    }
    expect(journals()).toEqual([]);
  });

  it('needs no journal while none was asked for', () => {
    openWorkspaceTemps(tmpDir)[Symbol.dispose]();
    expect(existsSync(tmpDir)).toBe(false);
  });
});

describe('what a killed command left in the work tree', () => {
  it('is removed before the next command does anything', async () => {
    dieWhileWriting();
    expect(readdirSync(join(root, 'data'))).toHaveLength(1);
    await runNextCommand();
    expect(readdirSync(join(root, 'data'))).toEqual([]);
    expect(journals()).toEqual([]);
  });

  it('is removed even when its journal is torn', async () => {
    dieWhileWriting();
    const [journal] = journals();
    writeFileSync(join(tmpDir, 'datapin', journal ?? ''), '"/half a li', { flag: 'a' });
    await runNextCommand();
    expect(readdirSync(join(root, 'data'))).toEqual([]);
  });

  it('is not searched for in places that no journal names', async () => {
    dieWhileWriting();
    const [left] = readdirSync(join(root, 'data'));
    mkdirSync(join(root, 'other'));
    writeFileSync(join(root, 'other', left ?? ''), '');
    await runNextCommand();
    expect(readdirSync(join(root, 'other'))).toEqual([left]);
  });
});
