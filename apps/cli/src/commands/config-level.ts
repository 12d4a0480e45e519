import { relative } from 'node:path';

import type { ConfigFileLevel, ConfigScope, ConfigWriteResult } from '@datapin/core';

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
export function configScope(options: OptionValues<typeof levelOptions>, services: CommandServices): ConfigScope {
  const chosen = levels.filter((level) => options[level]);
  if (chosen.length > 1) throw new UsageError(`${chosen.map((level) => `\`--${level}\``).join(' and ')} exclude each other`);
  return { options: services.projectOptions, level: chosen[0] };
}

/** Says what a change of the configuration has to say. A setting that only datapin knows stands in a file of its own, which deserves a word. */
export function tellWritten(written: ConfigWriteResult, scope: ConfigScope, printer: Printer): void {
  for (const warning of written.warnings) printer.warning(warning);
  if (written.kind === 'dvc') return;
  const path = relative(scope.options.cwd, written.file);
  printer.note(
    `Written to ${path.startsWith('..') ? written.file : path}: DVC does not know this setting and would refuse it in its own files.`,
  );
}
