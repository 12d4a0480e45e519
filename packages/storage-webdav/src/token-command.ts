import { execFile } from 'node:child_process';
import { StorageError, type StorageHost } from '@datapin/storage';

export interface TokenCommand {
  readonly command: readonly string[];
  readonly timeoutMs: number;
}

/**
 * The bearer token that a program prints, spaces around it cut off. It is run without a shell, in the environment that was handed in.
 * Rejects with `unauthenticated` when it fails, prints nothing, or takes too long; what it printed is kept out of the message, as that
 * may hold a secret.
 */
export function runTokenCommand({ command, timeoutMs }: TokenCommand, host: StorageHost): Promise<string> {
  const [program = '', ...args] = command;
  const options = {
    env: host.env,
    timeout: timeoutMs,
    ...(host.signal === undefined ? {} : { signal: host.signal }),
    maxBuffer: 1024 * 1024,
  };
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout) => {
      if (error !== null) {
        reject(host.signal?.aborted === true ? host.signal.reason : refusal(`bearer_token_command (${program}) ${endOf(error)}`));
        return;
      }
      const token = stdout.trim();
      if (token === '' || /[\r\n\0]/u.test(token)) reject(refusal(`bearer_token_command (${program}) did not print one token`));
      else resolve(token);
    });
  });
}

function endOf(error: { readonly code?: string | number | null; readonly killed?: boolean; readonly signal?: string }): string {
  if (error.killed === true) return 'took too long';
  if (typeof error.code === 'number') return `ended with ${error.code}`;
  return `could not be run: ${error.code ?? error.signal ?? 'unknown reason'}`;
}

function refusal(message: string): StorageError {
  return new StorageError('unauthenticated', message, { hint: 'Run the command by hand: it has to print a token and nothing else.' });
}
