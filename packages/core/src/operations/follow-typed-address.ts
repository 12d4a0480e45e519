import { parseRemoteUrl, type StoragePlugin } from '@datapin/storage';

import { mergeConfigTexts } from '../config/config-layers.ts';
import { DatapinError } from '../errors.ts';
import { hostSettingOf, isHomeKnown, moveHome } from '../transfer/credential-destination.ts';
import { type ConfigSession, splitLayers, writeLevel } from './config-session.ts';

/**
 * Whoever types the address of a remote agrees to its host, so the user's secrets follow there; a pull that brings another address along types
 * nothing. Called once the configuration is written. `option` is what was set or taken away: a host that was already there is agreed to as well.
 */
export async function followTypedAddress(
  { before, after }: { readonly before: ConfigSession; readonly after: ConfigSession },
  { name, option }: { readonly name: string; readonly option: string },
): Promise<void> {
  const { dvcDir, scope } = after;
  // An address of any other level is the user's own, and is not compared.
  if (dvcDir === undefined || writeLevel(after) !== 'project') return;
  const remote = { env: scope.options.env, dvcDir, name };
  if (!isHomeKnown(remote)) return;
  const now = trackedOptions(after, name);
  const plugin = await loadPlugin(after, now?.get('url'));
  const setting = plugin === undefined ? null : hostSettingOf(plugin);
  if (setting === null) return;
  const address = now?.get(setting);
  if (option === setting || address !== trackedOptions(before, name)?.get(setting)) moveHome(remote, address);
}

function trackedOptions({ layers }: ConfigSession, name: string): ReadonlyMap<string, unknown> | undefined {
  const { upTo } = splitLayers(layers, 'project');
  return mergeConfigTexts(upTo.map(({ text }) => text)).named.remote.get(name);
}

/** Without its plugin nobody knows which setting names the host; then the next use of the remote asks the user. */
async function loadPlugin({ scope }: ConfigSession, url: unknown): Promise<StoragePlugin | undefined> {
  if (typeof url !== 'string') return undefined;
  try {
    return await scope.options.storages.load(parseRemoteUrl(url).scheme);
  } catch (error) {
    if (error instanceof DatapinError) return undefined;
    throw error;
  }
}
