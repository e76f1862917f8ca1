import type { SpaceConfig } from "../config/spaceConfig";
import type { Alphas } from "../space/alphas";
import { edgesOf } from "../space/edges";
import type { GenotypeChoice } from "../space/genotype";

/**
 * How clearly the probabilities speak for each decision: `min over the chosen p − max over the others p`, in [−1, 1].
 * For the likeliest choice this is the gap to the second; below 0 the rule decided against the probabilities.
 */
export interface Confidence {
  /** `[group][edge]`, in the order of `edgesOf`. An empty edge has chosen `none` (probability 0 where the space has none). */
  readonly cells: readonly (readonly number[])[];
  /** Per stage; null where depth is not searched. */
  readonly depth: readonly (number | null)[];
  /** Per stage; null where width is not searched. */
  readonly width: readonly (number | null)[];
}

/** The confidence of choices under probabilities of the three levels. */
export function confidenceOf(space: SpaceConfig, probabilities: Alphas, choice: GenotypeChoice): Confidence {
  const edges = edgesOf(space.steps);
  const layout = (row: readonly number[], place: number) =>
    row.length === 0 ? null : margin(row, (i) => i === place);
  return {
    cells: probabilities.cells.map((rows, group) =>
      rows.map((row, e) => {
        const { to, from } = edges[e] as (typeof edges)[number];
        const own = (choice.cells[group] ?? []).filter((edge) => edge.to === to && edge.from === from);
        const names: readonly string[] = own.length === 0 ? ["none"] : own.map(({ primitive }) => primitive);
        return margin(row, (p) => names.includes(space.primitives[p] as string));
      }),
    ),
    depth: probabilities.depth.map((row, stage) => layout(row, choice.depth[stage] as number)),
    width: probabilities.width.map((row, stage) =>
      layout(row, space.widthChoices.indexOf(choice.width[stage] as number)),
    ),
  };
}

function margin(row: readonly number[], isChosen: (place: number) => boolean): number {
  const chosen = row.filter((_, i) => isChosen(i));
  const others = row.filter((_, i) => !isChosen(i));
  return Math.min(...(chosen.length === 0 ? [0] : chosen)) - Math.max(0, ...others);
}
