import type { SpaceConfig } from "../config/spaceConfig";
import { stagesOf } from "./stages";

/**
 * Where the width of each normal cell's input stands in a genotype's `width` and in the rows of width alphas:
 * `[stage][place among the stage's normal cells]`, at least one entry a stage; the first is the width of the stage's
 * opening state. With a width per stage all entries of a stage are the stage itself.
 */
export function widthSlots(space: SpaceConfig): readonly (readonly number[])[] {
  let next = 0;
  return stagesOf(space).map(({ index, cells }) =>
    Array.from({ length: Math.max(1, cells.length) }, () => (space.widthPer === "cell" ? next++ : index)),
  );
}

/** How many widths a genotype of the space has. */
export function widthCount(space: SpaceConfig): number {
  return ((widthSlots(space).at(-1) as readonly number[]).at(-1) as number) + 1;
}
