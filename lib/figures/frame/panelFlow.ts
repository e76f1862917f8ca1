import type { FrameGeometry } from "./figure";

/** What a panel is called on its axes; empty where a neighbour says it. */
export interface AxisTitles {
  readonly x: string;
  readonly y: string;
}

type Place = FrameGeometry["places"][number];

/**
 * The places of panels on a grid of fewer columns. Panels that all have titles of their own flow on in reading order;
 * where some have none, those belong to the panel above, and whole columns move below.
 *
 * @param titled whether each panel has a title.
 */
export function flowedPlaces(
  places: readonly Place[],
  columns: number,
  titled: readonly boolean[],
): { readonly places: readonly Place[]; readonly rows: number } {
  const found = titled.every(Boolean) ? inReadingOrder(places, columns) : inBlocks(places, columns);
  return { places: found, rows: 1 + Math.max(...found.map(({ row }) => row)) };
}

function inReadingOrder(places: readonly Place[], columns: number): Place[] {
  const order = places
    .map((_, i) => i)
    .sort((a, b) => {
      const [one, other] = [places[a] as Place, places[b] as Place];
      return one.row - other.row || one.column - other.column;
    });
  return places.map((_, i) => {
    const at = order.indexOf(i);
    return { row: Math.floor(at / columns), column: at % columns };
  });
}

function inBlocks(places: readonly Place[], columns: number): Place[] {
  const block = ({ column }: Place) => Math.floor(column / columns);
  const key = (place: Place) => 1000 * block(place) + place.row;
  // Rows that a block leaves empty fall away.
  const rows = [...new Set(places.map(key))].sort((a, b) => a - b);
  return places.map((place) => ({ row: rows.indexOf(key(place)), column: place.column % columns }));
}

/**
 * What each panel's axes say on a new grid. A panel without a title of its own means that of the panel to its left (y)
 * or below (x); on the new grid it says so itself where no such neighbour does.
 */
export function flowedTitles(
  before: readonly Place[],
  after: readonly Place[],
  own: readonly AxisTitles[],
): AxisTitles[] {
  const meant = own.map(({ x, y }, i): AxisTitles => {
    const { row, column } = before[i] as Place;
    const left = ({ row: r, column: c }: Place) => (r === row && c < column ? column - c : 0);
    const below = ({ row: r, column: c }: Place) => (c === column && r > row ? r - row : 0);
    return { x: x || nearest(before, own, "x", below), y: y || nearest(before, own, "y", left) };
  });
  return meant.map(({ x, y }, i) => {
    const { row, column } = after[i] as Place;
    const at = (r: number, c: number) => after.findIndex((place) => place.row === r && place.column === c);
    return {
      x: meant[at(row + 1, column)]?.x === x ? "" : x,
      y: meant[at(row, column - 1)]?.y === y ? "" : y,
    };
  });
}

/** Title of the nearest panel that has one; `distance` is 0 for panels that do not count. */
function nearest(
  places: readonly Place[],
  own: readonly AxisTitles[],
  axis: "x" | "y",
  distance: (place: Place) => number,
): string {
  const candidates = places
    .map((place, i) => ({ away: distance(place), text: own[i]?.[axis] ?? "" }))
    .filter(({ away, text }) => away > 0 && text !== "")
    .sort((a, b) => a.away - b.away);
  return candidates[0]?.text ?? "";
}
