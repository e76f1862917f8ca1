/**
 * The known names nearest to a mistyped one: fewest insertions, deletions, replacements and swaps of letters (Damerau),
 * names that contain it or are contained in it first; ties in the given order.
 */
export function nearNames(name: string, known: readonly string[], count = 5): string[] {
  const wanted = name.toLowerCase();
  const scored = known.map((candidate, place) => {
    const other = candidate.toLowerCase();
    const inside = wanted !== "" && (other.includes(wanted) || wanted.includes(other));
    return { candidate, place, inside, distance: editDistance(wanted, other) };
  });
  scored.sort((a, b) => Number(b.inside) - Number(a.inside) || a.distance - b.distance || a.place - b.place);
  return scored.slice(0, count).map(({ candidate }) => candidate);
}

/**
 * Those of {@link nearNames} that a mistyped name may well stand for: they hold it or it holds them, or at most a third of the
 * letters differ. None for a name that is like no other.
 */
export function likelyNames(name: string, known: readonly string[], count = 5): string[] {
  const wanted = name.toLowerCase();
  const isLikely = (candidate: string) => {
    const other = candidate.toLowerCase();
    const [short, long] = wanted.length < other.length ? [wanted, other] : [other, wanted];
    if (short.length >= 3 && long.includes(short)) return true;
    return editDistance(wanted, other) <= Math.max(1, Math.floor(long.length / 3));
  };
  return nearNames(name, known.filter(isLikely), count);
}

/** Fewest insertions, deletions and replacements of a letter, and swaps of two that stand together, that make one text the other. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swaps = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = swaps ? (before[j - 2] as number) + 1 : Infinity;
      row.push(Math.min(replaced, swapped, (above[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    [before, above] = [above, row];
  }
  return above[b.length] as number;
}
