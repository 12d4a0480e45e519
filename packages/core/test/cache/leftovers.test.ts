import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { globSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openCache } from '../../src/cache/file-cache.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'datapin-leftovers-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const source = new URL('../../src/cache/file-cache.ts', import.meta.url).href;

/** Starts to receive an object in another process, which then dies without a chance to clean up. */
function dieWhileReceiving(): void {
  const script = `
    const { openCache } = await import(${JSON.stringify(source)});
    const incoming = await openCache({ dir: ${JSON.stringify(dir)}, types: ['copy'], shared: false }).receive({ algorithm: 'md5', value: '${hash('md5', 'whole')}' }, 5);
    await incoming.write(Buffer.from('who'));
    process.kill(process.pid, 'SIGKILL');`;
  spawnSync(process.execPath, ['--input-type=module', '-e', script]);
}

function writeSomething(content: string): void {
  using cache = openCache({ dir, types: ['copy'], shared: false });
  cache.publishBytes({ algorithm: 'md5', value: hash('md5', content) }, Buffer.from(content));
}

const hidden = (): readonly string[] => globSync('**/.*', { cwd: dir });

describe('what a killed process left in the cache', () => {
  it('is a temp file and a journal, no object', () => {
    dieWhileReceiving();
    expect(hidden()).toHaveLength(2);
    expect(globSync('files/md5/??/[0-9a-f]*', { cwd: dir })).toEqual([]);
  });

  it('is removed by the next one that writes', () => {
    dieWhileReceiving();
    writeSomething('other');
    expect(hidden()).toEqual([]);
  });

  it('stays while one only reads', () => {
    dieWhileReceiving();
    using cache = openCache({ dir, types: ['copy'], shared: false });
    cache.has({ algorithm: 'md5', value: hash('md5', 'whole') });
    expect(hidden()).toHaveLength(2);
  });
});

describe('temp files that may belong to somebody who still works', () => {
  const foreign = '.datapin-00000000-1-1-';
  const plant = (): void => {
    mkdirSync(join(dir, 'files/md5/ab'), { recursive: true });
    writeFileSync(join(dir, `files/md5/ab/${foreign}1.tmp`), 'half');
    writeFileSync(join(dir, `${foreign}2.journal`), `${JSON.stringify(join(dir, 'files/md5/ab'))}\n`);
  };

  it('stay: those of this very process', async () => {
    using cache = openCache({ dir, types: ['copy'], shared: false });
    const incoming = await cache.receive({ algorithm: 'md5', value: hash('md5', 'whole') }, { size: 5 });
    await incoming.write(Buffer.from('whole'));
    writeSomething('other');
    await incoming.publish();
    expect(cache.has({ algorithm: 'md5', value: hash('md5', 'whole') })).toBe(true);
  });

  it('stay: those of another machine', () => {
    plant();
    writeSomething('other');
    expect(hidden()).toHaveLength(2);
  });

  it('go: those of another machine that were not touched for a day', () => {
    plant();
    const longAgo = new Date(Date.now() - 25 * 60 * 60 * 1000);
    utimesSync(join(dir, `${foreign}2.journal`), longAgo, longAgo);
    writeSomething('other');
    expect(hidden()).toEqual([]);
  });

  it('stay: files of others with other names', () => {
    mkdirSync(join(dir, 'files/md5/ab'), { recursive: true });
    writeFileSync(join(dir, 'files/md5/ab/.aGVsbG8gd29ybGQgaGVsbG8.tmp'), 'of DVC');
    dieWhileReceiving();
    writeSomething('other');
    expect(hidden()).toEqual(['files/md5/ab/.aGVsbG8gd29ybGQgaGVsbG8.tmp']);
  });
});
