/** DVC's summary of counts: `2 files fetched, 1 file modified and 3 files added`. Zeros are left out; all zeros give an empty text. */
export function summary(counts: readonly (readonly [what: string, count: number])[]): string {
  const parts = counts.filter(([, count]) => count > 0).map(([what, count]) => `${count} file${count > 1 ? 's' : ''} ${what}`);
  const last = parts.pop();
  if (last === undefined) return '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}
