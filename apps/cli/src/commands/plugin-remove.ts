import packageJson from '../../package.json' with { type: 'json' };
import { json } from '../arguments/common-options.ts';
import { removePlugin } from '../plugins/manage-plugins.ts';
import { type Command, defineCommand } from './command.ts';

export const pluginRemove: Command = defineCommand({
  positionals: { plugin: { kind: 'one', description: 'Short name or package.' } },
  options: { json },
  examples: [{ command: 'datapin plugin remove s3', meaning: 'one that `datapin plugin add` installed' }],
  failureCode: 1,
  exitCodes: { 'plugin-missing': 1, 'plugin-broken': 1, 'io-failed': 1 },
  async run({ positionals, projectOptions, context }) {
    const { cwd, env } = projectOptions;
    const name = await removePlugin(positionals.plugin, { cwd, env, signal: context.signal, version: packageJson.version });
    return { json: { removed: name }, text: `Removed ${name}` };
  },
});
