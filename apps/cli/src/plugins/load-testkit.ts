import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { DatapinError } from '@datapin/core';
import type * as Testkit from '@datapin/storage-testkit/run';

import { field } from './find-plugins.ts';
import { importConditions } from './import-plugin.ts';
import { packageEntry } from './package-entry.ts';
import type { PluginPlace } from './plugin-places.ts';

const testkit = '@datapin/storage-testkit';

/** What this program uses of the conformance suite. It is a package of its own: whoever writes plugins has it, nobody else needs it. */
export type SuiteRunner = Pick<typeof Testkit, 'testAtRemote'>;

/**
 * Loads the conformance suite that a plugin was developed with: from the `node_modules` folders around the plugin's package, else from beside
 * this program. Rejects with `plugin-missing` when it is nowhere, and with `plugin-broken` when it is too old.
 */
export async function loadTestkit(pluginDirectory: string, places: readonly PluginPlace[]): Promise<SuiteRunner> {
  const folders = [...moduleFoldersAround(realpathSync(pluginDirectory)), ...places.map(({ directory }) => directory)];
  const directory = folders.map((folder) => join(folder, testkit)).find((folder) => existsSync(join(folder, 'package.json')));
  if (directory === undefined) {
    throw new DatapinError('plugin-missing', `the conformance suite ${testkit} is not installed for the plugin in ${pluginDirectory}`, {
      hint: `Install it there: \`npm install --save-dev ${testkit}\` in ${pluginDirectory}.`,
    });
  }
  const entry = packageEntry(directory, importConditions, './run');
  const suite: unknown = entry === undefined || !existsSync(entry) ? undefined : await import(pathToFileURL(entry).href);
  if (isSuiteRunner(suite)) return suite;
  throw new DatapinError('plugin-broken', `the conformance suite in ${directory} does not fit this version of datapin`, {
    hint: `Install a newer one: \`npm install --save-dev ${testkit}@latest\` in ${pluginDirectory}.`,
  });
}

function moduleFoldersAround(directory: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = directory; folder !== dirname(folder); folder = dirname(folder)) folders.push(join(folder, 'node_modules'));
  return folders;
}

function isSuiteRunner(value: unknown): value is SuiteRunner {
  return typeof field(value, 'testAtRemote') === 'function';
}
