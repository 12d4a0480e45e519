/** The time that is spent waiting for a service, over all that is asked of it. What its bytes are used for takes none of it. */
export interface Deadline {
  /** The result of `work`, or a rejection once the time is up or the run is cancelled. What the work still does then is not waited for. */
  within<T>(work: Promise<T>): Promise<T>;
  /** More time, for what turned out to be much. */
  extend(seconds: number): void;
}

export function startDeadline(seconds: number, signal: AbortSignal): Deadline {
  const timeUp = new AbortController();
  const over = AbortSignal.any([signal, timeUp.signal]);
  /** Milliseconds that may be waited, as of `since`. */
  let left = seconds * 1000;
  let since = 0;
  let waiting = 0;
  let allowed = seconds;
  let timer: NodeJS.Timeout | undefined;

  const pause = (): void => {
    clearTimeout(timer);
    left -= performance.now() - since;
  };
  const run = (): void => {
    since = performance.now();
    timer = setTimeout(() => timeUp.abort(), Math.max(0, Math.ceil(left)));
  };
  const reason = (): unknown => (signal.aborted ? signal.reason : new Error(`the cache service took longer than ${Math.ceil(allowed)} s`));

  return {
    extend(more) {
      allowed += more;
      if (waiting > 0) pause();
      left += more * 1000;
      if (waiting > 0) run();
    },
    async within(work) {
      if (over.aborted) {
        work.catch(() => {});
        throw reason();
      }
      const { promise, reject } = Promise.withResolvers<never>();
      const stop = (): void => reject(reason());
      over.addEventListener('abort', stop, { once: true });
      if (waiting === 0) run();
      waiting += 1;
      try {
        return await Promise.race([work, promise]);
      } finally {
        waiting -= 1;
        if (waiting === 0) pause();
        over.removeEventListener('abort', stop);
      }
    },
  };
}
