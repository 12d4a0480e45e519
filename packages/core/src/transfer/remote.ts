import { parseRemoteUrl, printRemoteUrl, type Storage, type WriteStep } from '@datapin/storage';

import type { RemoteConfig } from '../config/config.ts';
import type { OperationContext } from '../events.ts';
import type { Project } from '../project/project.ts';
import { keepCredentialsAtHome } from './credential-destination.ts';
import { parseRemoteOptions } from './parse-options.ts';
import { remoteFailure } from './remote-failure.ts';
import { secretsHider } from './remote-secrets.ts';
import { trackedSettings } from '../project/tracked-settings.ts';
import { defaultRetryPolicy, firstContactBudget, type RetryPolicy, withRetry } from './retry.ts';

/** A configured remote with its storage open. Its storage must only be called through {@link Remote.attempt}, which retries. */
export interface Remote extends AsyncDisposable {
  readonly name: string;
  /** Its URL without secrets, for messages. */
  readonly address: string;
  readonly storage: Storage;
  /** How many objects may be in flight. */
  readonly jobs: number;
  /** Data lies under its real paths, versions are told apart by the store (`version_aware`, `worktree`). */
  readonly versionAware: boolean;
  /** Runs one unit of work with retries; a failure comes out in the user's terms. */
  attempt<T>(
    subject: { readonly object: string; readonly path?: string },
    work: () => Promise<T>,
    alsoRetry?: (error: unknown, attempt: number) => boolean,
  ): Promise<T>;
  /** Repeats steps of a write that is itself an attempt (`WriteOptions.step`): what they fail with stays the storage's. */
  stepsOf(subject: { readonly object: string }): WriteStep;
}

export interface RemoteSettings {
  readonly jobs?: number | undefined;
  readonly policy?: RetryPolicy;
}

/** Opens a remote: finds its plugin, parses its options, connects lazily. Rejects with the plugin look-up's and the options' errors. */
export async function openRemote(
  project: Project,
  config: RemoteConfig,
  context: OperationContext,
  settings: RemoteSettings = {},
): Promise<Remote> {
  const url = parseRemoteUrl(config.url);
  const identity = { name: config.name, address: printRemoteUrl(url) };
  const plugin = await project.storages.load(url.scheme);
  const options = parseRemoteOptions(config, plugin);
  const hide = secretsHider(config, plugin, url);
  const host = {
    env: project.env,
    signal: context.signal,
    warn: (message: string) => context.report({ type: 'warning', message: `remote '${config.name}': ${hide(message)}` }),
  };
  const tracked = await trackedSettings(project, config);
  keepCredentialsAtHome({ project, config, plugin, tracked });
  const spec = { name: config.name, url, options, tracked, repository: project.git?.workTree ?? project.root };
  const storage = await plugin.open(spec, host).catch((error: unknown) => Promise.reject(remoteFailure(error, { remote: identity, hide })));

  const policy = settings.policy ?? defaultRetryPolicy;
  let answered = false;
  const retrying = async <T>(
    object: string,
    work: () => Promise<T>,
    {
      signal,
      alsoRetry,
    }: { readonly signal: AbortSignal; readonly alsoRetry?: ((error: unknown, attempt: number) => boolean) | undefined },
  ): Promise<T> => {
    const result = await withRetry(work, {
      policy: answered ? policy : { ...policy, budget: Math.min(policy.budget, firstContactBudget) },
      signal,
      ...(alsoRetry === undefined ? {} : { alsoRetry }),
      onRetry: ({ attempt, waitMs, error }) => {
        const reason = error instanceof Error ? hide(error.message) : 'failed';
        context.report({ type: 'retry', remote: config.name, key: object, attempt, waitMs, reason });
      },
    });
    answered = true;
    return result;
  };
  return {
    ...identity,
    storage,
    jobs: settings.jobs ?? positive(config, 'jobs') ?? storage.traits.maxConnections,
    versionAware: isOn(config, 'version_aware') || isOn(config, 'worktree'),
    async attempt(subject, work, alsoRetry) {
      try {
        return await retrying(subject.object, work, { signal: context.signal, alsoRetry });
      } catch (error) {
        throw remoteFailure(error, { remote: identity, hide, ...subject });
      }
    },
    stepsOf:
      ({ object }) =>
      (work, signal) =>
        retrying(object, work, { signal: AbortSignal.any([context.signal, signal]) }),
    async [Symbol.asyncDispose]() {
      await storage[Symbol.asyncDispose]();
    },
  };
}

function positive(config: RemoteConfig, option: string): number | undefined {
  const entry = config.options.get(option);
  const value = Number(entry?.value);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}

function isOn(config: RemoteConfig, option: string): boolean {
  return String(config.options.get(option)?.value ?? 'false').toLowerCase() === 'true';
}
