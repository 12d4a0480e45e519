import packageJson from '../package.json' with { type: 'json' };
import { runCli } from './cli.ts';
import { exitCodes } from './exit-codes.ts';
import { printable } from './output/printable.ts';

// Whatever Node itself has to warn of (SQLite is still marked experimental) is not the user's business.
process.removeAllListeners('warning');

const abort = new AbortController();
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The first asks the operation to clean up; who cannot wait for that asks again.
    if (interrupted) process.exit(exitCodes.interrupted);
    interrupted = true;
    abort.abort();
  });
}
// Whatever escapes from everything else is told without a stack, too.
process.on('uncaughtException', (error) => {
  process.stderr.write(`ERROR: unexpected error - ${printable(error.message)}\nhint: This is a bug in datapin. Please report it.\n`);
  process.exit(exitCodes.unexpected);
});
process.stdout.on('error', leave);
process.stderr.on('error', leave);

/** The reader of a stream went away: nobody is left to tell anything to. */
function leave(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit(exitCodes.brokenPipe);
  process.stderr.write(`ERROR: cannot write the output: ${error.message}\n`);
  process.exit(exitCodes.unexpected);
}

async function* readLines(): AsyncIterable<string> {
  const { createInterface } = await import('node:readline');
  yield* createInterface({ input: process.stdin });
}

process.exitCode = await runCli(process.argv.slice(2), {
  version: packageJson.version,
  cwd: process.cwd(),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  readLines,
  signal: abort.signal,
  now: () => performance.now(),
});

// Connections kept alive must not keep the program; but what is printed has to arrive first.
process.stdout.write('', (error) => {
  if (error) leave(error);
  process.stderr.write('', () => process.exit());
});
