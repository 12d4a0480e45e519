import { cpSync, mkdirSync, readdirSync, renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { openSandbox, type Sandbox } from '../../e2e/harness/sandbox.ts';
import type { Versitygw } from '../../e2e/servers/versitygw.ts';
import { type Arena, type Contender, enterArena, initialise, startStore, storeEnvironment, turns } from './contender.ts';
import { costOf } from './cost.ts';
import { writeFiles } from './data-files.ts';
import { type Ledger, openLedger } from './ledger.ts';

/** Many small files: everything one does with them, and the same once more with nothing to do. */
export async function benchSmall({ rounds, files }: { readonly rounds: number; readonly files: number }): Promise<void> {
  const sandboxes: Sandbox[] = [];
  await using store = await startStore();
  const ledger = openLedger();
  try {
    const source = openSandbox('bench-source');
    sandboxes.push(source);
    const data = join(source.dir, 'data');
    writeFiles(data, { count: files, bytes: 1024 });
    for (let round = 0; round < rounds; round += 1) {
      for (const contender of turns(round)) {
        // new folders each time, deleted at the very end: a file system that has just deleted many files is slow to create new ones
        const sandbox = openSandbox('bench-small');
        sandboxes.push(sandbox);
        console.log(`round ${round + 1} of ${rounds}: ${contender}`);
        await oneRound({ sandbox, store, ledger, contender, data, name: `${contender}-${round}` });
      }
      const sandbox = openSandbox('bench-peers');
      sandboxes.push(sandbox);
      console.log(`round ${round + 1} of ${rounds}: rclone, s5cmd, git-lfs`);
      await peers({ sandbox, store, ledger, data, name: `peers-${round}` });
    }
  } finally {
    for (const sandbox of sandboxes) sandbox[Symbol.dispose]();
  }
  console.log(`\n## ${files} files of 1 KiB (medians of ${rounds})\n`);
  console.log(ledger.table('dvc', 'datapin'));
}

interface Round {
  readonly sandbox: Sandbox;
  readonly store: Versitygw;
  readonly ledger: Ledger;
  readonly data: string;
  readonly name: string;
}

async function oneRound({ sandbox, store, ledger, data, name, contender }: Round & { readonly contender: Contender }): Promise<void> {
  const arena = enterArena(sandbox, contender, { folder: 'work', store });
  const note = async (line: string, of: Arena, ...args: readonly string[]): Promise<void> =>
    ledger.note(line, contender, await of.cost(...args));
  await initialise(arena, '../remote');
  await arena.prepare('remote', 'add', 's3', `s3://bench/${name}`);
  await arena.prepare('remote', 'modify', 's3', 'endpointurl', store.endpoint);
  const tracked = join(arena.work, 'data');
  cpSync(data, tracked, { recursive: true });

  await note('add', arena, 'add', 'data');
  await note('add, nothing to do', arena, 'add', 'data');
  await arena.git('add', '-A');
  await arena.git('commit', '-q', '-m', 'data');
  touchAll(tracked);
  await note('status, all files touched', arena, 'status');
  await note('status, nothing to do', arena, 'status');
  touchAll(tracked);
  await note('data status, all files touched', arena, 'data', 'status');
  await note('data status, nothing to do', arena, 'data', 'status');
  // moved, not removed: see above
  renameSync(tracked, join(sandbox.dir, 'aside'));
  await note('checkout', arena, 'checkout');
  await note('checkout, nothing to do', arena, 'checkout');
  for (const remote of ['store', 's3']) {
    const where = remote === 's3' ? 'S3' : 'folder';
    await note(`push, ${where}`, arena, 'push', '-r', remote);
    await note(`push, ${where}, nothing to do`, arena, 'push', '-r', remote);
    const clone = enterArena(sandbox, contender, { folder: `clone-${remote}`, store });
    await arena.git('clone', '-q', arena.work, clone.work);
    await note(`pull, ${where}`, clone, 'pull', '-r', remote);
    await note(`pull, ${where}, nothing to do`, clone, 'pull', '-r', remote);
    const pulled = readdirSync(join(clone.work, 'data')).length;
    if (pulled !== readdirSync(data).length) throw new Error(`${contender} pulled ${pulled} entries`);
  }
}

/** What tools that only copy, or only store, take for the same files. */
async function peers({ sandbox, store, ledger, data, name }: Round): Promise<void> {
  const env = { ...sandbox.env, ...storeEnvironment(store) };
  const options = { cwd: sandbox.dir, env };
  const back = (who: string): string => join(sandbox.dir, `${who}-back`);
  ledger.note(
    'push, S3',
    'rclone',
    await costOf(['rclone', 'copy', '--transfers=16', '--checkers=16', data, `:s3:bench/${name}/rclone`], options),
  );
  ledger.note(
    'pull, S3',
    'rclone',
    await costOf(['rclone', 'copy', '--transfers=16', '--checkers=16', `:s3:bench/${name}/rclone`, back('rclone')], options),
  );
  ledger.note('push, S3', 's5cmd', await costOf(['s5cmd', '--log=error', 'cp', `${data}/`, `s3://bench/${name}/s5cmd/`], options));
  mkdirSync(back('s5cmd'));
  ledger.note(
    'pull, S3',
    's5cmd',
    await costOf(['s5cmd', '--log=error', 'cp', `s3://bench/${name}/s5cmd/*`, `${back('s5cmd')}/`], options),
  );

  const arena = enterArena(sandbox, 'datapin', { folder: 'lfs' });
  await arena.git('init', '-q');
  await arena.git('lfs', 'install', '--local');
  await arena.git('lfs', 'track', 'data/**');
  cpSync(data, join(arena.work, 'data'), { recursive: true });
  ledger.note('add', 'git-lfs', await costOf(['git', 'add', '-A'], { cwd: arena.work, env: arena.env }));
}

/** Same bytes, new times: what a tool remembers about the files no longer helps. */
function touchAll(folder: string): void {
  const now = new Date();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), now, now);
  }
}
