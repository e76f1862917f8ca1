import { binaryConvolution } from "./binaryConvolution";
import type { PrimitiveSpec, PrimitiveTraits } from "./primitive";
import { poolLayers, skipLayers, weightless } from "./weightless";

/*
 * Colours are of the Okabe-Ito palette, told apart by all common forms of colour blindness (its yellow is too pale on
 * white; wine red takes its place); dash patterns tell them apart in grey, too. Names that aw_nas ends in `_noskip` are
 * convolutions without an identity around them.
 */

/** A pooling over 3x3 pixels. */
const pooling = (pooled: "max" | "mean"): PrimitiveTraits =>
  Object.freeze({ ...weightless("pool", 3), pooled });

/** The library's own primitives. Each has its operation in `layers/buildOperation`, or it does not compile. */
export const builtInPrimitives = {
  none: {
    name: "none",
    traits: weightless("none"),
    layers: () => [],
    // Never drawn; a chart of its probability has a light dotted line.
    look: { color: "#999999", dash: "2 2", side: "below" },
    awnas: { read: ["none", "none_for_layer2"], written: () => "none_for_layer2" },
  },
  skip_connect: {
    name: "skip_connect",
    traits: weightless("skip"),
    layers: (shape) => skipLayers(shape),
    look: { color: "#000000", dash: "7 4", side: "below" },
    awnas: { read: ["xnor_skip_connect"], written: () => "xnor_skip_connect" },
  },
  bin_conv_1x1: {
    name: "bin_conv_1x1",
    ...binaryConvolution({ kernel: 1 }),
    look: { color: "#56b4e9", dash: "", side: "above" },
    awnas: {
      read: ["xnor_conv_1x1", "xnor_conv_1x1_noskip"],
      written: ({ convShortcut }) => (convShortcut ? null : "xnor_conv_1x1_noskip"),
      unlike: "with an identity around it",
    },
  },
  bin_conv_3x3: {
    name: "bin_conv_3x3",
    ...binaryConvolution({ kernel: 3 }),
    look: { color: "#0072b2", dash: "", side: "above" },
    awnas: {
      read: [
        "xnor_conv_3x3_cond_skip",
        "xnor_conv_3x3_cond_skip_v0",
        "xnor_conv_3x3",
        "xnor_conv_3x3_noskip",
      ],
      written: ({ convShortcut }) => (convShortcut ? "xnor_conv_3x3_cond_skip" : "xnor_conv_3x3_noskip"),
    },
  },
  bin_conv_5x5: {
    name: "bin_conv_5x5",
    ...binaryConvolution({ kernel: 5 }),
    look: { color: "#d55e00", dash: "14 3", side: "above" },
    awnas: { read: ["xnor_conv_5x5", "xnor_conv_5x5_noskip"], written: () => null },
  },
  bin_dil_conv_3x3: {
    name: "bin_dil_conv_3x3",
    ...binaryConvolution({ kernel: 3, dilation: 2 }),
    look: { color: "#cc79a7", dash: "8 3 2 3", side: "above" },
  },
  bin_group_conv_3x3: {
    name: "bin_group_conv_3x3",
    ...binaryConvolution({ kernel: 3, grouped: true }),
    look: { color: "#009e73", dash: "4 2", side: "above" },
  },
  avg_pool_3x3: {
    name: "avg_pool_3x3",
    traits: pooling("mean"),
    layers: (shape) => poolLayers("avg_pool", 3, shape),
    look: { color: "#e69f00", dash: "2 3", side: "below" },
    awnas: { read: ["avg_pool_3x3"], written: () => "avg_pool_3x3" },
  },
  max_pool_3x3: {
    name: "max_pool_3x3",
    traits: pooling("max"),
    layers: (shape) => poolLayers("max_pool", 3, shape),
    look: { color: "#882255", dash: "2 3 7 3", side: "below" },
    awnas: { read: ["max_pool_3x3"], written: () => "max_pool_3x3" },
  },
} as const satisfies Readonly<Record<string, PrimitiveSpec>>;

export type BuiltInPrimitive = keyof typeof builtInPrimitives;
