import type { SpaceConfig } from "../config/spaceConfig";
import { stagesOf } from "./stages";
import { widthSlots } from "./widthSlots";

/**
 * What each width of a genotype, and each row of width alphas, is the width of (`widthSlots`): `"stage 0"`, or with a width per
 * cell `"cell 3"`, by the cell's place in `cellLayout`; a stage without normal cells keeps its name.
 */
export function widthNames(space: SpaceConfig): string[] {
  const slots = widthSlots(space);
  return stagesOf(space).flatMap(({ index, cells }) =>
    [...new Set(slots[index])].map((_, place) => {
      const cell = space.widthPer === "cell" ? cells[place] : undefined;
      return cell === undefined ? `stage ${index}` : `cell ${cell}`;
    }),
  );
}
