/** Edits (insert, delete, replace, swap neighbours) that turn one word into the other. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (rows[i - 1]?.[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/** The word that was probably meant: one that starts with what was typed, or is at most a third of its letters away. */
export function closest(typed: string, words: Iterable<string>): string | undefined {
  let best: { word: string; edits: number } | undefined;
  for (const word of words) {
    const edits = typed.length > 1 && word.startsWith(typed) ? 0 : distance(typed, word);
    if (
      edits <= Math.ceil(Math.max(typed.length, word.length) / 3) &&
      edits < Math.max(typed.length, word.length) &&
      (best === undefined || edits < best.edits)
    )
      best = { word, edits };
  }
  return best?.word;
}
