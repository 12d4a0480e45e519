import type { OptionSpec, OptionValue, StoragePlugin } from '@datapin/storage';

import type { RemoteConfig } from '../config/config.ts';
import { DatapinError } from '../errors.ts';

/** Options that every remote has and core itself reads (DVC: `REMOTE_COMMON`). */
const commonOptions: ReadonlySet<string> = new Set(['jobs', 'checksum_jobs', 'worktree', 'version_aware', 'no_traverse', 'verify']);

/**
 * A remote's options as its plugin wants them. Rejects with `invalid-config` on a name that neither core nor the plugin knows,
 * and on a value of the wrong type.
 */
export function parseRemoteOptions(remote: RemoteConfig, plugin: StoragePlugin): Record<string, OptionValue> {
  const parsed: Record<string, OptionValue> = {};
  for (const [name, entry] of remote.options) {
    const spec = Object.hasOwn(plugin.options, name) ? plugin.options[name] : undefined;
    if (spec === undefined) {
      if (commonOptions.has(name)) continue;
      throw new DatapinError(
        'invalid-config',
        `remote '${remote.name}' has an option '${name}' that ${plugin.name} storage does not know`,
        {
          hint: `Remove it with \`datapin remote modify --unset ${remote.name} ${name}\`. It knows: ${Object.keys(plugin.options).join(', ')}.`,
        },
      );
    }
    const text = typeof entry.value === 'string' ? entry.value : entry.value.join(',');
    const value = parseOption(text, spec);
    if (value === undefined) {
      const shown = spec.secret === true ? 'its value' : `'${text}'`;
      throw new DatapinError('invalid-config', `option '${name}' of remote '${remote.name}': ${shown} is not ${describe(spec)}`);
    }
    parsed[name] = value;
  }
  return parsed;
}

/** The value by the option's type, `undefined` when the text is not of that type. Booleans as DVC reads them, case aside. */
export function parseOption(text: string, spec: OptionSpec): OptionValue | undefined {
  switch (spec.type) {
    case 'string':
      if (spec.choices !== undefined && !spec.choices.includes(text.toLowerCase())) return undefined;
      return spec.choices === undefined ? text : text.toLowerCase();
    case 'path':
      return text;
    case 'boolean':
      return parseBoolean(text);
    case 'boolean-or-path':
      return parseBoolean(text) ?? text;
    case 'integer':
      return /^[+-]?\d+$/u.test(text.trim()) ? Number(text) : undefined;
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  }
}

function parseBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

function describe(spec: OptionSpec): string {
  if (spec.choices !== undefined) return `one of ${spec.choices.join(', ')}`;
  const names: Record<OptionSpec['type'], string> = {
    string: 'a text',
    path: 'a path',
    boolean: 'true or false',
    'boolean-or-path': 'true, false or a path',
    integer: 'a whole number',
    number: 'a number',
  };
  return names[spec.type];
}
