import type { LayerSpec } from "./layerSpec";
import type { OperationShape, PrimitiveTraits } from "./primitive";

/**
 * Traits of a primitive that learns nothing. @param kernel taps of its window in one direction.
 *
 * @example
 * ```ts
 * console.log(bars.space.weightless("pool", 3).kernel); // 3
 * ```
 */
export function weightless(kind: PrimitiveTraits["kind"], kernel = 1): PrimitiveTraits {
  return Object.freeze({ kind, parameterFree: true, readsBits: false, kernel, dilation: 1, grouped: false });
}

/**
 * Identity; with stride 2 average pooling over 2x2 pixels. Then {@link matchChannels}.
 *
 * @example
 * ```ts
 * console.log(bars.space.skipLayers({ inChannels: 8, outChannels: 8, stride: 1 })); // []
 * const [pool] = bars.space.skipLayers({ inChannels: 8, outChannels: 16, stride: 2 });
 * console.log(pool.layer); // avg_pool
 * ```
 */
export function skipLayers(shape: OperationShape): LayerSpec[] {
  const pool: LayerSpec[] = shape.stride === 2 ? [{ layer: "avg_pool", kernel: 2, stride: 2 }] : [];
  return [...pool, ...matchChannels(shape)];
}

/**
 * Pooling over a window of `kernel` pixels. Then {@link matchChannels}.
 *
 * @example
 * ```ts
 * const layers = bars.space.poolLayers("max_pool", 3, { inChannels: 8, outChannels: 8, stride: 1 });
 * console.log(layers); // [{"layer":"max_pool","kernel":3,"stride":1}]
 * ```
 */
export function poolLayers(
  layer: "avg_pool" | "max_pool",
  kernel: number,
  shape: OperationShape,
): LayerSpec[] {
  return [{ layer, kernel, stride: shape.stride }, ...matchChannels(shape)];
}

/**
 * How an operation without weights changes the channel count: twice as many channels are two copies side by
 * side; otherwise the leading channels both sides share are kept, the rest is zero.
 */
function matchChannels({ inChannels, outChannels, stride }: OperationShape): LayerSpec[] {
  if (inChannels === outChannels) return [];
  if (stride === 2 && outChannels === 2 * inChannels) return [{ layer: "duplicate", copies: 2 }];
  return [{ layer: "match_channels", out: outChannels }];
}
