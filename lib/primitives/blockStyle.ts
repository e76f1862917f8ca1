import { type WeightBinarizer, weightBinarizers } from "./binarizers";
import type { LayerSpec } from "./layerSpec";

export const blockOrders = ["bn_conv_relu", "conv_bn_relu"] as const;
export const nonlinearities = ["relu", "rprelu", "none"] as const;

/** The settings of a binary layer that its cost depends on. A whole `BinarizationConfig` serves. */
export interface BlockStyle {
  readonly blockOrder: (typeof blockOrders)[number];
  readonly weight: WeightBinarizer;
  readonly nonlinearity: (typeof nonlinearities)[number];
  /** Whether a learnt shift per channel stands before the sign. */
  readonly rsign: boolean;
}

/** One binary convolution with everything around it. */
export interface BinaryBlock {
  readonly kernel: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: number;
  readonly groups?: number;
  readonly dilation?: number;
  /** A strided convolution as two half-width ones on inputs one pixel apart. */
  readonly factorized: boolean;
  /** An identity around the convolution, on the leading channels that input and output share. */
  readonly shortcut: boolean;
}

/**
 * The layers of a binary convolution block, batch norm with scale and shift included.
 *
 * - `bn_conv_relu`: batch norm over the input, sign, convolution, scale, identity, nonlinearity (XNOR-Net)
 * - `conv_bn_relu`: sign, convolution, batch norm over the output, identity, nonlinearity (Bi-Real Net); the
 *   scale of the weights is folded into the batch norm and costs nothing
 *
 * The scale of the weights follows from the latent weights, so it is stored (`bits`) but is no parameter.
 */
export function binaryBlock(block: BinaryBlock, style: BlockStyle): LayerSpec[] {
  const { inChannels, outChannels } = block;
  const sign: LayerSpec = { layer: style.rsign ? "rsign" : "sign" };
  const after: LayerSpec[] = [];
  if (block.shortcut)
    after.push({ layer: "sum", name: "shortcut", channels: Math.min(inChannels, outChannels) });
  if (style.nonlinearity !== "none") after.push({ layer: style.nonlinearity });
  if (style.blockOrder === "conv_bn_relu") {
    return [sign, ...convolution(block), { layer: "batch_norm" }, ...after];
  }
  const scales = weightBinarizers.get(style.weight).scales(outChannels);
  const scale: LayerSpec[] = scales === 0 ? [] : [{ layer: "scale", scales }];
  return [{ layer: "batch_norm" }, sign, ...convolution(block), ...scale, ...after];
}

function convolution(block: BinaryBlock): LayerSpec[] {
  const { kernel, outChannels, stride, factorized, groups = 1, dilation = 1 } = block;
  const conv = (out: number): LayerSpec => ({
    layer: "binary_conv",
    name: "conv",
    kernel,
    out,
    stride,
    groups,
    dilation,
  });
  if (!factorized || stride === 1) return [conv(outChannels)];
  const half = conv(outChannels / 2);
  return [{ layer: "branches", name: "factorized", join: "concat", branches: [[half], [half]] }];
}
