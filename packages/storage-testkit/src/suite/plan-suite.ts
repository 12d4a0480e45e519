import assert from 'node:assert/strict';

import { allGuarantees, allHttpGuarantees } from '../guarantees/all.ts';
import type { Guarantee, Need, StorageMethod } from './guarantee.ts';
import type { Conformance, Deviation } from './storage-under-test.ts';
import { openRemote, type TrialGround, tryGuarantee } from './try-guarantee.ts';

/** A guarantee, and what is declared about it. */
export interface PlannedGuarantee {
  readonly guarantee: Guarantee;
  readonly deviation?: { readonly reason: string; readonly sometimes: boolean };
  /** What it needs and is not there: it is not tried. */
  readonly lacking?: { readonly need: Need; readonly reason: string };
}

const methods: readonly Need[] = ['write', 'remove', 'list'] satisfies StorageMethod[];
const seams: readonly Need[] = ['put', 'refusedRemote', 'unreachableRemote', 'httpOrigin', 'tlsRemote'];

/** Whether a need is a method of the storage. All others are what a test server has to give. */
export function isMethod(need: Need): need is StorageMethod {
  return methods.includes(need);
}

/**
 * All guarantees that apply, each with its deviation and with what it lacks. Throws a `TypeError` when a deviation names no guarantee,
 * `lacks` names no need, or a reason is empty: declarations are read by people.
 */
export function planSuite({ http, lacks = {}, deviations = {} }: Conformance): readonly PlannedGuarantee[] {
  const guarantees = http === true ? allHttpGuarantees : allGuarantees;
  for (const need of Object.keys(lacks)) {
    if (![...methods, ...seams].some((known) => known === need))
      throw new TypeError(`"${need}" in \`lacks\` is nothing that a guarantee needs`);
  }
  for (const id of Object.keys(deviations)) {
    const known = guarantees.some((guarantee) => id === guarantee.id || id === `${guarantee.area}/*`);
    if (!known) throw new TypeError(`deviation "${id}" names no guarantee of the suite`);
  }
  for (const [name, declared] of [...Object.entries(lacks), ...Object.entries(deviations)]) {
    if (reasonOf(declared).trim() === '') throw new TypeError(`"${name}" is declared without a reason`);
  }
  return guarantees.map((guarantee) => {
    const need = guarantee.needs.find((one) => lacks[one] !== undefined);
    if (need !== undefined) return { guarantee, lacking: { need, reason: lacks[need] ?? '' } };
    const declared = deviations[guarantee.id] ?? deviations[`${guarantee.area}/*`];
    if (declared === undefined) return { guarantee };
    return { guarantee, deviation: { reason: reasonOf(declared), sometimes: typeof declared !== 'string' } };
  });
}

function reasonOf(declared: Deviation): string {
  return typeof declared === 'string' ? declared : declared.reason;
}

/**
 * Tries a planned guarantee: a plain one has to be kept; one with a deviation has to be broken (unless only sometimes); what is
 * declared as lacking has to be absent. Rejects otherwise. Resolves with whether the promise was kept.
 */
export async function tryPlanned({ guarantee, deviation, lacking }: PlannedGuarantee, ground: TrialGround): Promise<boolean> {
  if (lacking !== undefined) {
    await assertAbsence(lacking.need, ground);
    return false;
  }
  if (deviation === undefined) {
    await tryGuarantee(guarantee, ground);
    return true;
  }
  const [outcome] = await Promise.allSettled([tryGuarantee(guarantee, ground)]);
  assert.ok(deviation.sometimes || outcome.status === 'rejected', 'the promise is kept: take this deviation out');
  return outcome.status === 'fulfilled';
}

async function assertAbsence(need: Need, { plugin, server }: TrialGround): Promise<void> {
  if (!isMethod(need)) {
    assert.equal(server[need], undefined, `the test server gives \`${need}\`: take it out of \`lacks\``);
    return;
  }
  const storage = await openRemote(plugin, await server.emptyRemote());
  try {
    assert.equal(storage[need], undefined, `\`${need}\` is there: take it out of \`lacks\``);
  } finally {
    await storage[Symbol.asyncDispose]();
  }
}
