import { parseRemoteUrl, printRemoteUrl } from '@datapin/storage';

import { json } from '../arguments/common-options.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { conformanceText, summaryOf } from '../output/conformance-text.ts';
import { readDeclarations } from '../plugins/declarations.ts';
import { loadTestkit } from '../plugins/load-testkit.ts';
import { pluginAt } from '../plugins/plugin-at.ts';
import { pluginPlaces } from '../plugins/plugin-places.ts';
import { optionsFrom } from '../plugins/typed-options.ts';
import { type Command, defineCommand } from './command.ts';

export const pluginTest: Command = defineCommand({
  description:
    "Tries every promise of the storage contract on a real store. Everything is written to a new folder below the URL and removed at the end. The plugin's code runs with your rights: test only code that you trust.\n\nThe suite is the package @datapin/storage-testkit, a development dependency of the plugin. Its README tells how to run the same from vitest, with a store that the test starts.",
  positionals: {
    plugin: {
      kind: 'one',
      description: 'Folder or module of the plugin (`.`, `./dist/index.js`), or an installed one by its name (s3, storage-blob).',
    },
  },
  options: {
    url: { kind: 'text', metavar: 'url', description: 'A remote that may be written to, as in `datapin remote add`.' },
    option: { kind: 'repeated', metavar: 'name=value', description: 'An option of the remote.' },
    'http-origin': {
      kind: 'text',
      metavar: 'http://host:port',
      description: "The store's origin as it stands in the URL or in an option. A proxy that fails on purpose is put before it.",
    },
    'refused-option': {
      kind: 'repeated',
      metavar: 'name=value',
      description: 'An option with which the store refuses: a wrong password, say.',
    },
    deviations: {
      kind: 'text',
      metavar: 'file',
      description:
        'JSON or a module with the promises that the store cannot keep (`deviations`) and what it does not offer (`lacks`), with reasons.',
    },
    only: { kind: 'repeated', metavar: 'area', description: 'Only this area, or this promise by its id.' },
    'big-object': {
      kind: 'integer',
      metavar: 'bytes',
      least: 1,
      description: 'Size of the biggest object; more than one part of an upload. Default 12 MiB.',
    },
    'many-objects': {
      kind: 'integer',
      metavar: 'number',
      least: 1,
      description: 'At most so many objects at once, to fill pages of a listing. Default 2100.',
    },
    json,
  },
  examples: [
    { command: 'datapin plugin test . --url blob://somewhere/scratch', meaning: 'the plugin of this folder' },
    {
      command:
        'datapin plugin test webdav --url webdav://127.0.0.1:8080/dav --option user=me --option password=secret --http-origin http://127.0.0.1:8080',
      meaning: 'an installed one, with faults on the way',
    },
  ],
  failureCode: 1,
  exitCodes: { 'plugin-missing': 1, 'plugin-broken': 1, 'target-missing': 1, 'io-failed': 1 },
  exitNotes: { 1: 'a promise is broken' },
  async run({ positionals, options, projectOptions, context, printer }) {
    const { cwd, env } = projectOptions;
    if (options.url === undefined) throw new UsageError('`datapin plugin test` needs the URL of a remote to test on: `--url`');
    const { plugin, name, directory } = await pluginAt(positionals.plugin, { cwd, env });
    const suite = await loadTestkit(directory, pluginPlaces(env));
    const remote = { url: options.url, options: optionsFrom(options.option, plugin, cwd), env };
    const refused = optionsFrom(options['refused-option'], plugin, cwd);
    const limits = {
      ...(options['big-object'] === undefined ? {} : { bigObject: options['big-object'] }),
      ...(options['many-objects'] === undefined ? {} : { manyObjects: options['many-objects'] }),
    };
    let done = 0;
    const report = await suite
      .testAtRemote(
        {
          plugin,
          remote,
          httpOrigin: options['http-origin'],
          ...(Object.keys(refused).length === 0 ? {} : { refusedOptions: refused }),
          declared: await readDeclarations(options.deviations, cwd),
          limits,
        },
        {
          signal: context.signal,
          select: ({ id, area }) => options.only.length === 0 || options.only.includes(id) || options.only.includes(area),
          onResult: ({ id }) => printer.live(`${(done += 1)} promises tried, last ${id}`),
        },
      )
      .catch((error: unknown) => Promise.reject(error instanceof TypeError ? new UsageError(error.message) : error));
    printer.live(undefined);
    if (report.results.length === 0) throw new UsageError(`the suite has no area or promise by the name of ${options.only.join(', ')}`);

    const folder = printRemoteUrl(parseRemoteUrl(report.folder));
    const tested = { plugin: name, directory, ...report, folder };
    const summary = summaryOf(report.results);
    return {
      json: { ...tested, summary },
      text: conformanceText(printer.shown(tested), { paint: printer.paint, every: printer.verbosity === 'verbose' }),
      exitCode: summary.broken === 0 ? 0 : 1,
    };
  },
});
