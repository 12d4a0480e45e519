import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Outcome, RunOptions } from './run.ts';

const program = join(import.meta.dirname, 'dvc-server.py');

/** Real DVC, imported once: each command runs in a fork and costs a tenth of a second instead of one. */
export interface Dvc extends AsyncDisposable {
  run(args: readonly string[], options: RunOptions): Promise<Outcome>;
}

async function start(): Promise<{ child: ChildProcessWithoutNullStreams; answers: AsyncIterator<string>; reader: Interface }> {
  const child = spawn('dvc-python', [program], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const failed = new Promise<never>((_resolve, reject) => {
    child.on('error', () => reject(new Error('real DVC is not on the PATH; run these tests with `npm run test:real`')));
    child.on('exit', (code) => reject(new Error(`the DVC server ended with ${code}:\n${complaint}`)));
  });
  failed.catch(() => {});
  const reader = createInterface({ input: child.stdout });
  const lines = reader[Symbol.asyncIterator]();
  const answers: AsyncIterator<string> = { next: () => Promise.race([lines.next(), failed]) };
  await answers.next();
  return { child, answers, reader };
}

/** Commands are run one after another; start a second server for a second queue. */
export async function startDvc(): Promise<Dvc> {
  const { child, answers, reader } = await start();
  let last: Promise<unknown> = Promise.resolve();
  const ask = async (args: readonly string[], { cwd, env }: RunOptions): Promise<Outcome> => {
    child.stdin.write(`${JSON.stringify({ argv: args, cwd, env })}\n`);
    const { value } = await answers.next();
    return JSON.parse(value) as Outcome;
  };
  return {
    run(args, options) {
      const outcome = last.then(() => ask(args, options));
      last = outcome.catch(() => {});
      return outcome;
    },
    async [Symbol.asyncDispose]() {
      child.removeAllListeners('exit');
      reader.close();
      child.stdin.end();
      await new Promise((resolve) => child.on('exit', resolve));
    },
  };
}
