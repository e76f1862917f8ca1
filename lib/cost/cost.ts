import { type CostMeasure, costMeasures } from "../config/costMeasures";

export { type CostMeasure, costMeasures };

/**
 * Inference cost of one image, split by arithmetic, and what a model stores.
 *
 * Convention (used everywhere in the library): one multiply-accumulate is one operation, for real (`flops`)
 * and 1-bit (`bops`) arithmetic alike. Multiply by two to compare with papers that count multiply and add
 * apart. Batch norm, activations, pooling and sums are not part of either; they are in `elementwise`.
 */
export interface Cost {
  /** Real-valued multiply-accumulates of convolutions and linear layers. */
  readonly flops: number;
  /** 1-bit multiply-accumulates (xnor + popcount lanes). */
  readonly bops: number;
  /** Element-wise real operations (batch norm, activations, pooling, scaling, sums); not part of OPs. */
  readonly elementwise: number;
  /** Real-valued parameters: real convolutions, linear layers with bias, batch norm (scale and shift). */
  readonly realParams: number;
  /** Binary weights. */
  readonly binaryParams: number;
  /**
   * Parameter storage in bits, as shipped: 1 per binary weight, 32 per real one, and 32 per scale of binary
   * weights that has to be stored (a scale is worked out from latent weights, so it is no parameter).
   */
  readonly bits: number;
  /** Measured milliseconds of one image on one thread; only where a table of measured layers is in use (`useLatencyTable`). */
  readonly latencyMs?: number | undefined;
}

export const zeroCost: Cost = Object.freeze({
  flops: 0,
  bops: 0,
  elementwise: 0,
  realParams: 0,
  binaryParams: 0,
  bits: 0,
});

/** How the measures a cost is compared by are written. */
export const measureNames = { bops: "BOPs", flops: "FLOPs", ops: "OPs", latency: "ms" } as const;

/** What the measures are called where no number stands beside them. */
export const measureTitles = { ...measureNames, latency: "latency" } as const;

/**
 * Weighs 64 one-bit operations as one real operation: OPs = FLOPs + BOPs / 64 (Bi-Real Net, arXiv:1808.00278).
 *
 * @example
 * ```ts
 * console.log(bars.cost.ops({ flops: 1, bops: 640 })); // 11
 * ```
 */
export function ops(cost: Pick<Cost, "flops" | "bops">): number {
  return cost.flops + cost.bops / 64;
}

export function addCosts(a: Cost, b: Cost): Cost {
  const sum = {
    flops: a.flops + b.flops,
    bops: a.bops + b.bops,
    elementwise: a.elementwise + b.elementwise,
    realParams: a.realParams + b.realParams,
    binaryParams: a.binaryParams + b.binaryParams,
    bits: a.bits + b.bits,
  };
  if (a.latencyMs === undefined && b.latencyMs === undefined) return sum;
  return { ...sum, latencyMs: (a.latencyMs ?? 0) + (b.latencyMs ?? 0) };
}

/** One row of the table of layers: what it is, its shapes `[height, width, channels]`, its cost. */
export interface LayerCost extends Cost {
  /** Dotted path, e.g. `cell3.edge2-0.bin_conv_3x3.conv`. */
  readonly name: string;
  /** What the layer is, a `layer` of `LayerSpec`: "conv", "binary_conv", "batch_norm", "linear", "sum", … */
  readonly layer: string;
  readonly inputShape: readonly [number, number, number];
  readonly outputShape: readonly [number, number, number];
}

/** The counted measures, and measured time (`useLatencyTable`): what architectures are chosen and compared by. */
export const comparedMeasures = [...costMeasures, "latency"] as const;
export type ComparedMeasure = (typeof comparedMeasures)[number];

/** Everything a cost counts, and OPs. */
export type AnyCostMeasure = Exclude<keyof Cost, "latencyMs"> | "ops";

/** The measure of a cost. */
export function costIn<M extends AnyCostMeasure>(
  cost: Pick<Cost, "flops" | "bops" | Exclude<M, "ops">>,
  measure: M,
): number {
  return measure === "ops" ? ops(cost) : cost[measure as Exclude<M, "ops">];
}
