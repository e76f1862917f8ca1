import { defaultBinarizationConfig } from "../config/binarizationConfig";
import type { SpaceConfig } from "../config/spaceConfig";
import type { BlockStyle } from "../primitives/blockStyle";
import { channelsAt } from "../space/builtCells";
import { edgesOf } from "../space/edges";
import { cellsOf, type Stage, stagesOf } from "../space/stages";
import { cellCost } from "./cellCost";
import type { LayerCost } from "./cost";
import { latencyKey, timedRows } from "./latencyTable";
import { headCost, stemCost } from "./stemAndHeadCost";

/**
 * One row of every kind of layer, shapes included, that a network of a space can have and that takes time of its own: what has to be
 * measured for the cost measure `latency` to hold in the whole space.
 */
export function spaceLayers(space: SpaceConfig, style: BlockStyle = defaultBinarizationConfig): LayerCost[] {
  const stages = stagesOf(space);
  const widths = space.widthChoices;
  const [first, last] = [stages[0], stages.at(-1)] as [Stage, Stage];
  const ends = widths.flatMap((w) => [
    ...stemCost(space, channelsAt(first, w)),
    ...headCost(space, channelsAt(last, w)),
  ]);
  const cells = cellsOf(space).flatMap(({ index, stage: s, reduction, inSize }) => {
    const stage = stages[s] as Stage;
    const joint = !reduction && (stage.closing !== null || space.widthPer === "cell");
    return widths.flatMap((a) =>
      widths.flatMap((b) => {
        if (a !== b && !joint) return [];
        const out = channelsAt(stage, b);
        const inChannels = reduction ? out / 2 : channelsAt(stage, a);
        const shape = { inChannels, outChannels: out, stride: reduction ? 2 : 1, inSize } as const;
        const parts = cellCost(space, shape, `cell${index}`, style);
        const edges = edgesOf(space.steps).flatMap(({ to, from }) =>
          space.primitives.flatMap((primitive) => parts.edge(to, from, primitive)),
        );
        return [...parts.fixed, ...edges];
      }),
    );
  });
  return distinctLayers([...ends, ...cells]);
}

/** The first row of each kind, as it is timed (`timedRows`). Rows in the order of their cost tables. */
export function distinctLayers(rows: readonly LayerCost[]): LayerCost[] {
  const kinds = new Map<string, LayerCost>();
  for (const row of timedRows(rows)) {
    const key = latencyKey(row);
    if (key !== null && !kinds.has(key)) kinds.set(key, row);
  }
  return [...kinds.values()];
}
