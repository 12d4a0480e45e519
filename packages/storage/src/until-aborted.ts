/**
 * Waits for work that several callers share: resolves and rejects as it does, or rejects with the signal's reason as soon as that aborts.
 * The work goes on for the others; when it fails after everybody gave up, nothing is thrown anywhere.
 */
export async function untilAborted<T>(shared: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return shared;
  // nobody may be left to hear of its failure
  shared.catch(() => undefined);
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([shared, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
