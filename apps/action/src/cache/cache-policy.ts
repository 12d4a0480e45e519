import type { RunEvent } from '../event.ts';
import type { Inputs } from '../inputs.ts';

/** Whether the Actions cache is used, and if not, why. */
export interface CachePolicy {
  readonly restore: boolean;
  readonly save: boolean;
  /** For the log and the summary: one sentence. */
  readonly reason: string;
  /** Worth a notice: the user may want to decide otherwise. */
  readonly notice: boolean;
  /** `unavailable` when it was wanted, but there is no service. */
  readonly result: 'on' | 'off' | 'unavailable';
}

export interface CacheSituation {
  readonly inputs: Pick<Inputs, 'cache' | 'cacheWrite' | 'cacheDir' | 'mode'>;
  readonly event: RunEvent;
  /** Whether reading from the remotes takes credentials, so that who reads the cache reads what is not public. */
  readonly remoteIsPrivate: boolean;
  /** Whether the runner names a cache service. */
  readonly isAvailable: boolean;
}

/** Events whose runs other people can cause, or that must not depend on what earlier runs left. */
const uncachedEvents = new Set(['release', 'pull_request_target', 'workflow_run']);
/** Events of the repository's own whose branch is the default one may fill the cache for everybody. */
const writingEvents = new Set(['push', 'schedule', 'workflow_dispatch', 'repository_dispatch']);

/** Decides about the Actions cache. Pure. The rules: docs/adr/0051-when-the-actions-cache-is-used.md */
export function cachePolicy({ inputs, event, remoteIsPrivate, isAvailable }: CacheSituation): CachePolicy {
  const off = (reason: string, notice = false): CachePolicy => ({ restore: false, save: false, reason, notice, result: 'off' });
  if (inputs.cache === 'false') return off('The Actions cache is off, as the input cache says.');
  if (inputs.mode === 'check' || inputs.mode === 'plan') return off(`The Actions cache is not used with mode: ${inputs.mode}.`);
  if (inputs.cache === 'auto') {
    const reason = whyNotByDefault(inputs, event);
    if (reason !== undefined) return off(reason);
  }
  if (!isAvailable) return { ...off('There is no cache service on this runner.'), result: 'unavailable' };
  if (inputs.cache === 'auto' && event.isPublic && remoteIsPrivate) {
    return off(
      'The Actions cache is off: this repository is public, so that everybody could read from its cache what the remote only gives to whom has credentials. If that is all right, set the input cache to true.',
      true,
    );
  }
  if (inputs.cache === 'restore-only') return reading('The input cache says that nothing is saved.');
  if (event.isFromFork) return reading('Runs for forks save nothing.');
  switch (inputs.cacheWrite) {
    case 'always':
      return { restore: true, save: true, reason: 'The Actions cache is on.', notice: false, result: 'on' };
    case 'never':
      return reading('The input cache-write says that nothing is saved.');
    case 'auto':
      return writesByDefault(event)
        ? { restore: true, save: true, reason: 'The Actions cache is on.', notice: false, result: 'on' }
        : reading('Only runs of the default branch save, so that all branches find what they need and none fills the cache for itself.');
  }
}

function reading(reason: string): CachePolicy {
  return { restore: true, save: false, reason, notice: false, result: 'on' };
}

function whyNotByDefault(inputs: CacheSituation['inputs'], event: RunEvent): string | undefined {
  if (inputs.cacheDir !== undefined) return 'The Actions cache is off, because the input cache-dir names a cache.';
  if (!event.isGithubHosted) return 'The Actions cache is off, because this runner keeps its disk: a cache-dir serves it better.';
  if (uncachedEvents.has(event.name)) return `The Actions cache is off for the event ${event.name}.`;
  if (event.ref.startsWith('refs/tags/')) return 'The Actions cache is off for tags.';
  return undefined;
}

function writesByDefault({ name, ref, defaultBranch }: RunEvent): boolean {
  if (!writingEvents.has(name)) return false;
  return defaultBranch === undefined ? /^refs\/heads\/(?:main|master)$/u.test(ref) : ref === `refs/heads/${defaultBranch}`;
}
