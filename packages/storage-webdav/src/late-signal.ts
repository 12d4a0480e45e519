/**
 * A signal that follows another one after some time: for the last step of something that is better finished than broken off.
 * Disposing stops the clock.
 */
export function lateSignal(signal: AbortSignal, delayMs: number): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    timer = setTimeout(() => controller.abort(signal.reason), delayMs);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort);
  return {
    signal: controller.signal,
    [Symbol.dispose](): void {
      signal.removeEventListener('abort', onAbort);
      clearTimeout(timer);
    },
  };
}
