/**
 * Measurements side by side, in one run and on one machine: what counts are the ratios, not the times.
 * `npm run bench` runs all of them, `npm run bench -- startup|small|large|action` one. `--rounds N`, `--files N`, `--bytes N` change the sizes.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { benchAction } from './action.ts';
import { benchLarge } from './large.ts';
import { benchSmall } from './small.ts';
import { benchStartup } from './startup.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string' }, files: { type: 'string' }, bytes: { type: 'string', default: String(2 ** 30) } },
});
const roundsOr = (usual: number): number => Number(values.rounds ?? usual);

const benches: Record<string, () => Promise<void>> = {
  startup: () => benchStartup(roundsOr(9)),
  small: () => benchSmall({ rounds: roundsOr(3), files: Number(values.files ?? 20_000) }),
  large: () => benchLarge({ rounds: roundsOr(1), bytes: Number(values.bytes) }),
  action: () => benchAction({ rounds: roundsOr(1), files: Number(values.files ?? 10_000), bytes: Number(values.bytes) }),
};

const wanted = positionals.length === 0 ? Object.keys(benches) : positionals;
const unknown = wanted.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`no such bench: ${unknown.join(', ')} (there are ${Object.keys(benches).join(', ')})`);
  process.exitCode = 2;
} else {
  console.log(`Node ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} processors`);
  for (const name of wanted) await benches[name]?.();
}
