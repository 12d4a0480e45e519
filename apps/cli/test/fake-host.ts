import type { CliHost } from '../src/cli-host.ts';
import type { OutputStream } from '../src/output/printer.ts';

/** What a program printed, by stream. */
export interface Recorded {
  readonly host: CliHost;
  readonly out: () => string;
  readonly err: () => string;
}

function recorder(terminal: boolean, columns: number): { readonly stream: OutputStream; readonly text: () => string } {
  let written = '';
  return {
    stream: { isTTY: terminal, columns, write: (text: string) => (written += text) },
    text: () => written,
  };
}

/** A host without a real terminal, environment or clock. */
export function fakeHost(options: Partial<CliHost> & { readonly terminal?: boolean; readonly columns?: number } = {}): Recorded {
  const { terminal = false, columns = 80, ...overrides } = options;
  const out = recorder(terminal, columns);
  const err = recorder(terminal, columns);
  return {
    host: {
      version: '1.2.3',
      cwd: '/',
      env: {},
      stdout: out.stream,
      stderr: err.stream,
      async *readLines() {},
      signal: new AbortController().signal,
      now: () => 0,
      ...overrides,
    },
    out: out.text,
    err: err.text,
  };
}
