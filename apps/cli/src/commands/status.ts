import { cloudStatus, DatapinError, status as workspaceStatus } from '@datapin/core';

import { jobs, json, recursive, remote, revisions, targets, withDeps } from '../arguments/common-options.ts';
import { lacksCached, type StatusDocument, statusLines } from '../output/status-text.ts';
import { type Command, defineCommand, type Outcome } from './command.ts';

export const status: Command = defineCommand({
  description:
    'Without `-c`: which tracked data and which stages differ from what the metafiles record. With `-c` or `-r`: which objects are only in the cache (new), only on the remote (deleted) or nowhere (missing).',
  positionals: { targets },
  options: {
    cloud: { kind: 'flag', short: 'c', description: 'Compare the cache with the remote.' },
    remote,
    jobs,
    ...revisions,
    'with-deps': withDeps,
    recursive,
    json,
    'no-updates': { kind: 'flag', description: 'Do not look whether the sources of imports changed.' },
  },
  examples: [
    { command: 'datapin status', meaning: 'what changed here' },
    { command: 'datapin status -c', meaning: 'what a push would upload' },
    { command: 'datapin status -q || datapin commit', meaning: 'with -q the exit code answers' },
  ],
  failureCode: 1,
  exitCodes: { locked: 255 },
  exitNotes: { 1: 'failed; with -q also: something changed' },
  async run({ options, positionals, context, openProject, printer }) {
    const scope = { allBranches: options['all-branches'], allTags: options['all-tags'], allCommits: options['all-commits'] };
    const shared = { targets: positionals.targets, withDeps: options['with-deps'], recursive: options.recursive };
    const toRemote = options.cloud || options.remote !== undefined;
    const meaningless = Object.entries({ ...revisions, jobs }).flatMap(([name]) =>
      options[name as keyof typeof revisions | 'jobs'] ? [`--${name}`] : [],
    );
    if (!toRemote && meaningless.length > 0) {
      throw new DatapinError('usage', `The following options are meaningless for local status: ${meaningless.join(', ')}`);
    }

    const project = await openProject();
    let document: StatusDocument;
    let clean: string;
    if (toRemote) {
      document = Object.fromEntries(
        await cloudStatus(project, { ...shared, ...scope, remote: options.remote, jobs: options.jobs }, context),
      );
      clean = `Cache and remote '${options.remote ?? project.config.core.remote}' are in sync.`;
    } else {
      const result = await workspaceStatus(project, { ...shared, noUpdates: options['no-updates'] }, context);
      document = Object.fromEntries(result.changes);
      clean = result.isEmpty ? emptyProject : 'Data and pipelines are up to date.';
    }
    const changed = Object.keys(document).length > 0;
    const outcome: Outcome = {
      json: document,
      text: changed ? statusLines(printer.shown(document), options.cloud ? 1 : 0).join('\n') : clean,
      ...(lacksCached(document) && { hint: '`datapin pull` downloads what is not in the cache.' }),
    };
    const quiet = printer.verbosity === 'quiet' || printer.verbosity === 'silent';
    return quiet && changed && !options.json ? { ...outcome, exitCode: 1 } : outcome;
  },
});

const emptyProject = 'There are no data or pipelines tracked in this project yet.\n`datapin add <path>` tracks some.';
