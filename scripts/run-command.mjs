import { spawn } from 'node:child_process';

const onWindows = process.platform === 'win32';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {boolean} [quiet] Keeps the output back and returns it; otherwise it goes straight to the terminal.
 */

/**
 * Runs a program without a shell (npm's launchers on Windows need one) and tells how it ended. Never rejects.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{code: number, output: string}>} A program that could not be started ends with 127.
 */
export function runCommand(command, args, { cwd, env, quiet = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      shell: onWindows,
      stdio: ['ignore', ...(quiet ? ['pipe', 'pipe'] : ['inherit', 'inherit'])],
    });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ code: 127, output: `${output}${error.message}\n` }));
    child.on('close', (code, signal) => resolve({ code: code ?? (signal === null ? 1 : 130), output }));
  });
}

/**
 * Runs a program quietly under a one-line title that ends with a tick and the time, or with a cross and what the program said.
 * @param {string} title
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<boolean>}
 */
export async function runStep(title, command, args, options = {}) {
  const started = performance.now();
  const { code, output } = await runCommand(command, args, { ...options, quiet: true });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? '✓' : '✗'} ${title} (${seconds} s)`);
  if (code !== 0) console.log(`\n${[command, ...args].join(' ')} ended with ${code}:\n${output}`);
  return code === 0;
}
