import { allGuarantees, allHttpGuarantees, type Conformance, type PlannedGuarantee, planSuite } from '../src/run.ts';

/** A storage as its own conformance test declares it. */
export interface DeclaredStorage {
  /** The storage and the store behind it: `s3 on versitygw`. */
  readonly name: string;
  readonly conformance: Conformance;
}

/** The page of the documentation that tells how each storage keeps the contract, and what the contract promises. */
export function conformancePage(storages: readonly DeclaredStorage[]): string {
  const planned = storages.map(({ name, conformance }) => ({ name, http: conformance.http === true, plan: planSuite(conformance) }));
  return `${[
    '# How the storages keep the contract',
    [
      `The conformance suite, [@datapin/storage-testkit](../packages/storage-testkit/README.md), has ${allHttpGuarantees.length} promises: ${allGuarantees.length} for every`,
      `storage and ${allHttpGuarantees.length - allGuarantees.length} more for one that is reached by HTTP. All of ours are tried against it, on the stores named here.`,
      'A promise that is not kept is declared with a reason, and the suite makes sure that it is broken indeed.',
      '',
      'This page is made from these declarations by `packages/storage-testkit/test/conformance-page.test.ts`, which fails when they differ',
      '(`vitest run -u` on it writes the page anew).',
    ].join('\n'),
    table(planned.map(({ name, http, plan }) => rowOf(name, http, plan))),
    '## Deviations',
    sections(planned, ({ guarantee, deviation }) =>
      deviation === undefined
        ? undefined
        : { what: `\`${guarantee.id}\`${deviation.sometimes ? ' (sometimes)' : ''}`, reason: deviation.reason },
    ) || 'None.',
    '## Not offered, not tried',
    'A store without a method does without the promises about it. What a test server cannot give (somebody who is refused, a proxy) is not tried.',
    sections(planned, ({ lacking }) => (lacking === undefined ? undefined : { what: `\`${lacking.need}\``, reason: lacking.reason })) ||
      'Nothing.',
    '## The promises',
    promises(),
  ].join('\n\n')}\n`;
}

function rowOf(name: string, http: boolean, plan: readonly PlannedGuarantee[]): readonly string[] {
  const lacking = plan.filter((one) => one.lacking !== undefined).length;
  const deviating = plan.filter((one) => one.deviation !== undefined).length;
  return [name, http ? 'yes' : 'no', String(plan.length - lacking - deviating), String(deviating), String(lacking)];
}

function table(rows: readonly (readonly string[])[]): string {
  const lines = [
    ['storage', 'by HTTP', 'promises kept', 'deviations', 'not offered or not tried'],
    ['---', '---', '--:', '--:', '--:'],
    ...rows,
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

interface Note {
  readonly what: string;
  readonly reason: string;
}

/** One list for each storage that has notes, each reason once. */
function sections(
  storages: readonly { readonly name: string; readonly plan: readonly PlannedGuarantee[] }[],
  noteOf: (planned: PlannedGuarantee) => Note | undefined,
): string {
  return storages
    .flatMap(({ name, plan }) => {
      const byReason = Map.groupBy(
        plan.flatMap((planned) => noteOf(planned) ?? []),
        ({ reason }) => reason,
      );
      const lines = [...byReason].map(
        ([reason, notes]) => `- ${[...new Set(notes.map(({ what }) => what))].join(', ')}: ${escaped(reason)}`,
      );
      return lines.length === 0 ? [] : [`**${name}**\n\n${lines.join('\n')}`];
    })
    .join('\n\n');
}

function promises(): string {
  const areas = Map.groupBy(allHttpGuarantees, ({ area }) => area);
  return [...areas]
    .map(([area, some]) => `### ${area} (${some.length})\n\n${some.map(({ id, promise }) => `- \`${id}\` ${escaped(promise)}`).join('\n')}`)
    .join('\n\n');
}

/** Keys in promises are full of what Markdown takes for its own. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_<>[\]|#~]/gu, String.raw`\$&`);
}
