import { expect, test } from 'vitest';

import { emptyOutcome, type Outcome } from '../src/outcome.ts';
import type { PinRow } from '../src/pins.ts';
import { summaryOf } from '../src/summary.ts';
import { missingFile } from './missing-file.ts';

const pin = (given: Partial<PinRow>): PinRow => ({
  path: 'data/a.csv',
  metafile: 'data/a.csv.dvc',
  hash: '900150983cd24fb0d6963f7d28e17f72',
  files: 1,
  bytes: 3,
  source: 'remote',
  change: '',
  ...given,
});

function summary(given: Partial<Outcome>): string {
  return summaryOf({ ...emptyOutcome(), ...given }, { mode: 'pull', annotations: [] });
}

test('it counts, names each pin, and marks what has changed first', () => {
  const text = summary({
    files: 2,
    bytes: 2048,
    pins: [pin({}), pin({ path: 'data/b', change: 'changed' })],
    downloadedFiles: 1,
    restoredFiles: 3,
  });
  expect(text).toContain('<h3>Data: 2 files in place · 2 KiB · 75 % of what was needed from the Actions cache · 1 changed</h3>');
  expect(text.indexOf('data/b')).toBeLessThan(text.indexOf('data/a.csv'));
  expect(text).toContain('<code>90015098</code>');
});

test('names are shown, never obeyed', () => {
  const text = summary({
    pins: [pin({ path: '</code><script>x</script>\n| `a` |' })],
    missing: [missingFile({ path: '<b>' })],
    removed: ['<i>'],
  });
  expect(text).not.toMatch(/<script|<b>|<i>|`a`/u);
  expect(text).toContain(String.raw`&#60;/code&#62;&#60;script&#62;x&#60;/script&#62;\n| &#96;a&#96; |`);
});

test('it stays below what GitHub takes, whatever there is', () => {
  const pins = Array.from({ length: 5000 }, (_, index) => pin({ path: `${'x'.repeat(4000)}${index}` }));
  const missing = Array.from({ length: 5000 }, (_, index) => missingFile({ path: `${'y'.repeat(4000)}${index}` }));
  const text = summary({ pins, missing });
  expect(Buffer.byteLength(text)).toBeLessThan(210 * 1024);
  expect(text).toContain('too long for a summary');
  expect(summary({ pins: pins.map((one, index) => ({ ...one, path: String(index) })) })).toContain('… and 4800 more');
});
