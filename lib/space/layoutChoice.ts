import type { SpaceConfig } from "../config/spaceConfig";
import { widthSlots } from "./widthSlots";

/** The layout choices of one architecture. */
export interface LayoutChoice {
  /** Normal cells kept in each stage, one entry a stage. */
  readonly depth: readonly number[];
  /** Channel multiplier of each stage, or of the input of each normal cell where the space says so (`widthSlots`). */
  readonly width: readonly number[];
}

/**
 * Width of each stage after the chain rule: a stage that keeps no cell and is followed by another has no width
 * of its own and takes the next stage's, `w̃_s = w̃_{s+1}`; every other stage keeps its own, `w̃_s = w_s`.
 *
 * With a width per cell, cells that are not kept take what the state in their place has: the next stage's first width;
 * in the last stage that of the last kept cell, or of the stage's first where none is kept.
 *
 * @param choice its `space` says whether widths are per cell; left out: per stage.
 */
export function effectiveWidths(choice: LayoutChoice & { readonly space?: SpaceConfig }): number[] {
  const { space } = choice;
  if (space?.widthPer === "cell") return cellWidths(choice, space);
  const widths = [...choice.width];
  for (let s = widths.length - 2; s >= 0; s--) {
    if (choice.depth[s] === 0) widths[s] = widths[s + 1] as number;
  }
  return widths;
}

function cellWidths({ depth, width }: LayoutChoice, space: SpaceConfig): number[] {
  const widths = [...width];
  const slots = widthSlots(space);
  for (let s = slots.length - 1; s >= 0; s--) {
    const own = slots[s] as readonly number[];
    const following = slots[s + 1]?.[0];
    const kept = Math.min(depth[s] as number, own.length);
    const lastOwn = own[Math.max(0, kept - 1)] as number;
    for (const slot of own.slice(following === undefined ? Math.max(1, kept) : kept))
      widths[slot] = widths[following ?? lastOwn] as number;
  }
  return widths;
}
