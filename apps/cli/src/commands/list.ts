import { DatapinError, list as listRepository, type ListEntry } from '@datapin/core';

import { json } from '../arguments/common-options.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { readEnv } from '../env-vars.ts';
import { plain } from '../output/colors.ts';
import { listPainter } from '../output/list-colors.ts';
import { listText, listTree } from '../output/list-text.ts';
import { type Command, defineCommand } from './command.ts';

export const list: Command = defineCommand({
  positionals: {
    url: { kind: 'one', description: 'Folder or git URL of a repository; `.` is this one.' },
    path: { kind: 'optional', description: 'Directory inside the repository.' },
  },
  options: {
    recursive: { kind: 'flag', short: 'R', description: 'Also what is in directories.' },
    tree: { kind: 'flag', short: 'T', description: 'As a tree.' },
    level: { kind: 'integer', short: 'L', metavar: 'depth', description: 'Only so deep.' },
    'dvc-only': { kind: 'flag', description: 'Only tracked data.' },
    json,
    rev: { kind: 'text', metavar: 'commit', description: 'Git revision. Default: the work tree of a folder, the default branch of a URL.' },
    config: { kind: 'text', metavar: 'config', description: "A config file to merge with the repository's." },
    remote: { kind: 'text', metavar: 'remote', description: "The remote to use as the repository's default." },
    'remote-config': { kind: 'list', metavar: 'name=value', description: "Options to merge with the remote's." },
    size: { kind: 'flag', description: 'Also sizes.' },
    'show-hash': { kind: 'flag', description: 'Also hashes.' },
  },
  examples: [
    { command: 'datapin list . -R --dvc-only', meaning: 'all tracked files' },
    { command: 'datapin list https://github.com/iterative/dataset-registry get-started', meaning: 'a directory of another repository' },
  ],
  failureCode: 1,
  async run({ options, positionals, context, projectOptions, printer }) {
    if (options.tree && options.json) throw new DatapinError('usage', 'Cannot use --tree and --json options together.');
    const request = {
      url: positionals.url,
      path: positionals.path,
      rev: options.rev,
      recursive: options.recursive || options.tree,
      level: options.level,
      dvcOnly: options['dvc-only'],
      remote: options.remote,
      remoteConfig: pairs(options['remote-config'] ?? []),
      config: options.config,
    };
    const entries = await listRepository(projectOptions, request, context);
    const colored = printer.paint !== plain;
    const paint = colored ? listPainter(readEnv(projectOptions.env, 'LS_COLORS')) : (_: ListEntry, name: string): string => name;
    const choices = { size: options.size, showHash: options['show-hash'], paint };
    return {
      json: entries.map(({ path, isOut, isDir, isExec, size, md5 }) => ({
        isout: isOut,
        isdir: isDir,
        isexec: isExec,
        size: size ?? null,
        md5: md5 ?? null,
        path,
      })),
      text: options.tree ? listTree(positionals.path ?? '.', printer.shown(entries), choices) : listText(printer.shown(entries), choices),
    };
  },
});

function pairs(words: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    words.map((word) => {
      const equals = word.indexOf('=');
      if (equals <= 0 || equals === word.length - 1) throw new UsageError(`\`--remote-config\` needs name=value, not '${word}'`);
      return [word.slice(0, equals), word.slice(equals + 1)];
    }),
  );
}
