import type { Guarantee } from '../suite/guarantee.ts';
import { cancelling } from './cancelling.ts';
import { closing } from './closing.ts';
import { concurrency } from './concurrency.ts';
import { errors } from './errors.ts';
import { http } from './http.ts';
import { keys, listing } from './listing.ts';
import { ranges } from './ranges.ts';
import { reading } from './reading.ts';
import { removing } from './removing.ts';
import { traits } from './traits.ts';
import { writing } from './writing.ts';

/** Every promise of the contract that any store can be asked to keep, in the order in which they are tried. */
export const allGuarantees: readonly Guarantee[] = [
  ...traits,
  ...reading,
  ...ranges,
  ...writing,
  ...listing,
  ...keys,
  ...removing,
  ...errors,
  ...cancelling,
  ...concurrency,
  ...closing,
];

/** Those, and what a store that is reached by HTTP promises besides. */
export const allHttpGuarantees: readonly Guarantee[] = [...allGuarantees, ...http];
