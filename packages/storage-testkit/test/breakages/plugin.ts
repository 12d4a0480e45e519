import { type OptionSpec, StorageError } from '@datapin/storage';

import { type Breakage, memory, memoryPluginWith } from './breakage.ts';

function withOption(bug: string, name: string, spec: OptionSpec, noticedBy: readonly string[]): Breakage {
  return memoryPluginWith(bug, (plugin) => ({ ...plugin, options: { ...plugin.options, [name]: spec } }), noticedBy);
}

/** Plugins that are wrong before the first call. */
export const pluginBreakages: readonly Breakage[] = [
  memory('the page size is nonsense', (inner) => ({ traits: { ...inner.traits, listPageSize: 0 } }), ['traits/numbers']),

  memory('whether ranges are read is a word', (inner) => ({ traits: { ...inner.traits, rangeReads: 'yes' as never } }), [
    'traits/yes-or-no',
  ]),
  memory('objects are said to lie where they do not', () => ({ pathOf: (key) => `/no/such/folder/${key}` }), ['traits/plain-files']),
  memoryPluginWith('the name is a title', (plugin) => ({ ...plugin, name: 'Memory (for tests)' }), ['plugin/name']),
  memoryPluginWith('the scheme is written with its colon', (plugin) => ({ ...plugin, schemes: ['memory:'] }), ['plugin/schemes']),
  memoryPluginWith(
    'opening notes something in the request',
    (plugin) => ({
      ...plugin,
      open: async (remote, host) => plugin.open(Object.assign(remote, { name: 'seen' }), host),
    }),
    ['plugin/leaves-request-alone'],
  ),
  memoryPluginWith(
    'all remotes are one',
    (plugin) => ({
      ...plugin,
      open: (remote, host) => plugin.open({ ...remote, url: { scheme: 'memory', authority: 'one', path: '' } }, host),
    }),
    ['plugin/remotes-apart'],
  ),
  memoryPluginWith(
    'the path of the URL is not looked at',
    (plugin) => ({
      ...plugin,
      open: (remote, host) => plugin.open({ ...remote, url: { ...remote.url, path: '' } }, host),
    }),
    ['plugin/folder-of-remote'],
  ),
  memory(
    'every answer is logged',
    (inner) => ({
      stat: (key, options) => {
        // oxlint-disable-next-line no-console -- the very thing that must not happen
        console.log(`stat ${key}`);
        return inner.stat(key, options);
      },
    }),
    ['plugin/prints-nothing'],
  ),
  withOption('an option is named as in code', 'endpointUrl', { type: 'string', description: 'address of the store' }, ['options/names']),
  withOption('an option is of a type of its own', 'size', { type: 'bytes' as never, description: 'size of a part' }, ['options/types']),
  withOption('a choice is written in upper case', 'level', { type: 'string', description: 'how much', choices: ['LOW'] }, [
    'options/types',
  ]),
  withOption('an option is not described', 'level', { type: 'integer', description: '' }, ['options/described']),
  withOption('a password is not marked as secret', 'proxy_password', { type: 'string', description: 'password of the proxy' }, [
    'options/secrets-marked',
  ]),
  memoryPluginWith(
    'a file that is not there crashes',
    (plugin) => ({
      ...plugin,
      options: { ...plugin.options, key_file: { type: 'path', description: 'file of the key' } },
      open: async (remote, host) => {
        if (remote.options['key_file'] !== undefined) throw new Error('ENOENT');
        return plugin.open(remote, host);
      },
    }),
    ['options/each-alone'],
  ),
  memoryPluginWith(
    'an option without effect has one',
    (plugin) => ({
      ...plugin,
      options: { ...plugin.options, old: { type: 'boolean', description: 'once did something', obsolete: true } },
      open: async (remote, host) => {
        if (remote.options['old'] === true) throw new StorageError('unsupported', 'old is not supported any more');
        return plugin.open(remote, host);
      },
    }),
    ['options/obsolete'],
  ),
];
