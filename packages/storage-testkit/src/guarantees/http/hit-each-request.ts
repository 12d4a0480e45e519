import type { Fault, FaultProxy } from '../../faults/fault.ts';

/**
 * Lets an action meet a fault at its first request, then, done anew, at its second, and so on until it has no such request any more, at
 * most `most` times.
 */
export async function hitEachRequest(
  proxy: FaultProxy,
  fault: Fault,
  most: number,
  action: (number: number) => Promise<void>,
): Promise<void> {
  for (let number = 1; number <= most; number++) {
    const before = proxy.requests.length;
    let seen = 0;
    proxy.inject(fault, { match: () => ++seen === number });
    await action(number);
    proxy.heal();
    if (!proxy.requests.slice(before).some((request) => request.fault === fault)) return;
  }
}
