import { DatapinError, type EnvironmentFinding, inspectEnvironment } from '@datapin/core';

import packageJson from '../../package.json' with { type: 'json' };
import { json } from '../arguments/common-options.ts';
import { findPlugins } from '../plugins/find-plugins.ts';
import { pluginPlaces } from '../plugins/plugin-places.ts';
import { type Command, type CommandServices, defineCommand } from './command.ts';

export const version: Command = defineCommand({
  description: 'For bug reports, and to see at a glance what may be wrong: links, locks, git, remotes and the plugins they need.',
  positionals: {},
  options: { json },
  examples: [{ command: 'datapin doctor', meaning: 'inside a repository it looks at that, too' }],
  failureCode: 1,
  exitNotes: { 0: 'printed, whatever was found' },
  async run({ openProject, projectOptions, printer }) {
    const plugins = findPlugins(pluginPlaces(projectOptions.env));
    const { findings, error } = await inspected(openProject);
    const title = `datapin version: ${packageJson.version}`;
    const pluginNames = plugins.map((plugin) => `${plugin.name} ${plugin.version}`);
    const lines = [
      title,
      '-'.repeat(title.length),
      `Platform: Node.js ${process.versions.node} on ${process.platform} ${process.arch}`,
      `Plugins: ${['local', ...pluginNames].join(', ')}`,
    ];
    for (const { topic, found, problem, hint } of printer.shown(findings)) {
      lines.push(`${topic}: ${found}`);
      if (problem !== undefined) lines.push(`  ${printer.paint('yellow', 'problem')}: ${problem}`);
      if (hint !== undefined) lines.push(`  ${printer.paint('cyan', 'hint')}: ${hint}`);
    }
    const platform = { node: process.versions.node, os: process.platform, arch: process.arch };
    return { json: { version: packageJson.version, platform, plugins, findings }, text: lines.join('\n'), ...(error && { error }) };
  },
});

/** What is found in the repository around here, if there is one; or why it cannot be opened. */
async function inspected(
  openProject: CommandServices['openProject'],
): Promise<{ readonly findings: readonly EnvironmentFinding[]; readonly error?: DatapinError }> {
  try {
    return { findings: await inspectEnvironment(await openProject()) };
  } catch (error) {
    if (!(error instanceof DatapinError)) throw error;
    if (error.code === 'not-a-repository') return { findings: [] };
    return { findings: [{ topic: 'Repo', found: 'cannot be opened' }], error };
  }
}
