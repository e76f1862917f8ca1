import { defaultBinarizationConfig } from "../config/binarizationConfig";
import type { SpaceConfig } from "../config/spaceConfig";
import type { BlockStyle } from "../primitives/blockStyle";
import { channelsAt } from "../space/builtCells";
import { edgesOf } from "../space/edges";
import { cellsOf, type Stage, stagesOf } from "../space/stages";
import { widthSlots } from "../space/widthSlots";
import { cellCost } from "./cellCost";
import { type Cost, zeroCost } from "./cost";
import { timed } from "./latencyTable";
import { sumCosts } from "./layerCost";
import { headCost, stemCost } from "./stemAndHeadCost";

/** The cost of one cell at one pair of widths. */
export interface PairCost {
  /** Whatever the edges hold. */
  readonly fixed: Cost;
  /** `[edge][primitive]`, in the order of `edgesOf` and of the space's primitives. */
  readonly edges: readonly (readonly Cost[])[];
}

/** The cost of one cell of the layout at every pair of widths it can have. */
export interface CellCostTable {
  readonly cell: number;
  readonly group: number;
  readonly stage: number;
  /** Place among the stage's normal cells, from 1; 0 for the reduction cell that opens the stage. */
  readonly position: number;
  /** Row by row: input choice a, output choice b at `a · choices + b`. Pairs that cannot occur cost nothing. */
  readonly pairs: readonly PairCost[];
}

/** Every number an expected cost is made of. */
export interface CostTables {
  /** Per width choice of the first stage's opening state, and of the last stage's. */
  readonly stem: readonly Cost[];
  readonly head: readonly Cost[];
  readonly cells: readonly CellCostTable[];
  /** Per stage: its number of normal cells, and whether another stage follows. */
  readonly stages: readonly {
    readonly cells: number;
    readonly closed: boolean;
    /** Which width each of its normal cells has (`widthSlots`). */
    readonly slots: readonly number[];
  }[];
}

/**
 * Costs of every part of a space at every width. Pure arithmetic; a few milliseconds.
 *
 * @example
 * ```ts
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 2 });
 * const tables = bars.cost.costTables(space);
 * console.log(tables.stages.length); // 2
 * ```
 */
export function costTables(space: SpaceConfig, style: BlockStyle = defaultBinarizationConfig): CostTables {
  const stages = stagesOf(space);
  const widths = space.widthChoices;
  const slots = widthSlots(space);
  const first = stages[0] as Stage;
  const last = stages.at(-1) as Stage;
  const cells = cellsOf(space).map(({ index, group, stage: s, reduction, inSize }) => {
    const stage = stages[s] as Stage;
    const position = reduction ? 0 : stage.cells.indexOf(index) + 1;
    const joint = !reduction && (stage.closing !== null || space.widthPer === "cell");
    const pairs = widths.flatMap((a) =>
      widths.map((b) => {
        if (a !== b && !joint) return impossible(space);
        const out = channelsAt(stage, b);
        const inChannels = reduction ? out / 2 : channelsAt(stage, a);
        return pairCost(space, { inChannels, outChannels: out, stride: reduction ? 2 : 1, inSize }, style);
      }),
    );
    return { cell: index, group, stage: s, position, pairs };
  });
  return {
    stem: widths.map((w) => sumCosts(timed(stemCost(space, channelsAt(first, w))))),
    head: widths.map((w) => sumCosts(timed(headCost(space, channelsAt(last, w))))),
    cells,
    stages: stages.map((stage) => ({
      cells: stage.cells.length,
      closed: stage.closing !== null,
      slots: slots[stage.index] as readonly number[],
    })),
  };
}

function pairCost(space: SpaceConfig, shape: Parameters<typeof cellCost>[1], style: BlockStyle): PairCost {
  const parts = cellCost(space, shape, "cell", style);
  const edges = edgesOf(space.steps).map(({ to, from }) =>
    space.primitives.map((primitive) => sumCosts(timed(parts.edge(to, from, primitive)))),
  );
  return { fixed: sumCosts(timed(parts.fixed)), edges };
}

function impossible(space: SpaceConfig): PairCost {
  return { fixed: zeroCost, edges: edgesOf(space.steps).map(() => space.primitives.map(() => zeroCost)) };
}
