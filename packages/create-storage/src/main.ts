import { join, relative, resolve } from 'node:path';

import packageJson from '../package.json' with { type: 'json' };
import { help, readArguments } from './arguments.ts';
import { completeAnswers } from './ask.ts';
import { CreateError } from './create-error.ts';
import { createProject } from './create-project.ts';
import { unscopedName, variablePrefixOf } from './names.ts';

/** The work of `npm create @datapin/storage`; what it gives back is printed. */
async function run(words: readonly string[]): Promise<string> {
  const given = readArguments(words);
  if (given.help) return help;
  if (given.version) return `${packageJson.version}\n`;

  const terminal = process.stdin.isTTY && process.stdout.isTTY ? { input: process.stdin, output: process.stdout } : undefined;
  const { name, scheme } = await completeAnswers(given, terminal);
  const directory = resolve(given.directory ?? unscopedName(name));
  const files = createProject({
    template: join(import.meta.dirname, '..', 'template'),
    directory,
    values: {
      name,
      scheme,
      variable: variablePrefixOf(scheme),
      version: `^${packageJson.version}`,
      year: String(new Date().getFullYear()),
    },
  });
  const folder = relative(process.cwd(), directory);
  return [
    `Created ${name} for ${scheme}:// remotes: ${files.length} files in ${directory}`,
    '',
    ...(folder === '' ? [] : [`  cd ${/^[\w./-]+$/u.test(folder) ? folder : JSON.stringify(folder)}`]),
    '  npm install',
    '  npm test',
    '',
    'It keeps objects in memory. README.md says how to make it your own.',
    '',
  ].join('\n');
}

try {
  process.stdout.write(await run(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof CreateError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
}
