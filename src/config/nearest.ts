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

/** Levenshtein's distance, one row at a time; two letters that changed places, the usual slip of quick fingers, are one edit. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  let before: readonly number[] = [];
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? (before[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
