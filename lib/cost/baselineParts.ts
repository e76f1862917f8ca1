import type { BaselineConfig } from "../config/baselineConfig";
import type { LayerSpec } from "../primitives/layerSpec";
import type { BaselineStyle } from "./baselineStyle";
import { numbered } from "./layerCost";

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

/** Puts a prefix before a sequence's names; a layer without one is called what it is, numbered where it would repeat. */
export function named(prefix: string, specs: readonly LayerSpec[]): LayerSpec[] {
  return specs.map((spec, i) => ({
    ...spec,
    name: `${prefix}.${spec.name ?? numbered(spec.layer, i, specs)}`,
  }));
}

/** What the layers of one's own hand-made network are put together from, at its width and with its blocks' style. */
export interface BaselineParts {
  readonly style: BaselineStyle;
  /** Channels at the network's width: `round(width · full)`, at least 1. */
  channels(full: number): number;
  /** `stem`: a real first convolution, its batch norm and what follows it. */
  stem(conv: { readonly kernel: number; readonly out: number; readonly stride?: number }): LayerSpec[];
  /** A binary convolution with its sign and batch norm; a real one in blocks "real". `between` stands after it. */
  convolution(
    conv: { readonly kernel: number; readonly out: number; readonly stride?: number },
    between?: readonly LayerSpec[],
  ): LayerSpec[];
  /** The blocks' nonlinearity; nothing where they have none. */
  activation(): LayerSpec[];
  /** `block<index>`: both branches on one input, added, and the nonlinearity behind; an empty branch is the identity. */
  residual(index: number, main: readonly LayerSpec[], shortcut?: readonly LayerSpec[]): LayerSpec[];
  /** `head`: mean over the image and a real classifier. */
  head(): LayerSpec[];
  /** Puts a prefix before the names of layers: `named("conv1", [...])`. Kinds that repeat are numbered. */
  named(prefix: string, specs: readonly LayerSpec[]): LayerSpec[];
}

/** The parts at a config's width, in the style of its blocks. */
export function partsOf(config: BaselineConfig, style: BaselineStyle): BaselineParts {
  return {
    style,
    channels: (full) => channelsOf(full, config),
    stem: (conv) => stem(style, { layer: "conv", ...conv }),
    convolution: (conv, between) => convolution(style, conv, between),
    activation: () => activation(style.nonlinearity),
    residual: (index, main, shortcut = []) => [
      { layer: "branches", join: "sum", branches: [main, shortcut], name: `block${index}` },
      ...named(`block${index}`, activation(style.nonlinearity)),
    ],
    head: () => head(config),
    named,
  };
}

/** Mean over the image and a real classifier. */
export function head({ classes }: BaselineConfig): LayerSpec[] {
  return named("head", [{ layer: "global_pool" }, { layer: "linear", out: classes }]);
}
