import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program that serves on loopback until it is disposed of. */
export interface ServerProcess extends AsyncDisposable {
  /** What it printed so far, for messages of failed tests. */
  readonly output: () => string;
}

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Answers at this address, with any status, once the server is ready; with `https`, takes connections there. */
  readonly readyAt: string;
}

/** Looks for a program on the PATH, then in `$DATAPIN_TOOLS` and the `bin-*` folders in it. Throws when it is nowhere. */
export function findProgram(name: string): string {
  const base = process.env['DATAPIN_TOOLS'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  if (base !== undefined) folders.push(base, join(base, 'bin'), ...binFolders(base));
  for (const folder of folders) {
    const file = join(folder, name);
    if (folder !== '' && isExecutable(file)) return file;
  }
  throw new Error(`${name} is neither on the PATH nor in $DATAPIN_TOOLS (run these tests with \`npm run test:real\`)`);
}

function binFolders(base: string): string[] {
  try {
    return readdirSync(base)
      .filter((entry) => entry.startsWith('bin-'))
      .map((entry) => join(base, entry));
  } catch {
    return [];
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  server.close();
  await once(server, 'close');
  return address.port;
}

/** Starts a server and waits until it answers. Rejects with its output when it ends before. Disposing kills and awaits it. */
export async function startServer({ command, args, env, readyAt }: ServerCommand): Promise<ServerProcess> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  let output = '';
  const keep = (text: string): string => (output = (output + text).slice(-64_000));
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  let failure: Error | undefined;
  child.on('error', (error) => (failure = error));
  const deadline = Date.now() + 60_000;
  while (!(await answers(readyAt))) {
    if (failure !== undefined || child.exitCode !== null || Date.now() > deadline) {
      await stop(child);
      throw new Error(`${command} does not answer at ${readyAt}\n${failure?.message ?? ''}${output}`);
    }
    await sleep(25);
  }
  return { output: () => output, [Symbol.asyncDispose]: () => stop(child) };
}

async function answers(url: string): Promise<boolean> {
  // whether this process trusts the certificate is not the question here
  if (url.startsWith('https:')) return takesConnections(new URL(url));
  try {
    await (await fetch(url)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

function takesConnections({ hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
