import { checkIgnore as checkPaths, DatapinError, type IgnoreVerdict } from '@datapin/core';

import { json } from '../arguments/common-options.ts';
import { type Command, defineCommand } from './command.ts';

export const checkIgnore: Command = defineCommand({
  description: 'Prints the paths that are excluded.',
  positionals: { targets: { kind: 'any', description: 'Files and directories.' } },
  options: {
    details: { kind: 'flag', short: 'd', description: 'Print the pattern that decided, with its file and line, before each path.' },
    all: { kind: 'flag', short: 'a', hidden: true, description: 'With `--details`: all patterns that matched.' },
    'non-matching': { kind: 'flag', short: 'n', description: 'With `--details`: also the paths that no pattern matches.' },
    stdin: { kind: 'flag', description: 'Read paths from standard input, one a line, and answer each at once.' },
    json,
  },
  examples: [{ command: 'datapin check-ignore -d logs/a.tmp', meaning: 'why is this file left out?' }],
  failureCode: 255,
  exitNotes: { 0: 'at least one path is matched', 1: 'none is' },
  async run({ options, positionals, openProject, printer, readLines }) {
    const { targets } = positionals;
    const mistake = [
      [!options.stdin && targets.length === 0, '`targets` or `--stdin` needed'],
      [options.stdin && targets.length > 0, 'cannot have both `targets` and `--stdin`'],
      [options['non-matching'] && !options.details, '`--non-matching` is only valid with `--details`'],
      [options.all && !options.details, '`--all` is only valid with `--details`'],
      [printer.verbosity !== 'default' && printer.verbosity !== 'verbose' && options.details, 'cannot use both `--details` and `--quiet`'],
    ].find(([wrong]) => wrong === true)?.[1];
    if (typeof mistake === 'string') throw new DatapinError('usage', mistake);

    const project = await openProject();
    const show = (verdict: IgnoreVerdict): readonly string[] =>
      verdictLines(printer.shown(verdict), { ...options, nonMatching: options['non-matching'] });
    const verdicts: IgnoreVerdict[] = [];
    if (options.stdin) {
      for await (const line of readLines()) {
        if (line === '') break;
        const answers = await checkPaths(project, [line]);
        verdicts.push(...answers);
        if (!options.json) for (const answer of answers.flatMap(show)) printer.data(answer);
      }
    } else {
      verdicts.push(...(await checkPaths(project, targets)));
    }
    const matched = verdicts.some((verdict) => (options.details ? verdict.patterns.length > 0 : verdict.ignored));
    return { json: { paths: verdicts }, text: options.stdin ? '' : verdicts.flatMap(show).join('\n'), exitCode: matched ? 0 : 1 };
  },
});

function verdictLines(
  { path, ignored, patterns }: IgnoreVerdict,
  options: { readonly details: boolean; readonly all: boolean; readonly nonMatching: boolean },
): readonly string[] {
  if (!options.details) return ignored ? [path] : [];
  const all = patterns.map(({ text }) => text);
  if (all.length === 0) return options.nonMatching ? [`::\t${path}`] : [];
  return (options.all ? all : all.slice(-1)).map((pattern) => `${pattern}\t${path}`);
}
