import { edgesOf } from "../space/edges";
import type { Genotype } from "../space/genotype";
import { stagesOf } from "../space/stages";
import { widthNames } from "../space/widthNames";
import { widthSlots } from "../space/widthSlots";
import { widthText } from "../space/widthText";

/** One decision that two architectures take differently, as text. */
export interface GenotypeDifference {
  /** "cell group 0, edge 2-1", "stage 1, width"; where each cell has a width of its own, "cell 3, width". */
  readonly place: string;
  /** What each holds there: the operations of an edge joined by " + ", or "none"; a depth or a width. */
  readonly before: string;
  readonly after: string;
}

/**
 * Where two architectures of one space differ, decision by decision: edges in the order of `edgesOf`, then depth and width of
 * each stage. Empty where they are the same.
 *
 * @param before of the same space as `after`.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const at = (epoch) => bars.derive(bars.deriveInputOf(record, epoch)).genotype;
 * const [first] = bars.derivation.genotypeDifferences(at(0), at("last"));
 * console.log(first.place); // cell group 0, edge 1-0
 * ```
 */
export function genotypeDifferences(before: Genotype, after: Genotype): GenotypeDifference[] {
  const { space } = after;
  const cells = after.cells.flatMap((_, group) =>
    edgesOf(space.steps).map(({ to, from }) => ({
      place: `cell group ${group}, edge ${to}-${from}`,
      before: operationsOn(before, group, to, from),
      after: operationsOn(after, group, to, from),
    })),
  );
  const [names, slots] = [widthNames(space), widthSlots(space)];
  const layout = stagesOf(space).flatMap(({ index }) => [
    {
      place: `stage ${index}, depth`,
      before: String(before.depth[index] ?? ""),
      after: String(after.depth[index] ?? ""),
    },
    ...[...new Set(slots[index])].map((slot) => ({
      place: `${names[slot]}, width`,
      before: widthText(before.width[slot] ?? Number.NaN),
      after: widthText(after.width[slot] ?? Number.NaN),
    })),
  ]);
  return [...cells, ...layout].filter((decision) => decision.before !== decision.after);
}

function operationsOn({ space, cells }: Genotype, group: number, to: number, from: number): string {
  const own = (cells[group] ?? []).filter((edge) => edge.to === to && edge.from === from);
  const names = own.map(({ primitive }) => primitive);
  // In the order of the space, so that the order in which a rule listed them does not count.
  names.sort((a, b) => space.primitives.indexOf(a) - space.primitives.indexOf(b));
  return names.join(" + ") || "none";
}
