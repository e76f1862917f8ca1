import { edgesOf } from "../../space/edges";
import { widthNames } from "../../space/widthNames";
import { siAmount } from "../../util/siAmount";
import type { Derived } from "./derived";

/** How clearly the probabilities speak for one decision, and how much that moved. */
export interface MarginRow {
  readonly name: string;
  readonly margin: number;
  readonly noise: number | null;
  readonly withinNoise: boolean;
}

/** Every decision with its margin, cells first. */
export function marginRows({ derivation, noise }: Derived): MarginRow[] {
  const { confidence, genotype } = derivation;
  const row = (name: string, margin: number | null, moved: number | null | undefined): MarginRow[] =>
    margin === null
      ? []
      : [
          {
            name,
            margin,
            noise: moved ?? null,
            withinNoise: typeof moved === "number" && Math.abs(margin) < moved,
          },
        ];
  const edges = edgesOf(genotype.space.steps);
  const widths = widthNames(genotype.space);
  return [
    ...confidence.cells.flatMap((margins, group) =>
      edges.flatMap(({ to, from }, e) =>
        row(`group ${group}, edge ${to}-${from}`, margins[e] as number, noise?.cells[group]?.[e]),
      ),
    ),
    ...confidence.depth.flatMap((margin, stage) => row(`stage ${stage}, depth`, margin, noise?.depth[stage])),
    ...confidence.width.flatMap((margin, slot) => row(`${widths[slot]}, width`, margin, noise?.width[slot])),
  ];
}

/** What was derived in one sentence, for readers who hear it. */
export function spokenText(derived: Derived, settings: string): string {
  const { derivation, parameterFree } = derived;
  const { genotype, cost, held, warnings } = derivation;
  const count = genotype.cells.flat().length;
  const share = held?.share == null ? "" : `, ${Math.round(100 * held.share)} percent of the budget`;
  const rows = marginRows(derived).filter(({ withinNoise }) => withinNoise).length;
  const noisy = rows > 0 ? `, ${rows} within noise` : "";
  return `${settings}: ${count} operation${count === 1 ? "" : "s"}, ${siAmount(cost.ops)} OPs${share}, ${Math.round(100 * parameterFree)} percent of edges without weights${noisy}, ${warnings.length} warning${warnings.length === 1 ? "" : "s"}.`;
}
