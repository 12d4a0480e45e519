import { spawn } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';

import { DatapinError } from '@datapin/core';

import { type Env, readEnv } from '../env-vars.ts';

/** How to start npm: a program and the words before npm's own. */
export interface NpmCommand {
  readonly file: string;
  readonly words: readonly string[];
}

/**
 * Finds npm by absolute path: beside the running Node, then in the absolute folders of `PATH`. Its JavaScript is preferred over the
 * script that starts it, so that no shell is involved. Throws `usage` when there is none.
 */
export function findNpm(env: Env, execPath: string = process.execPath): NpmCommand {
  const folders = [dirname(execPath), ...(readEnv(env, 'PATH') ?? '').split(delimiter).filter((folder) => isAbsolute(folder))];
  for (const folder of folders) {
    const link = realFile(join(folder, 'npm'));
    const script = [
      link,
      realFile(join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js')),
      realFile(join(folder, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js')),
    ].find((file) => file?.endsWith('npm-cli.js') === true);
    if (script !== undefined) return { file: execPath, words: [script] };
    if (link !== undefined && process.platform !== 'win32') return { file: link, words: [] };
  }
  throw new DatapinError('usage', 'npm was not found beside Node.js or on PATH', { hint: 'It comes with Node.js: https://nodejs.org' });
}

function realFile(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    return statSync(real).isFile() ? real : undefined;
  } catch {
    return undefined;
  }
}

export interface NpmRun {
  readonly words: readonly string[];
  readonly cwd: string;
  readonly env: Env;
  readonly signal: AbortSignal;
}

/** Runs npm and resolves when it succeeded; rejects with `io-failed` and what npm said. */
export async function runNpm(npm: NpmCommand, { words, cwd, env, signal }: NpmRun): Promise<void> {
  const child = spawn(npm.file, [...npm.words, ...words], { cwd, env: { ...env }, signal, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-10_000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (code === 0) return;
  throw new DatapinError('io-failed', `npm ${words[0] ?? ''} failed: ${npmReason(said) ?? `exit code ${code}`}`);
}

/** The first sentence in what npm printed; codes, paths and numbers around it say nothing to a user. */
function npmReason(said: string): string | undefined {
  return said
    .split('\n')
    .map((line) => line.replace(/^npm (?:error|ERR!) ?/u, '').trim())
    .find((line) => line.includes(' ') && !/^(?:npm warn|code|syscall|path|errno|dest|A complete log)\b/u.test(line));
}
