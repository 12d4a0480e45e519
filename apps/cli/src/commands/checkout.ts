import { checkout as checkoutTargets } from '@datapin/core';

import { json, recursive, targets, withDeps } from '../arguments/common-options.ts';
import { changeLines } from '../output/changes.ts';
import { notPlaced } from '../output/not-placed.ts';
import { summary } from '../output/summary.ts';
import { type Command, defineCommand } from './command.ts';

export const checkout: Command = defineCommand({
  description:
    'After `git checkout` or `git pull` the metafiles may pin other data than the work tree has; this puts the pinned data in place from the cache. Content that is not in the cache is never overwritten without `--force`.',
  positionals: { targets },
  options: {
    summary: { kind: 'flag', description: 'Print counts instead of paths.' },
    'with-deps': withDeps,
    recursive,
    force: { kind: 'flag', short: 'f', description: 'Also overwrite or remove files whose content is not in the cache.' },
    relink: { kind: 'flag', description: 'Make all links new, after `cache.type` was changed.' },
    'allow-missing': { kind: 'flag', description: 'Leave out what is not in the cache.' },
    json,
  },
  examples: [
    { command: 'git switch main && datapin checkout', meaning: 'metafiles first, then the data they pin' },
    { command: 'datapin checkout -f images', meaning: 'throw away changes to a tracked directory' },
  ],
  failureCode: 255,
  async run({ options, positionals, context, openProject, printer }) {
    const project = await openProject();
    const request = {
      targets: positionals.targets,
      withDeps: options['with-deps'],
      recursive: options.recursive,
      force: options.force,
      relink: options.relink,
      allowMissing: options['allow-missing'],
    };
    const result = await checkoutTargets(project, request, context);
    const { added, modified, deleted } = result.fileCounts;
    const counts = summary([
      ['modified', modified],
      ['added', added],
      ['deleted', deleted],
    ]);
    const lines = options.summary ? [counts || 'No changes.'] : [...changeLines(project, printer.shown(result), printer.paint)];
    const error = request.allowMissing ? undefined : notPlaced(project, result.failed);
    if (options.relink && error === undefined) lines.push('Relinked successfully');
    return { json: result, text: lines.join('\n'), ...(error && { error }) };
  },
});
