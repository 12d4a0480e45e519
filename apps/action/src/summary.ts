import { formatBytes } from './format-bytes.ts';
import type { Outcome } from './outcome.ts';
import type { PinRow } from './pins.ts';
import { joined } from './pins.ts';
import { escapeHtml, html } from './printable.ts';
import type { Annotation } from './runner.ts';

const mostRows = 200;
const mostMissing = 50;
/** GitHub drops a summary over 1 MiB whole and blames the step. */
const mostBytes = 200 * 1024;

/** The job summary as HTML. Everything that comes from the repository is escaped, and long lists end early: the manifest has all. */
export function summaryOf(
  outcome: Outcome,
  { mode, annotations }: { readonly mode: string; readonly annotations: readonly Annotation[] },
): string {
  const parts = [`<h3>Data: ${html(headline(outcome, mode))}</h3>`];
  for (const { level, message } of annotations) {
    const [first = '', ...rest] = message.split('\n');
    const list = rest.map((line) => `<br>${escapeHtml(line)}`).join('');
    parts.push(`<p>${level === 'error' ? '❌' : '⚠️'} ${escapeHtml(first)}${list}</p>`);
  }
  if (outcome.missing.length > 0) parts.push(missingTable(outcome));
  if (outcome.pins.length > 0) parts.push(pinTable(outcome.pins));
  if (outcome.removed.length > 0) {
    const paths = outcome.removed.slice(0, mostMissing).map((path) => `<code>${html(path)}</code>`);
    parts.push(`<p>No longer pinned: ${paths.join(', ')}${outcome.removed.length > mostMissing ? ' …' : ''}</p>`);
  }
  parts.push(`<p><sub>${html(footer(outcome))}</sub></p>`);
  return `${withinSize(parts).join('\n')}\n`;
}

function headline(outcome: Outcome, mode: string): string {
  const changed = outcome.pins.filter(({ change }) => change !== '').length;
  const here = mode === 'check' ? 'on the remote' : mode === 'plan' ? 'selected' : mode === 'fetch' ? 'in the cache' : 'in place';
  const needed = outcome.downloadedFiles + outcome.restoredFiles;
  return [
    `${outcome.files} ${outcome.files === 1 ? 'file' : 'files'} ${here}`,
    formatBytes(outcome.bytes),
    ...(outcome.missing.length > 0 ? [`${outcome.missing.length} missing`] : []),
    ...(needed > 0 ? [`${Math.floor((100 * outcome.restoredFiles) / needed)} % of what was needed from the Actions cache`] : []),
    ...(changed > 0 ? [`${changed} changed`] : []),
  ].join(' · ');
}

function missingTable({ missing }: Outcome): string {
  const rows = missing
    .slice(0, mostMissing)
    .map(({ path, hash, reason, metafile, project }) =>
      row([
        code(joined(project.placedAt, path)),
        code(hash),
        html(reason),
        metafile === undefined ? '' : code(`${metafile.file}${metafile.line === undefined ? '' : `:${metafile.line}`}`),
      ]),
    );
  const more = missing.length > mostMissing ? `<p>… and ${missing.length - mostMissing} more.</p>` : '';
  return `<details><summary>${missing.length} missing</summary>\n<table>\n${head(['path', 'hash', 'reason', 'pinned by'])}\n${rows.join('\n')}\n</table>${more}</details>`;
}

function pinTable(pins: readonly PinRow[]): string {
  const ordered = [...pins.filter(({ change }) => change !== ''), ...pins.filter(({ change }) => change === '')];
  const compares = pins.some(({ change }) => change !== '');
  const rows = ordered
    .slice(0, mostRows)
    .map(({ path, hash, files, bytes, source, change }) =>
      row([
        code(path),
        code(hash.slice(0, 8)),
        bytes === undefined ? '' : html(formatBytes(bytes)),
        files === undefined ? '' : String(files),
        html(source),
        ...(compares ? [html(change)] : []),
      ]),
    );
  const more = pins.length > mostRows ? `\n<p>… and ${pins.length - mostRows} more; the manifest names all.</p>` : '';
  return `<table>\n${head(['path', 'version', 'size', 'files', 'source', ...(compares ? ['change'] : [])])}\n${rows.join('\n')}\n</table>${more}`;
}

function footer(outcome: Outcome): string {
  return [
    ...(outcome.rev === '' ? [] : [`Pins of commit ${outcome.rev.slice(0, 12)}.`]),
    ...(outcome.cacheReason === '' ? [] : [outcome.cacheReason]),
    ...(outcome.cacheResult === 'off' || outcome.cacheResult === 'unavailable' ? [] : [`Result: ${outcome.cacheResult}.`]),
    ...(outcome.dataHash === '' ? [] : [`Data hash ${outcome.dataHash.slice(0, 16)}.`]),
  ].join(' ');
}

function head(names: readonly string[]): string {
  return `<tr>${names.map((name) => `<th>${name}</th>`).join('')}</tr>`;
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function code(text: string): string {
  return `<code>${html(text)}</code>`;
}

/** Whole parts as long as there is room; a part that does not fit is said to be missing. */
function withinSize(parts: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let bytes = 0;
  for (const part of parts) {
    bytes += Buffer.byteLength(part) + 1;
    if (bytes <= mostBytes) {
      kept.push(part);
    } else {
      kept.push('<p>… The rest is too long for a summary; the manifest names all files.</p>');
      break;
    }
  }
  return kept;
}
