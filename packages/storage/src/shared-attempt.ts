/**
 * Work that is done once for all who ask, at the same time or later: a token, a look at the server, a connection. Nothing begins before the
 * first one asks. All who asked for an attempt that fails get its error; then it is forgotten, so the next one who asks tries again.
 */
export function sharedAttempt<T>(work: () => Promise<T>): () => Promise<T> {
  let attempt: Promise<T> | undefined;
  return () => {
    if (attempt !== undefined) return attempt;
    const started = work();
    attempt = started;
    started.catch(() => {
      if (attempt === started) attempt = undefined;
    });
    return started;
  };
}
