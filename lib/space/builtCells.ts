import type { SpaceConfig } from "../config/spaceConfig";
import type { Genotype } from "./genotype";
import { effectiveWidths } from "./layoutChoice";
import { type Stage, stagesOf } from "./stages";
import { widthSlots } from "./widthSlots";

/** A cell that exists in the derived network, with everything its shapes follow from. */
export interface BuiltCell {
  /** Place in `cellLayout`. */
  readonly cell: number;
  readonly group: number;
  /** The stage whose resolution the cell's output has. */
  readonly stage: number;
  readonly reduction: boolean;
  /**
   * Channels of the cell's input, as one node's share: the input tensor has `steps` times as many in preprocess
   * mode, and just these in postprocess mode. See {@link cellChannels}.
   */
  readonly inChannels: number;
  /** Channels of the cell's output, as one node's share. */
  readonly outChannels: number;
  readonly stride: 1 | 2;
  /** Height and width of the cell's input and output, in pixels. */
  readonly inSize: number;
  readonly outSize: number;
}

/**
 * The cells of the derived network, first to last, with their shapes.
 *
 * With `base_s = initChannels · 2^s` and `w̃` from {@link effectiveWidths}:
 * - the reduction cell into stage s maps `base_{s−1} · w̃_s` to `base_s · w̃_s` channels: it exactly doubles them;
 * - a kept normal cell of stage s maps `base_s · w_s` to itself, except the last kept one of a stage that is
 *   followed by another: it maps to `base_s · w̃_{s+1}`, half of what the coming reduction puts out;
 * - with a width per cell, a kept cell maps its own width to that of the next kept one, and `w̃_s` above is the width of
 *   the stage's first place.
 */
export function builtCells(genotype: Pick<Genotype, "space" | "depth" | "width">): BuiltCell[] {
  const { space, depth } = genotype;
  const widths = effectiveWidths(genotype);
  const stages = stagesOf(space);
  const slots = widthSlots(space);
  const widthAt = (stage: number, place: number) => widths[slots[stage]?.[place] as number] as number;
  const built: BuiltCell[] = [];
  for (const stage of stages) {
    const own = channelsAt(stage, widthAt(stage.index, 0));
    if (stage.opening !== null) {
      const shape = { inChannels: own / 2, outChannels: own, inSize: stage.size * 2, outSize: stage.size };
      built.push({ ...place(space, stage, stage.opening), reduction: true, stride: 2, ...shape });
    }
    const kept = stage.cells.slice(0, depth[stage.index]);
    kept.forEach((cell, i) => {
      const last = i === kept.length - 1;
      const inChannels = channelsAt(stage, widthAt(stage.index, i));
      const following = last && stage.closing !== null ? widthAt(stage.index + 1, 0) : null;
      const outChannels = channelsAt(stage, following ?? widthAt(stage.index, last ? i : i + 1));
      const shape = { inChannels, outChannels, inSize: stage.size, outSize: stage.size };
      built.push({ ...place(space, stage, cell), reduction: false, stride: 1, ...shape });
    });
  }
  return built;
}

/** Channels the stem puts out (before the extra stem of preprocess mode): `base_0 · w̃_0`. */
export function stemChannels(genotype: Pick<Genotype, "space" | "depth" | "width">): number {
  return Math.round(genotype.space.initChannels * (effectiveWidths(genotype)[0] as number));
}

/** Channels of one node of the tensor the head reads: `base_S · w̃_S` of the last stage. */
export function headChannels(genotype: Pick<Genotype, "space" | "depth" | "width">): number {
  const last = stagesOf(genotype.space).at(-1) as Stage;
  const kept = Math.max(1, genotype.depth[last.index] as number);
  const slot = widthSlots(genotype.space)[last.index]?.[kept - 1] as number;
  return channelsAt(last, effectiveWidths(genotype)[slot] as number);
}

/** Inputs of the linear classifier: {@link headChannels}, times `steps` in preprocess mode. */
export function classifierInputs(genotype: Pick<Genotype, "space" | "depth" | "width">): number {
  return headChannels(genotype) * cellTensorFactor(genotype.space);
}

/** Channels along the way through one cell. */
export interface CellChannels {
  /** Of the tensor the cell reads. */
  readonly input: number;
  /** Of node 0: what edges leaving it read. */
  readonly entry: number;
  /** Of each intermediate node. */
  readonly node: number;
  /** Of the nodes concatenated: `steps · node`. */
  readonly concat: number;
  /** Of the tensor the cell puts out. */
  readonly output: number;
}

/**
 * Channels along the way through a cell that maps `inChannels` to `outChannels` (of one node's share, as in
 * {@link BuiltCell}).
 *
 * - preprocess: the 1x1 maps `input = steps · inChannels` to `entry`; the concatenation leaves the cell.
 *   A normal cell takes up its output width at once, in that 1x1: `entry = node = outChannels`.
 * - postprocess: the input is node 0 itself; the 1x1 maps the concatenation to `output = outChannels`.
 *   A normal cell keeps its input width up to that 1x1: `entry = node = inChannels`.
 * - a reduction cell changes channels where it changes resolution, on the edges that leave node 0:
 *   `entry = inChannels`, `node = outChannels`.
 *
 * So an edge changes channels only together with stride 2. This is where aw_nas changes widths, too.
 */
export function cellChannels(
  space: Pick<SpaceConfig, "process" | "steps">,
  { inChannels, outChannels, stride }: Pick<BuiltCell, "inChannels" | "outChannels" | "stride">,
): CellChannels {
  const factor = cellTensorFactor(space);
  const normal = space.process === "preprocess" ? outChannels : inChannels;
  const entry = stride === 2 ? inChannels : normal;
  const node = stride === 2 ? outChannels : normal;
  return {
    input: factor * inChannels,
    entry,
    node,
    concat: space.steps * node,
    output: factor * outChannels,
  };
}

/** Channels of the tensors between cells in units of a node's channels: `steps` in preprocess mode, else 1. */
export function cellTensorFactor(space: Pick<SpaceConfig, "process" | "steps">): number {
  return space.process === "preprocess" ? space.steps : 1;
}

/** Channels of a stage at a width: whole, because every width gives whole channels of `initChannels`. */
export function channelsAt(stage: Pick<Stage, "channels">, width: number): number {
  return Math.round(stage.channels * width);
}

function place(space: SpaceConfig, stage: Stage, cell: number) {
  return { cell, group: space.cellLayout[cell] as number, stage: stage.index };
}
