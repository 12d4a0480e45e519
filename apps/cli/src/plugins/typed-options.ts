import { resolve } from 'node:path';

import { parseOption } from '@datapin/core';
import type { OptionValue, StoragePlugin } from '@datapin/storage';

import { UsageError } from '../arguments/usage-error.ts';

/**
 * A remote's options from `name=value` words, parsed by the plugin's own specs; relative paths are relative to `cwd`. Throws `usage` for a word without `=`,
 * a name that the plugin does not know, and a value of another type. No message repeats the value: it may be a secret.
 */
export function optionsFrom(words: readonly string[], plugin: StoragePlugin, cwd: string): Readonly<Record<string, OptionValue>> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      const name = word.slice(0, at);
      if (at < 1) throw new UsageError('an option of the remote is written `name=value`');
      const spec = Object.hasOwn(plugin.options, name) ? plugin.options[name] : undefined;
      if (spec === undefined) {
        throw new UsageError(`${plugin.name} storage has no option '${name}'`, `It has ${Object.keys(plugin.options).join(', ')}.`);
      }
      const value = parseOption(word.slice(at + 1), spec);
      if (value === undefined)
        throw new UsageError(`the value of '${name}' is not what the option takes (${spec.choices?.join(', ') ?? spec.type})`);
      return [name, spec.type === 'path' && typeof value === 'string' ? resolve(cwd, value) : value];
    }),
  );
}
