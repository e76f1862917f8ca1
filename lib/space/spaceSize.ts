import type { SpaceConfig } from "../config/spaceConfig";
import { alphaShapes } from "./alphaShapes";

/** How many choices a space offers, level by level, as powers of ten. */
export interface SpaceSize {
  readonly cells: number;
  readonly depth: number;
  readonly width: number;
  readonly total: number;
}

/**
 * log10 of the number of genotypes with one choice an edge, a depth and a width for each stage. Counts choices, not
 * different networks: relabelled nodes, and widths of stages without cells, count as often as they can be chosen.
 *
 * @example
 * ```ts
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 2 });
 * console.log(bars.space.spaceSize(space).total.toFixed(1)); // 4.7
 * ```
 */
export function spaceSize(space: SpaceConfig): SpaceSize {
  const shapes = alphaShapes(space);
  const product = (rows: readonly number[]) =>
    rows.reduce((sum, choices) => sum + Math.log10(Math.max(choices, 1)), 0);
  const cells = shapes.groups * shapes.edges * Math.log10(shapes.primitives);
  const depth = product(shapes.depth);
  const width = product(shapes.width);
  return { cells, depth, width, total: cells + depth + width };
}
