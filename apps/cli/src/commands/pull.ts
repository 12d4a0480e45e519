import { type MissingObject, pull as pullTargets } from '@datapin/core';

import { targets } from '../arguments/common-options.ts';
import { changeLines } from '../output/changes.ts';
import { incomplete } from '../output/incomplete.ts';
import { notPlaced } from '../output/not-placed.ts';
import { fetchJson } from '../output/fetch-json.ts';
import { summary } from '../output/summary.ts';
import { preferSmallHeap } from '../prefer-small-heap.ts';
import { type Command, defineCommand } from './command.ts';
import { nothingDone, transferOptions, transferRequest, warnMissing, warnWithoutRemote } from './transfer-options.ts';

export const pull: Command = defineCommand({
  description:
    'Downloads what the cache lacks and puts it in place. Every object is checked against its hash on arrival. What can be brought is placed even when something is missing; the exit code tells.',
  positionals: { targets },
  options: {
    ...transferOptions,
    force: { kind: 'flag', short: 'f', description: 'Also overwrite or remove files whose content is not in the cache.' },
    'allow-missing': { kind: 'flag', description: 'Go on without the files that the remote does not have.' },
    glob: { kind: 'flag', description: 'Targets are patterns: `*`, `?`, `[a-z]`, `**`.' },
  },
  examples: [
    { command: 'datapin pull', meaning: 'all data of this checkout' },
    { command: 'datapin pull images/train', meaning: 'a part of a tracked directory' },
    { command: 'datapin pull --json | jq .dataHash', meaning: 'a text that stands for exactly this data' },
  ],
  failureCode: 1,
  exitCodes: { 'disk-full': 1 },
  failurePrefix: 'failed to pull data from the cloud',
  exitNotes: { 1: 'some files are not in place, or nothing could be done' },
  async run({ options, positionals, context, openProject, printer }) {
    preferSmallHeap();
    const project = await openProject();
    const request = { force: options.force, allowMissing: options['allow-missing'] };
    const result = await pullTargets(
      project,
      { ...transferRequest(options, { targets: positionals.targets, glob: options.glob }), ...request },
      context,
    );
    const { fetch, checkout } = result;
    const counts = summary([
      ['fetched', fetch.fetched],
      ['modified', checkout.fileCounts.modified],
      ['added', checkout.fileCounts.added],
      ['deleted', checkout.fileCounts.deleted],
    ]);
    const allowed = (object: MissingObject): boolean => request.allowMissing && object.reason === 'missing';
    const missing = fetch.missing.filter(allowed);
    const failed = fetch.missing.filter((object) => !allowed(object));
    const error = incomplete(failed, 'download') ?? (request.allowMissing ? undefined : notPlaced(project, checkout.failed));
    warnWithoutRemote(project, { remote: options.remote, error, printer });
    warnMissing(missing, printer);
    const lines = [
      ...changeLines(project, printer.shown(checkout), printer.paint),
      counts || (error === undefined ? nothingDone('changed', missing) : ''),
    ];
    const { files, bytes, complete, dataHash } = result;
    const json = { fetch: fetchJson(fetch), checkout, files, bytes, complete, dataHash };
    return { json, text: lines.filter((line) => line !== '').join('\n'), ...(error && { error }) };
  },
});
