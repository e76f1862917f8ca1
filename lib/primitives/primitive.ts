import type { Variant } from "../util/variantTable";
import type { BlockStyle } from "./blockStyle";
import type { LayerSpec } from "./layerSpec";

/** What is known of a primitive without building it. */
export interface PrimitiveTraits {
  /** What it is to rules that treat kinds apart: nothing, the node's own value, a pooling, a binary convolution. */
  readonly kind: "none" | "skip" | "pool" | "conv";
  /** Learns nothing. */
  readonly parameterFree: boolean;
  /** Reads the node's signs, 1 bit an element, and not its values. */
  readonly readsBits: boolean;
  /** Taps of its window in one direction; 1 for none and skip_connect. */
  readonly kernel: number;
  /** Distance of neighbouring taps in pixels. */
  readonly dilation: number;
  /** Whether its channels are split into `space.convGroups` groups. */
  readonly grouped: boolean;
  /** What a pooling takes of its window; left out for the others. */
  readonly pooled?: "max" | "mean";
}

/** The place of an operation: what it reads and what it must put out. */
export interface OperationShape {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: 1 | 2;
}

/** The settings of a space that an operation's layers depend on. A whole `SpaceConfig` serves. */
export interface OperationSpace {
  /** Whether a convolution of stride 1 has an identity around it. */
  readonly convShortcut: boolean;
  readonly stridedConv: "factorized" | "plain";
  readonly convGroups: number;
}

/** How an operation is drawn, in every figure alike. */
export interface PrimitiveLook {
  /** `#rrggbb`. */
  readonly color: string;
  /** SVG dash pattern, lengths in pixels; empty for a solid line. */
  readonly dash: string;
  /** Side of the row of nodes: operations with weights arch above it, the others below. */
  readonly side: "above" | "below";
}

/** What aw_nas calls a primitive. */
export interface AwnasNames {
  /** Names that are read as this primitive. */
  readonly read: readonly string[];
  /** The name its released code builds in such a space; null where it has none. */
  readonly written: (space: OperationSpace) => string | null;
  /** Said after the primitive's name where there is none: "with an identity around it". */
  readonly unlike?: string;
}

/**
 * A candidate on the edges of a cell, as far as no tensor is needed: what it is, what it costs, how it looks. The
 * operation that computes it stands in `layers/buildOperation`.
 */
export interface PrimitiveSpec extends Variant {
  /** What genotypes and settings call it; the field's snake_case. */
  readonly name: string;
  readonly traits: PrimitiveTraits;
  /** Its layers, from which its cost is counted. */
  readonly layers: (shape: OperationShape, space: OperationSpace, style: BlockStyle) => readonly LayerSpec[];
  readonly look: PrimitiveLook;
  /** Left out where aw_nas has no counterpart. */
  readonly awnas?: AwnasNames;
}
