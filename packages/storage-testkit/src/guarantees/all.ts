import type { Guarantee } from '../suite/guarantee.ts';
import { cancelling } from './cancelling.ts';
import { closing } from './closing.ts';
import { concurrency } from './concurrency.ts';
import { errors } from './errors.ts';
import { bodies } from './http/bodies.ts';
import { connections } from './http/connections.ts';
import { echoes } from './http/echoes.ts';
import { manyRequests } from './http/many-requests.ts';
import { redirects } from './http/redirects.ts';
import { retryAfter } from './http/retry-after.ts';
import { statuses } from './http/statuses.ts';
import { tls } from './http/tls.ts';
import { uploads } from './http/uploads.ts';
import { waiting } from './http/waiting.ts';
import { keys } from './keys.ts';
import { listing } from './listing.ts';
import { options } from './options.ts';
import { plugin } from './plugin.ts';
import { prefixes } from './prefixes.ts';
import { ranges } from './ranges.ts';
import { reading } from './reading.ts';
import { removing } from './removing.ts';
import { replacing } from './replacing.ts';
import { secrets } from './secrets.ts';
import { sources } from './sources.ts';
import { stat } from './stat.ts';
import { traits } from './traits.ts';
import { writing } from './writing.ts';

/** Every promise of the contract that any store can be asked to keep, in the order in which they are tried. */
export const allGuarantees: readonly Guarantee[] = [
  ...plugin,
  ...traits,
  ...options,
  ...stat,
  ...reading,
  ...ranges,
  ...writing,
  ...sources,
  ...replacing,
  ...listing,
  ...prefixes,
  ...keys,
  ...removing,
  ...errors,
  ...secrets,
  ...cancelling,
  ...concurrency,
  ...closing,
];

/** What a store that is reached by HTTP promises besides, tried behind a proxy that fails as told. */
export const httpGuarantees: readonly Guarantee[] = [
  ...statuses,
  ...retryAfter,
  ...connections,
  ...bodies,
  ...uploads,
  ...manyRequests,
  ...waiting,
  ...redirects,
  ...tls,
  ...echoes,
];

/** All of them. */
export const allHttpGuarantees: readonly Guarantee[] = [...allGuarantees, ...httpGuarantees];
