import { isRetryable, type WriteStep } from '@datapin/storage';

/** A `step` for `write`: runs each step up to three times while it fails by what may pass, without waiting in between. */
export const threeTries: WriteStep = async (work, signal) => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === 3 || !isRetryable(error)) throw error;
      signal.throwIfAborted();
    }
  }
};
