// "Did you mean": the name closest to what was typed, if it is close at all.

/** The candidate with the fewest edits from `typed`, at most two fifths of its length; undefined when none is that close. */
export function nearest(typed: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(typed.length * 0.4));
  for (const candidate of candidates) {
    const edits = distance(typed, candidate);
    if (edits > fewest || (edits === fewest && best !== undefined)) continue;
    fewest = edits;
    best = candidate;
  }
  return best;
}

/** Levenshtein's distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
