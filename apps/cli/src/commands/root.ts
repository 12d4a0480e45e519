import { relative } from 'node:path';

import { json } from '../arguments/common-options.ts';
import { type Command, defineCommand } from './command.ts';

export const root: Command = defineCommand({
  description: 'Relative to the working directory, as `dvc root` prints it.',
  positionals: {},
  options: { json },
  examples: [{ command: 'cd "$(datapin root)"', meaning: 'go to the root' }],
  failureCode: 1,
  async run({ openProject }) {
    const project = await openProject();
    return { json: { root: project.root }, text: relative(project.cwd, project.root) || '.' };
  },
});
