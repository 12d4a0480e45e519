import { json } from '../arguments/common-options.ts';
import { plainTable } from '../output/table.ts';
import { findPlugins } from '../plugins/find-plugins.ts';
import { pluginPlaces } from '../plugins/plugin-places.ts';
import { type Command, defineCommand } from './command.ts';

export const pluginList: Command = defineCommand({
  description: 'Storage plugins beside the program itself, and those of `datapin plugin add`. A folder as a remote needs none.',
  positionals: {},
  options: { json },
  examples: [{ command: 'datapin plugin list', meaning: 'package, version, URL schemes, folder' }],
  failureCode: 1,
  async run({ projectOptions }) {
    const plugins = findPlugins(pluginPlaces(projectOptions.env));
    const rows = plugins.map(({ name, version, schemes, directory }) => [name, version, schemes.join(','), directory]);
    const text =
      rows.length === 0
        ? 'No storage plugins are installed; folders work without one. `datapin plugin add s3` installs one.'
        : plainTable(rows, false);
    return { json: { plugins }, text };
  },
});
