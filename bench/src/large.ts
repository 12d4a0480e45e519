import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openSandbox, type Sandbox } from '../../e2e/harness/sandbox.ts';
import { enterArena, initialise, startStore, storeEnvironment, turns } from './contender.ts';
import { costOf } from './cost.ts';
import { writeRandomFile } from './data-files.ts';
import { openLedger } from './ledger.ts';

/** One large file to the S3 server and back: the peak of memory is the point. */
export async function benchLarge({ rounds, bytes }: { readonly rounds: number; readonly bytes: number }): Promise<void> {
  const sandboxes: Sandbox[] = [];
  await using store = await startStore();
  const ledger = openLedger();
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const contender of turns(round)) {
        console.log(`round ${round + 1} of ${rounds}: ${contender}`);
        const sandbox = openSandbox('bench-large');
        sandboxes.push(sandbox);
        const arena = enterArena(sandbox, contender, { folder: 'work', store });
        await initialise(arena, `s3://bench/large-${contender}-${round}`, store);
        writeRandomFile(join(arena.work, 'large.bin'), bytes);
        ledger.note('add', contender, await arena.cost('add', 'large.bin'));
        await arena.git('add', '-A');
        await arena.git('commit', '-q', '-m', 'data');
        ledger.note('push, S3', contender, await arena.cost('push'));
        const clone = enterArena(sandbox, contender, { folder: 'clone', store });
        await arena.git('clone', '-q', arena.work, clone.work);
        ledger.note('pull, S3', contender, await clone.cost('pull'));
      }
      console.log(`round ${round + 1} of ${rounds}: rclone, s5cmd`);
      const sandbox = openSandbox('bench-large');
      sandboxes.push(sandbox);
      const options = { cwd: sandbox.dir, env: { ...sandbox.env, ...storeEnvironment(store) } };
      writeRandomFile(join(sandbox.dir, 'large.bin'), bytes);
      mkdirSync(join(sandbox.dir, 'back'));
      for (const [who, push, pull] of [
        [
          'rclone',
          ['rclone', 'copyto', 'large.bin', `:s3:bench/rclone-${round}`],
          ['rclone', 'copyto', `:s3:bench/rclone-${round}`, 'back/rclone'],
        ],
        [
          's5cmd',
          ['s5cmd', '--log=error', 'cp', 'large.bin', `s3://bench/s5cmd-${round}`],
          ['s5cmd', '--log=error', 'cp', `s3://bench/s5cmd-${round}`, 'back/s5cmd'],
        ],
      ] as const) {
        ledger.note('push, S3', who, await costOf(push, options));
        ledger.note('pull, S3', who, await costOf(pull, options));
      }
    }
  } finally {
    for (const sandbox of sandboxes) sandbox[Symbol.dispose]();
  }
  console.log(`\n## One file of ${(bytes / 2 ** 30).toFixed(2)} GiB (medians of ${rounds})\n`);
  console.log(ledger.table('dvc', 'datapin'));
}
