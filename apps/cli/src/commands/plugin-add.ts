import packageJson from '../../package.json' with { type: 'json' };
import { json } from '../arguments/common-options.ts';
import { addPlugin } from '../plugins/manage-plugins.ts';
import { type Command, defineCommand } from './command.ts';

export const pluginAdd: Command = defineCommand({
  description:
    'Installs with npm into a folder of this user; scripts of packages do not run. In a Node.js project that has datapin as a dependency, install the plugin there instead: `npm install @datapin/storage-s3`.',
  positionals: {
    plugin: { kind: 'one', description: 'Short name (s3, gdrive, webdav, http), package with or without a version, folder, or tarball.' },
  },
  options: { json },
  examples: [
    { command: 'datapin plugin add s3', meaning: 'for s3:// remotes' },
    { command: 'datapin plugin add ./storage-blob-1.0.0.tgz', meaning: 'a plugin of your own' },
  ],
  failureCode: 1,
  exitCodes: { 'plugin-missing': 1, 'plugin-broken': 1, 'io-failed': 1 },
  async run({ positionals, projectOptions, context, printer }) {
    printer.live(`Installing ${positionals.plugin}`);
    const { cwd, env } = projectOptions;
    const plugin = await addPlugin(positionals.plugin, { cwd, env, signal: context.signal, version: packageJson.version });
    const schemes = plugin.schemes.map((scheme) => `${scheme}://`).join(', ');
    return { json: plugin, text: `Installed ${plugin.name} ${plugin.version} for ${schemes} in ${plugin.directory}` };
  },
});
