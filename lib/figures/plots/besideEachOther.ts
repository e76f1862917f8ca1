/** Where a mark stands, in pixels of its panel. */
export interface MarkPlace {
  readonly x: number;
  readonly y: number;
}

/**
 * How far each mark is moved sideways, in pixels, so that marks which would hide each other stand beside each other:
 * those that are nearer than half a mark in both directions, one after the other, share a row around their middle. All
 * others stay.
 *
 * @param size of a mark in pixels.
 */
export function besideEachOther(places: readonly MarkPlace[], size: number): number[] {
  const group = places.map((_, i) => i);
  const hidden = (a: MarkPlace, b: MarkPlace) =>
    Math.abs(a.x - b.x) < size / 2 && Math.abs(a.y - b.y) < size / 2;
  places.forEach((place, i) => {
    for (let j = 0; j < i; j++) {
      if (!hidden(place, places[j] as MarkPlace)) continue;
      const [kept, gone] = [group[j] as number, group[i] as number];
      for (let k = 0; k <= i; k++) if (group[k] === gone) group[k] = kept;
    }
  });
  return places.map(({ x }, i) => {
    const members = places.flatMap((_, k) => (group[k] === group[i] ? [k] : []));
    if (members.length === 1) return 0;
    const middle = members.reduce((sum, k) => sum + (places[k] as MarkPlace).x, 0) / members.length;
    return middle + size * (members.indexOf(i) - (members.length - 1) / 2) - x;
  });
}
