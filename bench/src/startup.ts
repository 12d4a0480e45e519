import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLines } from '../../e2e/harness/process.ts';
import { openSandbox } from '../../e2e/harness/sandbox.ts';
import { enterArena, initialise } from './contender.ts';
import { costOf } from './cost.ts';
import { openLedger } from './ledger.ts';

/** What it costs to start: `--version` against a bare Node, `status` with nothing to do against real DVC's. */
export async function benchStartup(rounds: number): Promise<void> {
  using sandbox = openSandbox('bench-startup');
  const arena = enterArena(sandbox, 'datapin', { folder: 'work' });
  const options = { cwd: arena.work, env: arena.env };
  await initialise(arena, '../remote');
  for (const name of ['a.bin', 'b.bin', 'c.bin']) {
    writeFileSync(join(arena.work, name), name.repeat(1000));
    await arena.prepare('add', name);
  }
  await arena.git('add', '-A');
  await arena.git('commit', '-q', '-m', 'data');

  const commands = {
    'node -e 0': [process.execPath, '-e', '0'],
    'datapin --version': [...commandLines.datapin, '--version'],
    'dvc status': [...commandLines.dvc, 'status'],
    'datapin status': [...commandLines.datapin, 'status'],
  };
  const version = openLedger();
  const status = openLedger();
  for (const command of Object.values(commands)) await costOf(command, options);
  for (let round = 0; round < rounds; round += 1) {
    version.note('start', 'node -e 0', await costOf(commands['node -e 0'], options));
    version.note('start', 'datapin --version', await costOf(commands['datapin --version'], options));
    status.note('status, nothing to do', 'dvc', await costOf(commands['dvc status'], options));
    status.note('status, nothing to do', 'datapin', await costOf(commands['datapin status'], options));
  }
  console.log(`\n## Start-up (medians of ${rounds}, alternating)\n`);
  console.log(version.table('node -e 0', 'datapin --version'));
  console.log(`\n${status.table('dvc', 'datapin')}`);
}
