import type { SpaceConfig } from "../config/spaceConfig";
import type { Genotype } from "./genotype";
import { widthSlots } from "./widthSlots";

/**
 * Places of the widths that a genotype decides itself: a stage without cells that is followed by another has that one's
 * width, a cell that is not kept that of what stands in its place.
 */
export function ownWidths(space: SpaceConfig, { depth }: Pick<Genotype, "depth">): ReadonlySet<number> {
  const slots = widthSlots(space);
  return new Set(
    slots.flatMap((own, stage) => {
      const kept = depth[stage] as number;
      return own.slice(0, stage === slots.length - 1 ? Math.max(1, kept) : kept);
    }),
  );
}
