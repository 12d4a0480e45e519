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

export async function openTools(): Promise<Tools> {
  const server: Dvc = await startDvc();
  const dvc: Tool = { name: 'dvc', run: (args, options) => server.run(args, options) };
  const subject: Tool = process.env['DATAPIN_E2E_SUBJECT'] === 'dvc' ? dvc : { name: 'datapin', run: runDatapin };
  return { dvc, subject, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Runs a command that has to succeed; returns what it printed. */
export async function mustSucceed(tool: Tool, args: readonly string[], options: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await tool.run(args, options);
  if (code !== 0) throw new Error(`${tool.name} ${args.join(' ')} ended with ${code} in ${options.cwd}\n${stdout}${stderr}`);
  return stdout;
}
