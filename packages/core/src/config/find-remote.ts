import { DatapinError } from '../errors.ts';
import type { Config, RemoteConfig } from './config.ts';

/**
 * The remote that a command means: the one it names, else the default. Throws `no-remote` when there is neither, `unknown-remote` for a name that is not
 * configured, also when it is a `remote://` URL that leads to it.
 */
export function findRemote(config: Config, name: string | undefined): RemoteConfig {
  const wanted = (name ?? config.core.remote)?.toLowerCase();
  const known = [...config.remotes.keys()];
  if (wanted === undefined) {
    if (known.length === 0)
      throw new DatapinError('no-remote', 'no remote is configured', { hint: '`datapin remote add -d <name> <url>` adds one.' });
    throw new DatapinError('no-remote', 'no default remote is set', {
      hint: `Name one with \`-r <name>\`, or make it the default: \`datapin remote default <name>\`. Configured are: ${known.join(', ')}.`,
    });
  }
  const found = config.remotes.get(wanted);
  if (found === undefined) {
    throw new DatapinError('unknown-remote', `config section 'remote "${wanted}"' does not exist`, {
      hint: known.length === 0 ? 'No remote is configured: `datapin remote add <name> <url>`.' : `Configured are: ${known.join(', ')}.`,
    });
  }
  const lost = /^remote:\/\/([^/]+)/u.exec(found.url)?.[1];
  if (lost !== undefined) throw new DatapinError('unknown-remote', `remote '${wanted}' refers to remote '${lost}', which leads nowhere`);
  return found;
}
