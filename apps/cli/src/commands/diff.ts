import { diff as projectDiff } from '@datapin/core';

import { json } from '../arguments/common-options.ts';
import { diffDocument, diffMarkdown, diffText } from '../output/diff-text.ts';
import { type Command, defineCommand } from './command.ts';

export const diff: Command = defineCommand({
  positionals: {
    a_rev: { kind: 'optional', description: 'Older git revision. Default: HEAD.' },
    b_rev: { kind: 'optional', description: 'Newer git revision. Default: the work tree.' },
  },
  options: {
    targets: { kind: 'list', metavar: 'paths', description: 'Only these tracked paths.' },
    json,
    'show-hash': { kind: 'flag', description: 'Also the hashes.' },
    md: { kind: 'flag', description: 'A Markdown table, for a pull request.' },
    'hide-missing': { kind: 'flag', description: 'Leave out what is not in the cache.' },
  },
  examples: [
    { command: 'datapin diff', meaning: 'the work tree against the last commit' },
    { command: 'datapin diff v1 v2 --md', meaning: 'what a release changed, for its notes' },
    { command: 'datapin diff main --targets images labels', meaning: 'two tracked paths only' },
  ],
  failureCode: 1,
  failurePrefix: 'failed to get diff',
  async run({ options, positionals, context, openProject, printer }) {
    const hideMissing = options['hide-missing'] || positionals.b_rev !== undefined;
    const request = { from: positionals.a_rev, to: positionals.b_rev, targets: options.targets, hideMissing };
    const result = await projectDiff(await openProject(), request, context);
    const document = diffDocument(result, { showHash: options['show-hash'], hideMissing });
    const shown = printer.shown(document);
    const text = options.md ? diffMarkdown(shown, options['show-hash']) : diffText(shown, printer.paint);
    return { json: document, text };
  },
});
