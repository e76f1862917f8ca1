import type { BaselineConfig } from "../config/baselineConfig";
import type { LayerSpec } from "../primitives/layerSpec";
import type { BaselineStyle } from "./baselineStyle";

/** Channels at a network's width. */
export function channelsOf(full: number, { width }: BaselineConfig): number {
  return Math.max(1, Math.round(width * full));
}

/** One convolution with its batch norm and, unless the network is real, its sign. `between` stands after the convolution. */
export function convolution(
  style: BaselineStyle,
  conv: { readonly kernel: number; readonly out: number; readonly stride?: number },
  between: readonly LayerSpec[] = [],
): LayerSpec[] {
  const norm: LayerSpec = { layer: "batch_norm" };
  if (style.binarizer === null) return [{ layer: "conv", ...conv }, ...between, norm];
  const sign: LayerSpec = { layer: style.rsign ? "rsign" : "sign" };
  const binary: LayerSpec = { layer: "binary_conv", ...conv };
  if (style.blockOrder === "conv_bn_relu") return [sign, binary, ...between, norm];
  return [norm, sign, binary, { layer: "scale", scales: conv.out }, ...between];
}

/** What follows a convolution; nothing for none. */
export function activation(kind: BaselineStyle["nonlinearity"]): LayerSpec[] {
  return kind === "none" ? [] : [{ layer: kind }];
}

/** A first convolution with what follows it. */
export function stem(style: BaselineStyle, conv: LayerSpec): LayerSpec[] {
  return named("stem", [conv, { layer: "batch_norm" }, ...activation(style.stem)]);
}

/** Puts a prefix and, where a layer has no name, what it is before a sequence's names. */
export function named(prefix: string, specs: readonly LayerSpec[]): LayerSpec[] {
  return specs.map((spec) => ({ ...spec, name: `${prefix}.${spec.name ?? spec.layer}` }));
}
