/** The time that a service may take, over all that is asked of it. */
export interface Deadline {
  /** The result of `work`, or a rejection once the time is up or the run is cancelled. What the work still does then is not waited for. */
  within<T>(work: Promise<T>): Promise<T>;
  /** Whether the time is up. */
  readonly isOver: boolean;
}

export function startDeadline(seconds: number, signal: AbortSignal): Deadline {
  const over = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(seconds * 1000))]);
  const reason = (): Error => {
    signal.throwIfAborted();
    return new Error(`the cache service took longer than ${Math.ceil(seconds)} s`);
  };
  return {
    get isOver() {
      return over.aborted;
    },
    async within(work) {
      if (over.aborted) {
        work.catch(() => {});
        throw reason();
      }
      const { promise, reject } = Promise.withResolvers<never>();
      const stop = (): void => {
        try {
          reject(reason());
        } catch (error) {
          reject(error);
        }
      };
      over.addEventListener('abort', stop, { once: true });
      try {
        return await Promise.race([work, promise]);
      } finally {
        over.removeEventListener('abort', stop);
      }
    },
  };
}
