import type { GenotypeEdge } from "./genotype";

/** How an operation is drawn. */
export interface PrimitiveStyle {
  readonly color: string;
  /** SVG dash pattern; empty for a solid line. */
  readonly dash: string;
  /** Side of the row of nodes: operations with weights arch above it, the others below. */
  readonly side: "above" | "below";
}

/**
 * One look for each primitive in every figure. Colours are of the Okabe-Ito palette, told apart by all common
 * forms of colour blindness (its yellow is too pale on white; wine red takes its place); dash patterns tell them apart in
 * grey, too.
 */
export const primitiveStyles = {
  skip_connect: { color: "#000000", dash: "7 4", side: "below" },
  bin_conv_1x1: { color: "#56b4e9", dash: "", side: "above" },
  bin_conv_3x3: { color: "#0072b2", dash: "", side: "above" },
  bin_conv_5x5: { color: "#d55e00", dash: "14 3", side: "above" },
  bin_dil_conv_3x3: { color: "#cc79a7", dash: "8 3 2 3", side: "above" },
  bin_group_conv_3x3: { color: "#009e73", dash: "4 2", side: "above" },
  avg_pool_3x3: { color: "#e69f00", dash: "2 3", side: "below" },
  max_pool_3x3: { color: "#882255", dash: "2 3 7 3", side: "below" },
} satisfies Record<GenotypeEdge["primitive"], PrimitiveStyle>;
