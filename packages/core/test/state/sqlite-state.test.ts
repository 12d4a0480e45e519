import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { FileIdentity } from '../../src/hashing/file-identity.ts';
import { openState } from '../../src/state/sqlite-state.ts';
import type { StateRecord } from '../../src/state/state.ts';

let tmpDir: string;
let file: string;
beforeEach(() => {
  tmpDir = mkdtempSync(join(tmpdir(), 'datapin-state-'));
  file = join(tmpDir, 'datapin/state.db');
});
afterEach(() => {
  rmSync(tmpDir, { recursive: true });
});

const identity: FileIdentity = { dev: 66_305, ino: 1_234_567, size: 10, mtimeMs: 1_700_000_000_000.123, ctimeMs: 1_700_000_000_001.456 };
const hash = 'd41d8cd98f00b204e9800998ecf8427e';

function record(path: string, changes: Partial<StateRecord> = {}): StateRecord {
  return { path, identity, algorithm: 'md5', hash, ...changes };
}

describe('the state', () => {
  it('knows a file as long as its identity is the same', () => {
    using state = openState(tmpDir);
    state.put([record('/p/a')]);
    expect(state.get('/p/a', identity, 'md5')).toBe(hash);
  });

  it.each(['dev', 'ino', 'size', 'mtimeMs', 'ctimeMs'] as const)('does not know it once its %s has changed', (key) => {
    using state = openState(tmpDir);
    state.put([record('/p/a')]);
    expect(state.get('/p/a', { ...identity, [key]: identity[key] + 1 }, 'md5')).toBeUndefined();
  });

  it('keeps the hashes of the two algorithms apart', () => {
    using state = openState(tmpDir);
    state.put([record('/p/a'), record('/p/a', { algorithm: 'md5-dos2unix', hash: '0'.repeat(32) })]);
    expect([state.get('/p/a', identity, 'md5'), state.get('/p/a', identity, 'md5-dos2unix')]).toEqual([hash, '0'.repeat(32)]);
  });

  it('lists what is at and below a folder, and nothing beside it', () => {
    using state = openState(tmpDir);
    state.put(['/p/data', '/p/data/a', '/p/data/sub/b', '/p/data!', '/p/data.txt', '/p/data0', '/p/dat'].map((path) => record(path)));
    expect([...state.below('/p/data', 'md5').keys()].sort()).toEqual(['/p/data', '/p/data/a', '/p/data/sub/b']);
  });

  it('gives back what was put, to the last digit', () => {
    using state = openState(tmpDir);
    state.put([record('/p/a')]);
    expect(state.below('/p', 'md5').get('/p/a')).toEqual({ identity, hash });
  });

  it('is still there when it is opened again', () => {
    {
      using state = openState(tmpDir);
      state.put([record('/p/a')]);
    }
    using again = openState(tmpDir);
    expect(again.get('/p/a', identity, 'md5')).toBe(hash);
  });

  it('costs nothing until it is used', () => {
    openState(tmpDir)[Symbol.dispose]();
    expect(existsSync(file)).toBe(false);
  });

  it('remembers placed outputs, and forgets them', () => {
    using state = openState(tmpDir);
    state.setPlaced(
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    );
    state.setPlaced(
      new Map([
        ['a', undefined],
        ['b', '3'],
      ]),
    );
    expect([...state.placed()]).toEqual([['b', '3']]);
  });
});

describe('a file that changed a moment ago', () => {
  it('is remembered once a further change would show', () => {
    using state = openState(tmpDir);
    const young = { ...identity, ctimeMs: Date.now() + 0.5 };
    state.put([record('/p/a', { identity: young })]);
    expect(state.get('/p/a', young, 'md5')).toBe(hash);
    expect(Date.now()).toBeGreaterThan(young.ctimeMs + 10);
  });

  it('is left out where times are whole seconds', () => {
    using state = openState(tmpDir);
    const coarse = { ...identity, ctimeMs: Math.floor(Date.now() / 1000) * 1000 };
    state.put([record('/p/a', { identity: coarse }), record('/p/b')]);
    expect([...state.below('/p', 'md5').keys()]).toEqual(['/p/b']);
  });

  it('is left out when its time lies in the future', () => {
    using state = openState(tmpDir);
    const future = { ...identity, ctimeMs: Date.now() + 3_600_000.5 };
    state.put([record('/p/a', { identity: future })]);
    expect(state.get('/p/a', future, 'md5')).toBeUndefined();
  });
});

describe('a database that cannot be used', () => {
  const useIt = (): string | undefined => {
    using state = openState(tmpDir);
    state.put([record('/p/a')]);
    return state.get('/p/a', identity, 'md5');
  };

  it('is made anew when it is no database', () => {
    mkdirSync(join(tmpDir, 'datapin'));
    writeFileSync(file, 'not a database'.repeat(1000));
    expect(useIt()).toBe(hash);
  });

  it('is made anew when it is damaged inside', () => {
    {
      using state = openState(tmpDir);
      state.put(Array.from({ length: 5000 }, (_, index) => record(`/p/${index}`)));
    }
    execFileSync('dd', ['if=/dev/urandom', `of=${file}`, 'bs=4096', 'seek=1', 'count=60', 'conv=notrunc'], { stdio: 'ignore' });
    useIt();
    expect(useIt()).toBe(hash);
  });

  it('is made anew when another version made it', () => {
    useIt();
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const database = new DatabaseSync(file);
    database.exec('DROP TABLE hash; CREATE TABLE hash (other TEXT); PRAGMA user_version = 99');
    database.close();
    expect(useIt()).toBe(hash);
  });

  it('is done without when there is no place for it', () => {
    writeFileSync(join(tmpDir, 'datapin'), 'a file where the folder should be');
    expect(useIt()).toBe(hash);
  });
});

describe('loading node:sqlite', () => {
  it('shows no warning, and later warnings of others are still shown', () => {
    const script = `
      const { openState } = await import(${JSON.stringify(new URL('../../src/state/sqlite-state.ts', import.meta.url).href)});
      openState(${JSON.stringify(tmpDir)}).placed();
      process.emitWarning('a later warning');`;
    const { stderr } = runNode(script);
    expect(stderr).not.toContain('SQLite');
    expect(stderr).toContain('a later warning');
  });
});

function runNode(script: string): { readonly stderr: string } {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
}
