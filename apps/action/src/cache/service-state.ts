// Only this part of the package: what it needs of the runner's environment, without its HTTP clients.
import {
  getCacheMode,
  getCacheServiceVersion,
  isCacheReadable,
  isCacheWritable,
} from '../../node_modules/@actions/cache/lib/internal/config.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Whether the runner names a cache service that this run may read. Without one nothing is tried: the package would look for ten seconds. */
export function canRestore(env: Env): boolean {
  return isNamed(env) && isCacheReadable(getCacheMode());
}

/** Whether the runner names a cache service that this run may write to. */
export function canSave(env: Env): boolean {
  return isNamed(env) && isCacheWritable(getCacheMode());
}

function isNamed(env: Env): boolean {
  // As `isFeatureAvailable` of the package, which would load all of it. Version 2 wants a token for every call.
  if (getCacheServiceVersion() === 'v2') return Boolean(env['ACTIONS_RESULTS_URL']) && Boolean(env['ACTIONS_RUNTIME_TOKEN']);
  return Boolean(env['ACTIONS_CACHE_URL']);
}
