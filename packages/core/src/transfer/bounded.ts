/**
 * Runs `work` for every item with at most `limit` in flight, in order of the items. Stops taking items when the signal aborts or
 * `work` rejects, waits for those in flight, then rejects with the first failure. Items are taken lazily: memory does not grow with their number.
 */
export async function forEachBounded<T>(
  items: Iterable<T> | AsyncIterable<T>,
  options: { readonly limit: number; readonly signal: AbortSignal },
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    while (failures.length === 0) {
      try {
        options.signal.throwIfAborted();
        // A generator answers concurrent calls in turn, so lanes may share one.
        const next = await iterator.next();
        if (next.done === true) return;
        await work(next.value);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, options.limit) }, lane));
  if (failures.length > 0) {
    await iterator.return?.();
    throw failures[0];
  }
}
