/** The layout choices of one architecture. Both lists have one entry for each stage. */
export interface LayoutChoice {
  /** Normal cells kept in each stage. */
  readonly depth: readonly number[];
  /** Channel multiplier of each stage. */
  readonly width: readonly number[];
}

/**
 * Width of each stage after the chain rule: a stage that keeps no cell and is followed by another has no width
 * of its own and takes the next stage's, `w̃_s = w̃_{s+1}`; every other stage keeps its own, `w̃_s = w_s`.
 */
export function effectiveWidths(choice: LayoutChoice): number[] {
  const widths = [...choice.width];
  for (let s = widths.length - 2; s >= 0; s--) {
    if (choice.depth[s] === 0) widths[s] = widths[s + 1] as number;
  }
  return widths;
}
