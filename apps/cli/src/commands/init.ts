import { resolve } from 'node:path';

import { init as initRepository } from '@datapin/core';

import { json } from '../arguments/common-options.ts';
import { type Command, defineCommand } from './command.ts';

export const init: Command = defineCommand({
  description: 'Makes `.dvc/` and `.dvcignore` and stages them in git. `dvc` works in the same repository.',
  positionals: { directory: { kind: 'optional', description: 'Folder to make a repository of. Default: the working directory.' } },
  options: {
    'no-scm': { kind: 'flag', description: 'Without git.' },
    force: { kind: 'flag', short: 'f', description: "Remove an existing '.dvc/', its cache included." },
    subdir: { kind: 'flag', description: 'In a subdirectory of a git repository.' },
    json,
  },
  examples: [
    { command: 'datapin init', meaning: 'at the root of a git repository' },
    { command: 'datapin init --subdir', meaning: 'a repository of its own in a folder of a bigger one' },
  ],
  failureCode: 1,
  failurePrefix: 'failed to initiate DVC',
  async run({ options, positionals, context, projectOptions }) {
    const directory = resolve(projectOptions.cwd, positionals.directory ?? '.');
    const { env } = projectOptions;
    const result = await initRepository(
      { directory, env, noScm: options['no-scm'], subdir: options.subdir, force: options.force },
      context,
    );
    const lines = ['Initialized DVC repository.', ''];
    if (!options['no-scm']) lines.push('You can now commit the changes to git.', '');
    lines.push(
      "What's next?",
      '------------',
      '- Track data:           datapin add <path>',
      '- Say where it lives:   datapin remote add -d <name> <url>',
      '- Upload it:            datapin push',
    );
    return { json: result, text: lines.join('\n') };
  },
});
