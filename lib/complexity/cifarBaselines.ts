import type { LayerCost } from "./cost";
import { layerCosts } from "./layerCost";
import type { LayerSpec } from "./layerSpec";

/** What differs between published binary residual networks of one depth. */
export interface ResidualBaselineOptions {
  /** `bn_conv_relu`: XNOR-Net's order, batch norm before the sign. `conv_bn_relu`: Bi-Real Net's, after the convolution. */
  readonly blockOrder?: "bn_conv_relu" | "conv_bn_relu";
  /**
   * The shortcut where the resolution halves: a real strided 1x1 convolution with batch norm, or average pooling
   * with two copies side by side, which has no parameters.
   */
  readonly downsample?: "real_conv" | "avg_pool";
}

/**
 * Binary ResNet-18 on 32x32 images and 10 classes: real 3x3 stem with 64 channels and no pooling, 16 binary 3x3
 * convolutions. The shortcut of a halving block is a real 1x1 convolution unless said otherwise.
 */
export function resNet18CifarLayers(options: ResidualBaselineOptions = {}): LayerCost[] {
  return residualNet([64, 128, 256, 512], 4, { downsample: "real_conv", ...options });
}

/**
 * Binary ResNet-20 on 32x32 images and 10 classes: real 3x3 stem with 16 channels, 18 binary 3x3 convolutions.
 * The shortcut of a halving block has no parameters unless said otherwise.
 */
export function resNet20CifarLayers(options: ResidualBaselineOptions = {}): LayerCost[] {
  return residualNet([16, 32, 64], 6, { downsample: "avg_pool", ...options });
}

function residualNet(
  channels: readonly number[],
  convolutions: number,
  options: ResidualBaselineOptions,
): LayerCost[] {
  const { blockOrder = "conv_bn_relu", downsample } = options;
  const body = channels.flatMap((out, stage) => {
    return Array.from({ length: convolutions }, (_, i): LayerSpec[] => {
      const halves = i === 0 && stage > 0;
      const name = `stage${stage}.block${i}`;
      const conv: LayerSpec = { layer: "binary_conv", kernel: 3, out, stride: halves ? 2 : 1 };
      const norm: LayerSpec = { layer: "batch_norm" };
      const main: LayerSpec[] =
        blockOrder === "conv_bn_relu" ? [{ layer: "sign" }, conv, norm] : [norm, { layer: "sign" }, conv];
      const real: LayerSpec[] = [{ layer: "conv", kernel: 1, out, stride: 2 }, norm];
      const pooled: LayerSpec[] = [
        { layer: "avg_pool", kernel: 2, stride: 2 },
        { layer: "duplicate", copies: 2 },
      ];
      const shortcut = !halves ? [] : downsample === "real_conv" ? real : pooled;
      return [
        { layer: "branches", join: "sum", branches: [main, shortcut], name },
        { layer: "relu", name: `${name}.relu` },
      ];
    }).flat();
  });
  return layerCosts(
    "",
    [32, 32, 3],
    [
      { layer: "conv", kernel: 3, out: channels[0] as number, name: "stem.conv" },
      { layer: "batch_norm", name: "stem.batch_norm" },
      ...body,
      { layer: "global_pool", name: "head.global_pool" },
      { layer: "linear", out: 10, name: "head.linear" },
    ],
  );
}

/**
 * Binary VGG-small on 32x32 images and 10 classes: one real and five binary 3x3 convolutions, 128-128, 256-256,
 * 512-512, each pair followed by 2x2 maximum pooling, and a real classifier on 4x4x512.
 */
export function vggSmallLayers(): LayerCost[] {
  const rest = (i: number): LayerSpec[] => [
    ...(i % 2 === 1 ? [{ layer: "max_pool", kernel: 2, stride: 2, name: `conv${i}.max_pool` } as const] : []),
    { layer: "batch_norm", name: `conv${i}.batch_norm` },
    { layer: "hardtanh", name: `conv${i}.hardtanh` },
  ];
  const binary = [128, 256, 256, 512, 512].flatMap((out, i): LayerSpec[] => [
    { layer: "sign", name: `conv${i + 1}.sign` },
    { layer: "binary_conv", kernel: 3, out, name: `conv${i + 1}.conv` },
    ...rest(i + 1),
  ]);
  return layerCosts(
    "",
    [32, 32, 3],
    [
      { layer: "conv", kernel: 3, out: 128, name: "conv0.conv" },
      ...rest(0),
      ...binary,
      { layer: "linear", out: 10, name: "head.linear" },
    ],
  );
}

/** Kernel and output channels of the binary convolutions of network-in-network, between its poolings. */
const ninParts = [
  [
    [1, 160],
    [1, 96],
  ],
  [
    [5, 192],
    [1, 192],
    [1, 192],
  ],
  [
    [3, 192],
    [1, 192],
  ],
] as const;

/**
 * Network-in-network in XNOR-Net form on 32x32 images and 10 classes: real 5x5 convolution first, real 1x1
 * convolution last, seven binary convolutions between, each preceded by batch norm and sign; 3x3 poolings of
 * stride 2 (maximum, then average) halve the resolution twice.
 *
 * Source: Rastegari et al. 2016, "XNOR-Net", arXiv:1603.05279 (the blocks); Lin et al. 2013, arXiv:1312.4400.
 */
export function xnorNinLayers(): LayerCost[] {
  const body = ninParts.flatMap((part, p): LayerSpec[] => {
    const convolutions = part.flatMap(([kernel, out], i): LayerSpec[] => {
      const name = `part${p}.conv${i}`;
      return [
        { layer: "batch_norm", name: `${name}.batch_norm` },
        { layer: "sign", name: `${name}.sign` },
        { layer: "binary_conv", kernel, out, name: `${name}.conv` },
        { layer: "relu", name: `${name}.relu` },
      ];
    });
    if (p === ninParts.length - 1) return convolutions;
    return [
      ...convolutions,
      { layer: p === 0 ? "max_pool" : "avg_pool", kernel: 3, stride: 2, name: `part${p}.pool` },
    ];
  });
  return layerCosts(
    "",
    [32, 32, 3],
    [
      { layer: "conv", kernel: 5, out: 192, bias: true, name: "stem.conv" },
      { layer: "batch_norm", name: "stem.batch_norm" },
      { layer: "relu", name: "stem.relu" },
      ...body,
      { layer: "batch_norm", name: "head.batch_norm" },
      { layer: "conv", kernel: 1, out: 10, bias: true, name: "head.conv" },
      { layer: "relu", name: "head.relu" },
      { layer: "global_pool", name: "head.global_pool" },
    ],
  );
}
