import { relative } from 'node:path';

import { type ConfigFileLevel, type ConfigScope, type ConfigWriteResult, DatapinError, type Project } from '@datapin/core';

import type { FlagSpec, OptionValues } from '../arguments/option-spec.ts';
import { UsageError } from '../arguments/usage-error.ts';
import type { Printer } from '../output/printer.ts';
import type { CommandServices } from './command.ts';

const levels: readonly ConfigFileLevel[] = ['global', 'system', 'project', 'local'];

/** Which configuration file to read or write. */
export const levelOptions: Readonly<Record<ConfigFileLevel, FlagSpec>> = {
  global: { kind: 'flag', description: "This user's configuration." },
  system: { kind: 'flag', description: "This machine's configuration." },
  project: { kind: 'flag', description: 'The configuration that git tracks (.dvc/config). The default for changes.' },
  local: { kind: 'flag', description: 'The configuration of this clone alone (.dvc/config.local): the place for secrets.' },
};

/** The scope that was asked for. Outside a repository the user's and the machine's levels still work. */
export async function configScope(options: OptionValues<typeof levelOptions>, services: CommandServices): Promise<ConfigScope> {
  const chosen = levels.filter((level) => options[level]);
  if (chosen.length > 1) throw new UsageError(`${chosen.map((level) => `\`--${level}\``).join(' and ')} exclude each other`);
  return { project: await projectIfAny(services), options: services.projectOptions, level: chosen[0] };
}

async function projectIfAny(services: CommandServices): Promise<Project | undefined> {
  try {
    return await services.openProject();
  } catch (error) {
    if (error instanceof DatapinError && error.code === 'not-a-repository') return undefined;
    throw error;
  }
}

/** Says what a change of the configuration has to say. A setting that only datapin knows stands in a file of its own, which deserves a word. */
export function tellWritten(written: ConfigWriteResult, scope: ConfigScope, printer: Printer): void {
  for (const warning of written.warnings) printer.warning(warning);
  if (written.kind === 'dvc') return;
  const file = scope.project === undefined ? written.file : relative(scope.project.cwd, written.file);
  printer.note(`Written to ${file}: DVC does not know this setting and would refuse it in its own files.`);
}
