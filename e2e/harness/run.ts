import { spawn } from 'node:child_process';

/** How a program ended. `code` is 128 + the signal's number when it was killed, as a shell says it. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

const signals: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 };

/** Runs a program to its end with nothing on its standard input. Rejects only when it could not be started. */
export function run(command: string, args: readonly string[], { cwd, env }: RunOptions): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error) => {
      reject(new Error(`${command} could not be started (run these tests with \`npm run test:real\`): ${error.message}`));
    });
    child.on('close', (code, signal) => {
      resolve({ code: code ?? 128 + (signal === null ? 0 : (signals[signal] ?? 0)), stdout, stderr });
    });
  });
}

/** Like `run`, but any exit code other than 0 is a failure that shows everything the program said. */
export async function mustRun(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${code} in ${options.cwd}\n${stdout}${stderr}`);
  return stdout;
}
