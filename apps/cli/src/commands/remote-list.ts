import { listRemotes } from '@datapin/core';

import { json } from '../arguments/common-options.ts';
import { type Command, defineCommand } from './command.ts';
import { configScope, levelOptions } from './config-level.ts';

export const remoteList: Command = defineCommand({
  positionals: {},
  options: { ...levelOptions, json },
  examples: [{ command: 'datapin remote list', meaning: 'name and URL of each, passwords hidden' }],
  failureCode: 251,
  failurePrefix: 'configuration error',
  async run({ options, ...services }) {
    const remotes = await listRemotes(configScope(options, services));
    const lines = services.printer.shown(remotes).map(({ name, url, isDefault }) => {
      const line = toColumns(isDefault ? [name, url, '(default)'] : [name, url]);
      return isDefault ? services.printer.paint('green', line) : line;
    });
    return { json: { remotes }, text: lines.join('\n') };
  },
});

/** Cells at every eighth letter, as a terminal shows tabs; DVC prints spaces here, too. */
function toColumns(cells: readonly string[]): string {
  return cells.map((cell, at) => (at === cells.length - 1 ? cell : cell.padEnd(8 * (Math.floor(cell.length / 8) + 1)))).join('');
}
