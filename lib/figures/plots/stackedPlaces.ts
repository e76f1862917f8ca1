/**
 * How high each of some dots on a line is stacked, so that no two that are nearer than `width` share a level: the lowest
 * free level for each value, from the smallest up. The values themselves do not move. Dots alone are at level 0.
 */
export function stackedPlaces(values: readonly number[], width: number): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
  const places = values.map(() => 0);
  const ends: number[] = [];
  for (const i of order) {
    const value = values[i] as number;
    const free = ends.findIndex((end) => value - end >= width);
    const level = free < 0 ? ends.length : free;
    ends[level] = value;
    places[i] = level;
  }
  return places;
}
