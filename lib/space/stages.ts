import { type SpaceConfig, stemReduction } from "../config/spaceConfig";

/**
 * The cells that work at one resolution. A reduction cell opens a stage and halves the resolution; the normal
 * cells after it follow one another in a chain.
 *
 * A stage may have no normal cells (a layout that starts or ends with a reduction, or has two in a row).
 */
export interface Stage {
  /** Counted from 0, the stage of the stem. */
  readonly index: number;
  /** Index of the reduction cell that opens the stage; null where the stem opens it. */
  readonly opening: number | null;
  /** Indices of the stage's normal cells, first to last. */
  readonly cells: readonly number[];
  /** Index of the reduction cell that reads the stage's output; null where the pooling of the head does. */
  readonly closing: number | null;
  /** Height and width of the stage's feature maps, in pixels. */
  readonly size: number;
  /** Channels at width 1: `initChannels · 2^index`. */
  readonly channels: number;
}

/** One cell of the layout, before any depth or width is chosen. */
export interface LayoutCell {
  /** Place in `cellLayout`. */
  readonly index: number;
  readonly group: number;
  /** The stage whose resolution the cell's output has: a reduction cell belongs to the stage it opens. */
  readonly stage: number;
  readonly reduction: boolean;
  /** Height and width of the input, in pixels. */
  readonly inSize: number;
  /** Height and width of the output, in pixels. */
  readonly outSize: number;
}

/**
 * The stages of a space, first to last. There is one more than reduction cells.
 *
 * @example
 * ```ts
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 2 });
 * console.log(bars.space.stagesOf(space).map(({ size, channels }) => [size, channels])); // [[32,4],[16,8]]
 * ```
 */
export function stagesOf(space: SpaceConfig): Stage[] {
  const stages: Stage[] = [];
  let opening: number | null = null;
  let cells: number[] = [];
  const close = (closing: number | null) => {
    const index = stages.length;
    const size = space.imageSize / stemReduction(space) / 2 ** index;
    stages.push({ index, opening, cells, closing, size, channels: space.initChannels * 2 ** index });
  };
  space.cellLayout.forEach((group, cell) => {
    if (!space.reductionGroups.includes(group)) {
      cells.push(cell);
      return;
    }
    close(cell);
    opening = cell;
    cells = [];
  });
  close(null);
  return stages;
}

/**
 * The cells of a space's layout, first to last.
 *
 * @example
 * ```ts
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 2 });
 * console.log(bars.space.cellsOf(space).map(({ index, reduction }) => [index, reduction])); // [[0,false],[1,true],[2,false]]
 * ```
 */
export function cellsOf(space: SpaceConfig): LayoutCell[] {
  let stage = 0;
  return space.cellLayout.map((group, index) => {
    const reduction = space.reductionGroups.includes(group);
    const inSize = space.imageSize / stemReduction(space) / 2 ** stage;
    if (reduction) stage += 1;
    return { index, group, stage, reduction, inSize, outSize: reduction ? inSize / 2 : inSize };
  });
}

/** Cell groups of a space: its groups are numbered from 0 without gaps. */
export function groupCount(space: SpaceConfig): number {
  return Math.max(...space.cellLayout) + 1;
}
