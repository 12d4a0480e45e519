import { DatapinError } from '../errors.ts';
import type { Config, RemoteConfig } from './config.ts';

/**
 * The remote that a command means: the one it names, else the default. Throws `no-remote` when there is neither, `unknown-remote` for a name that is not
 * configured, also when it is a `remote://` URL that leads to it.
 */
export function findRemote(config: Config, name: string | undefined): RemoteConfig {
  const wanted = (name ?? config.core.remote)?.toLowerCase();
  if (wanted === undefined) {
    throw new DatapinError('no-remote', 'no remote is configured', {
      hint: 'Make one the default with `datapin remote add -d <name> <url>` or `datapin remote default <name>`, or name one with `-r <name>`.',
    });
  }
  const found = config.remotes.get(wanted);
  if (found === undefined) {
    const known = [...config.remotes.keys()];
    throw new DatapinError('unknown-remote', `config section 'remote "${wanted}"' does not exist`, {
      hint: known.length === 0 ? 'No remote is configured: `datapin remote add <name> <url>`.' : `Configured are: ${known.join(', ')}.`,
    });
  }
  const lost = /^remote:\/\/([^/]+)/u.exec(found.url)?.[1];
  if (lost !== undefined) throw new DatapinError('unknown-remote', `remote '${wanted}' refers to remote '${lost}', which leads nowhere`);
  return found;
}
