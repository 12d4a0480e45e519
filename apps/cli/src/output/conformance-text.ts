import type { GuaranteeResult, RemoteReport, Verdict } from '@datapin/storage-testkit/run';

import type { Paint } from './colors.ts';

/** How many guarantees ended how. */
export interface ConformanceSummary {
  readonly kept: number;
  readonly broken: number;
  readonly deviates: number;
  readonly notOffered: number;
  readonly notTried: number;
}

export function summaryOf(results: readonly GuaranteeResult[]): ConformanceSummary {
  const count = (verdict: Verdict): number => results.filter((result) => result.verdict === verdict).length;
  return {
    kept: count('kept'),
    broken: count('broken'),
    deviates: count('deviates'),
    notOffered: count('not-offered'),
    notTried: count('not-tried'),
  };
}

export interface TestedPlugin extends RemoteReport {
  readonly plugin: string;
}

export interface ConformanceStyle {
  readonly paint: Paint;
  /** Also the promises that are kept, each on a line. */
  readonly every: boolean;
}

/** The report of `datapin plugin test` for people: areas, what is broken and where to look, what was not tried and why, a summary. */
export function conformanceText(tested: TestedPlugin, style: ConformanceStyle): string {
  const { results } = tested;
  const areas = [...new Set(results.map(({ area }) => area))];
  return [
    `The storage contract, tried with ${tested.plugin} in ${tested.folder}`,
    areas.flatMap((area) =>
      areaLines(
        area,
        results.filter((result) => result.area === area),
        style,
      ),
    ),
    reasonLines('Deviations, as declared', results, 'deviates', style),
    reasonLines('Not offered', results, 'not-offered', style),
    reasonLines('Not tried', results, 'not-tried', style),
    ...(tested.left === undefined ? [] : [`Objects of the test are left in ${tested.folder}: ${tested.left}. Remove the folder by hand.`]),
    summaryLine(summaryOf(results), style),
  ]
    .map((part) => (typeof part === 'string' ? part : part.join('\n')))
    .filter((part) => part !== '')
    .join('\n\n');
}

function areaLines(area: string, results: readonly GuaranteeResult[], { paint, every }: ConformanceStyle): readonly string[] {
  const summary = summaryOf(results);
  const tried = summary.kept + summary.broken + summary.deviates;
  const sign = summary.broken > 0 ? paint('red', '\u2717') : tried === 0 ? paint('dim', '-') : paint('green', '\u2713');
  const state = partsOf(summary).join(', ');
  const shown = results.filter(({ verdict }) => verdict === 'broken' || (every && verdict === 'kept'));
  return [
    `${sign} ${area.padEnd(14)} ${state}`,
    ...shown.flatMap(({ id, promise, verdict, reason, look }) =>
      verdict === 'kept'
        ? [`    ${paint('green', '\u2713')} ${promise}`]
        : [
            `    ${paint('red', '\u2717')} ${paint('bold', promise)}`,
            `        what happened: ${indented(reason ?? '')}`,
            `        where to look: ${look ?? ''}`,
            `        to try it alone: --only ${id}`,
          ],
    ),
  ];
}

/** Promises that were not kept or not tried, with the reason once for all that share it. */
function reasonLines(title: string, results: readonly GuaranteeResult[], verdict: Verdict, { paint }: ConformanceStyle): readonly string[] {
  const byReason = new Map<string, GuaranteeResult[]>();
  for (const result of results) {
    if (result.verdict !== verdict) continue;
    const reason = result.reason ?? '';
    byReason.set(reason, [...(byReason.get(reason) ?? []), result]);
  }
  if (byReason.size === 0) return [];
  const lines = [...byReason].flatMap(([reason, some]) => [
    `  ${promises(some.length)}: ${reason}${remedyOf(some[0])}`,
    `      ${paint('dim', namesOf(some))}`,
  ]);
  return [`${title}:`, ...lines];
}

/** What to give so that a promise is tried the next time. */
const remedies: Partial<Record<NonNullable<GuaranteeResult['need']>, string>> = {
  httpOrigin: '--http-origin http://host:port',
  unreachableRemote: '--http-origin http://host:port',
  refusedRemote: '--refused-option name=value',
};

function remedyOf(result: GuaranteeResult | undefined): string {
  const remedy = result?.need === undefined ? undefined : remedies[result.need];
  return remedy === undefined ? '' : ` (give ${remedy})`;
}

/** Ids; more than four are counted by area. */
function namesOf(results: readonly GuaranteeResult[]): string {
  if (results.length <= 4) return results.map(({ id }) => id).join(', ');
  const areas = Map.groupBy(results, ({ area }) => area);
  return [...areas].map(([area, some]) => (some.length === 1 ? (some[0]?.id ?? '') : `${area} (${some.length})`)).join(', ');
}

function summaryLine(summary: ConformanceSummary, { paint }: ConformanceStyle): string {
  const total = Object.values(summary).reduce((sum: number, count: number) => sum + count, 0);
  const parts = partsOf(summary).join(', ');
  return `${promises(total)}: ${summary.broken === 0 ? parts : paint('red', parts)}`;
}

function promises(count: number): string {
  return `${count} ${count === 1 ? 'promise' : 'promises'}`;
}

/** What there is of each: `12 kept`, `1 broken`. */
function partsOf({ kept, broken, deviates, notOffered, notTried }: ConformanceSummary): readonly string[] {
  const counts = { kept, broken, 'not kept as declared': deviates, 'not offered': notOffered, 'not tried': notTried };
  return Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]));
}

function indented(text: string): string {
  return text.trim().split('\n').slice(0, 12).join('\n            ');
}
