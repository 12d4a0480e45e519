import { runCli } from '../../apps/cli/src/cli.ts';
import type { Tool } from './tool.ts';

/** datapin from its sources, in this process: a command costs milliseconds. Everything it prints goes through the host that it is handed. */
export const datapinInProcess: Tool = {
  name: 'datapin',
  async run(args, { cwd, env }) {
    const streams = { stdout: '', stderr: '' };
    const into = (name: keyof typeof streams): { isTTY: boolean; columns: number; write: (text: string) => void } => ({
      isTTY: false,
      columns: 120,
      write: (text) => {
        streams[name] += text;
      },
    });
    const code = await runCli(args, {
      version: '0.1.0',
      cwd,
      env,
      stdout: into('stdout'),
      stderr: into('stderr'),
      async *readLines() {},
      signal: new AbortController().signal,
      now: () => performance.now(),
    });
    return { code, ...streams };
  },
};
