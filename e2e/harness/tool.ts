import { type Dvc, startDvc } from './dvc.ts';
import { runDatapin } from './datapin.ts';
import type { Outcome, RunOptions } from './run.ts';

/** Something that takes DVC's command lines: real DVC or datapin. */
export interface Tool {
  readonly name: 'dvc' | 'datapin';
  run(args: readonly string[], options: RunOptions): Promise<Outcome>;
}

export interface Tools extends AsyncDisposable {
  readonly dvc: Tool;
  /** The tool under test. With DATAPIN_E2E_SUBJECT=dvc real DVC plays this part too, which proves the tests themselves. */
  readonly subject: Tool;
}

/** `width`: how many DVC commands may run at the same time. */
export async function openTools({ width = 1 }: { readonly width?: number } = {}): Promise<Tools> {
  const servers: readonly Dvc[] = await Promise.all(Array.from({ length: width }, () => startDvc()));
  let turn = 0;
  const next = (): Dvc => servers[(turn += 1) % servers.length]!;
  const dvc: Tool = { name: 'dvc', run: (args, options) => next().run(args, options) };
  const subject: Tool = process.env['DATAPIN_E2E_SUBJECT'] === 'dvc' ? dvc : { name: 'datapin', run: runDatapin };
  return {
    dvc,
    subject,
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    },
  };
}

/** Runs a command that has to succeed; returns what it printed. */
export async function mustSucceed(tool: Tool, args: readonly string[], options: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await tool.run(args, options);
  if (code !== 0) throw new Error(`${tool.name} ${args.join(' ')} ended with ${code} in ${options.cwd}\n${stdout}${stderr}`);
  return stdout;
}
