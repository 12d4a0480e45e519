import { statSync } from 'node:fs';
import { resolve } from 'node:path';

import { DatapinError, type OperationContext, type ProjectOptions } from '@datapin/core';

import type { CommandServices } from './commands/command.ts';
import type { Env } from './env-vars.ts';
import type { Printer } from './output/printer.ts';

export interface ServicesRequest {
  readonly printer: Printer;
  readonly env: Env;
  /** Absolute. */
  readonly cwd: string;
  /** `--cd`, as typed. */
  readonly cd: string | undefined;
  readonly context: OperationContext;
  readonly readLines: () => AsyncIterable<string>;
}

/** What commands work with. Plugins and the repository are loaded when a command asks for them. Throws when `--cd` is no directory. */
export function createServices({ printer, env, cwd, cd, context, readLines }: ServicesRequest): CommandServices {
  const directory = cd === undefined ? cwd : resolve(cwd, cd);
  if (cd !== undefined && statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new DatapinError('target-missing', `cannot change to '${cd}': there is no such directory`);
  }
  const projectOptions: ProjectOptions = {
    cwd: directory,
    env,
    storages: { load: async (scheme) => (await import('./plugins/load-storage.ts')).loadStorage(scheme, env) },
  };
  return {
    printer,
    context,
    projectOptions,
    readLines,
    openProject: async () => (await import('./open-project.ts')).openProject(projectOptions),
  };
}
