import type { GenotypeEdge } from "../../space/genotype";
import type { Shape } from "./matchBops";

/**
 * What a comparison varies, all at equal BOPs.
 *
 * @example
 * ```ts
 * console.log(bars.experiments.comparisons.join(" ")); // layout topology
 * ```
 */
export const comparisons = ["layout", "topology"] as const;
export type Comparison = (typeof comparisons)[number];

/** One architecture of a comparison: the reference with one thing changed. */
export interface Variant {
  /** What is varied: variants of one factor differ from the reference in this alone. */
  readonly factor: string;
  /** Letters, digits and hyphens: names its runs. */
  readonly name: string;
  readonly about: string;
  readonly shape: Shape;
}

type Operation = GenotypeEdge["primitive"];

const edge = (to: number, from: number, primitive: Operation): GenotypeEdge => ({ to, from, primitive });
/** A chain of two operations, the cell's input joined to its end without weights. */
const chain = (operation: Operation, bypass: Operation | null = "skip_connect"): readonly GenotypeEdge[] => [
  edge(1, 0, operation),
  ...(bypass ? [edge(2, 0, bypass)] : []),
  edge(2, 1, operation),
];

const cell = chain("bin_conv_3x3");

/** Six normal cells in three stages that double channels, all shortcuts, everything between stem and head binary. */
const referenceShape: Shape = {
  depth: [2, 2, 2],
  profile: [1, 1, 1],
  normal: cell,
  reduction: cell,
  space: {
    steps: 2,
    primitives: ["none", "skip_connect", "bin_conv_3x3"],
    process: "preprocess",
    processKind: "binary",
    cellShortcut: "avg_pool",
    convShortcut: true,
    stridedConv: "factorized",
  },
};

/** The architecture all others are compared with, in both comparisons. */
export const referenceVariant: Variant = {
  factor: "reference",
  name: "reference",
  about: "depth 2-2-2, channels doubling twice, every shortcut, binary 3x3, 1x1 at the entrance",
  shape: referenceShape,
};

const changed = (
  factor: string,
  name: string,
  about: string,
  { space, ...shape }: Partial<Shape>,
): Variant => ({
  factor,
  name,
  about,
  shape: { ...referenceShape, ...shape, space: { ...referenceShape.space, ...space } },
});

const sameCells = (edges: readonly GenotypeEdge[]) => ({ normal: edges, reduction: edges });
const withPrimitive = (name: Operation) => ({
  primitives: ["none", "skip_connect", "bin_conv_3x3", name] as const,
});

const layoutVariants: readonly Variant[] = [
  changed("depth", "depth-1-1-1", "three normal cells, wider", { depth: [1, 1, 1] }),
  changed("depth", "depth-3-3-3", "nine normal cells, narrower", { depth: [3, 3, 3] }),
  changed("depth", "depth-4-1-1", "cells early, at high resolution", { depth: [4, 1, 1] }),
  changed("depth", "depth-1-1-4", "cells late, at low resolution", { depth: [1, 1, 4] }),
  changed("width", "width-1-1-1", "the same channels in all stages", { profile: [4, 2, 1] }),
  changed("width", "width-1-3-9", "channels trebling at reductions", { profile: [1, 1.5, 2.25] }),
  changed("reductions", "reductions-1", "two stages of three normal cells", {
    depth: [3, 3],
    profile: [1, 1],
  }),
  changed("reductions", "reductions-3", "four stages, six normal cells", {
    depth: [2, 2, 1, 1],
    profile: [1, 1, 1, 1],
  }),
  changed("reduction cell", "reduction-binary", "binary 3x3 around reduction cells", {
    space: { cellShortcut: "bin_conv_3x3" },
  }),
  changed("reduction cell", "reduction-plain", "one plain strided convolution instead of two halves", {
    space: { stridedConv: "plain" },
  }),
];

const topologyVariants: readonly Variant[] = [
  changed("shortcuts", "no-conv-shortcut", "no identity around convolutions", {
    space: { convShortcut: false },
  }),
  changed("shortcuts", "no-cell-shortcut", "no shortcut around cells", { space: { cellShortcut: "none" } }),
  changed("shortcuts", "no-shortcut", "neither, and no skip inside cells", {
    ...sameCells(chain("bin_conv_3x3", null)),
    space: { convShortcut: false, cellShortcut: "none" },
  }),
  changed("process", "postprocess", "1x1 at the cell's exit: it squeezes what leaves", {
    space: { process: "postprocess" },
  }),
  changed("process", "preprocess-real", "the 1x1 real", { space: { processKind: "real" } }),
  changed("process", "postprocess-real", "1x1 at the exit, real", {
    space: { process: "postprocess", processKind: "real" },
  }),
  changed("operations", "conv-1x1", "1x1 convolutions in normal cells", {
    normal: chain("bin_conv_1x1"),
    space: withPrimitive("bin_conv_1x1"),
  }),
  changed("operations", "conv-5x5", "5x5 convolutions", {
    ...sameCells(chain("bin_conv_5x5")),
    space: withPrimitive("bin_conv_5x5"),
  }),
  changed("operations", "dilated-3x3", "dilated 3x3 convolutions in normal cells", {
    normal: chain("bin_dil_conv_3x3"),
    space: withPrimitive("bin_dil_conv_3x3"),
  }),
  changed("graph", "parallel", "both convolutions read the cell's input", {
    ...sameCells([edge(1, 0, "bin_conv_3x3"), edge(2, 0, "bin_conv_3x3")]),
  }),
  changed("graph", "dense", "a third convolution in place of the skip", {
    ...sameCells([edge(1, 0, "bin_conv_3x3"), edge(2, 0, "bin_conv_3x3"), edge(2, 1, "bin_conv_3x3")]),
  }),
];

/**
 * The architectures of a comparison, the reference first.
 *
 * @example
 * ```ts
 * console.log(bars.experiments.comparisonVariants.layout[0].name); // reference
 * ```
 */
export const comparisonVariants: Readonly<Record<Comparison, readonly Variant[]>> = {
  layout: [referenceVariant, ...layoutVariants],
  topology: [referenceVariant, ...topologyVariants],
};
