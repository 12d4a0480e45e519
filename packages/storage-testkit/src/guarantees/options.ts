import assert from 'node:assert/strict';

import type { OptionSpec, OptionValue } from '@datapin/storage';

import { randomBytes } from '../bytes.ts';
import { assertCode, assertHolds } from '../suite/expectations.ts';
import { type Guarantee, guarantees } from '../suite/guarantee.ts';

const types: ReadonlySet<string> = new Set<OptionSpec['type']>(['string', 'boolean', 'integer', 'number', 'path', 'boolean-or-path']);

/** Words in an option's name that say that its value is a secret, unless it is a file, a command or an address. */
const secretName = /(?:^|_)(?:password|passwd|passphrase|secret|token|apikey|api_key|access_key|customer_key)(?:_|$)/u;
const notTheSecretItself = /_(?:command|url|uri|file|path|algorithm|endpoint|id)$/u;

/** Values as they come out of an option's text, each of which has to be taken or refused in words. */
function valuesOf({ type, choices }: OptionSpec): readonly OptionValue[] {
  switch (type) {
    case 'boolean':
      return [true, false];
    case 'integer':
      return [7, 0];
    case 'number':
      return [1.5];
    case 'path':
      return ['/no/such/file'];
    case 'boolean-or-path':
      return [true, false, '/no/such/file'];
    default:
      return choices ?? ['some text'];
  }
}

/** What the options of a plugin promise. */
export const options: readonly Guarantee[] = guarantees(
  { area: 'options', look: "the plugin's `options` and where `open` reads them", needs: [] },
  {
    names: [
      'options have names that a configuration file can hold: lower case, digits and underscores',
      async ({ plugin }) => {
        for (const name of Object.keys(plugin.options)) assert.match(name, /^[a-z][a-z0-9_]*$/u);
      },
    ],
    types: [
      'every option is of one of the known types, and choices stand only at texts, in lower case',
      async ({ plugin }) => {
        for (const [name, { type, choices }] of Object.entries(plugin.options)) {
          assert.ok(types.has(type), `${name} is of type ${type}`);
          if (choices === undefined) continue;
          assert.ok(type === 'string' && choices.length > 0, `choices of ${name}`);
          for (const choice of choices) assert.equal(choice, choice.toLowerCase(), `a choice of ${name}`);
        }
      },
    ],
    described: [
      'every option has a description of one line',
      async ({ plugin }) => {
        for (const [name, { description }] of Object.entries(plugin.options)) assert.match(description.trim(), /^.{8,300}$/u, name);
      },
    ],
    'each-alone': [
      'every declared option, added to a working remote with any value of its type, is taken or refused in words',
      async ({ plugin, remote, open }) => {
        for (const [name, spec] of Object.entries(plugin.options)) {
          for (const value of valuesOf(spec)) {
            const [outcome] = await Promise.allSettled([open({ ...remote, options: { ...remote.options, [name]: value } })]);
            if (outcome.status === 'fulfilled') await outcome.value[Symbol.asyncDispose]();
            else assertCode(outcome.reason, ['invalid-request', 'unauthenticated', 'unsupported'], `${name} = ${String(value)}`);
          }
        }
      },
    ],
    obsolete: [
      'an option that is accepted without effect has none: a remote with it works as without',
      async ({ plugin, remote, open }) => {
        for (const [name, spec] of Object.entries(plugin.options)) {
          if (spec.obsolete !== true) continue;
          for (const value of valuesOf(spec)) {
            const storage = await open({ ...remote, options: { ...remote.options, [name]: value } });
            await storage.put(`with/${name}`, randomBytes(10, 1));
            await assertHolds(storage, `with/${name}`, randomBytes(10, 1));
          }
        }
      },
      { needs: ['put'] },
    ],
    'secrets-marked': [
      'options whose names say password, secret, token or key are marked secret',
      async ({ plugin }) => {
        for (const [name, spec] of Object.entries(plugin.options)) {
          if (spec.type !== 'string' || !secretName.test(name) || notTheSecretItself.test(name)) continue;
          assert.equal(spec.secret, true, `${name} is not marked as secret`);
        }
      },
    ],
  },
);
