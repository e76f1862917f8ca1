import type { BaselineConfig } from "../config/baselineConfig";
import { type BuiltInBaseline, baselineFamilies } from "../config/baselineFamilies";
import type { LayerSpec } from "../primitives/layerSpec";
import {
  activation,
  type BaselineParts,
  channelsOf,
  convolution,
  head,
  named,
  partsOf,
  stem,
} from "./baselineParts";
import { type BaselineStyle, baselineStyles } from "./baselineStyle";
import type { LayerCost } from "./cost";
import { timed } from "./latencyTable";
import { layerCosts } from "./layerCost";
import { reActNetSpecs } from "./reActNetSpecs";

/**
 * The layers of a hand-made network, in order: what its cost is counted from and what the network is built from.
 *
 * - `resnet20`: real 3x3 stem with 16 channels, 18 binary 3x3 convolutions in stages of 16, 32, 64 channels
 * - `resnet18`: real 3x3 stem with 64 channels and no pooling, 16 binary 3x3 convolutions in stages of 64 … 512
 * - `resnet18_imagenet`, `resnet34_imagenet`: real 7x7 stem of stride 2 and maximum pooling, then 16 (32) binary 3x3
 *   convolutions in stages of 64 … 512 channels
 * - `reactnet_a`: {@link reActNetSpecs}
 * - `vgg_small`: one real and five binary 3x3 convolutions, 128-128, 256-256, 512-512, each pair followed by 2x2
 *   maximum pooling, and a real classifier on all that is left of the image
 * - `nin`: network-in-network, real 5x5 convolution first, real 1x1 convolution last, seven binary convolutions
 *   between; 3x3 poolings of stride 2 (maximum, then average) halve the resolution twice
 *
 * References: He et al. 2015, arXiv:1512.03385; Rastegari et al. 2016, arXiv:1603.05279 (XNOR form of
 * network-in-network); Lin et al. 2013, arXiv:1312.4400. Blocks: {@link baselineStyles}.
 */
export function baselineSpecs(config: BaselineConfig): LayerSpec[] {
  const { family } = config;
  const style = baselineStyles[config.block];
  if (Object.hasOwn(builtIn, family)) return builtIn[family as BuiltInBaseline](config, style);
  // What users define goes through `defineBaseline`, which puts whole families into the table.
  const own = baselineFamilies.get(family) as unknown as BaselineLayers;
  return own.layers(partsOf(config, style), config);
}

/** The layers of a family. */
export interface BaselineLayers {
  /** From the image `[imageSize, imageSize, imageChannels]` to `[1, 1, classes]`, in order. */
  layers(parts: BaselineParts, config: BaselineConfig): LayerSpec[];
}

const builtIn = {
  resnet20: (config, style) => residualSpecs(config, style, channelsOf(16, config), [6, 6, 6]),
  resnet18: (config, style) => residualSpecs(config, style, channelsOf(64, config), [4, 4, 4, 4]),
  resnet18_imagenet: (config, style) =>
    residualSpecs(config, style, channelsOf(64, config), [4, 4, 4, 4], imageNetStem),
  resnet34_imagenet: (config, style) =>
    residualSpecs(config, style, channelsOf(64, config), [6, 8, 12, 6], imageNetStem),
  reactnet_a: reActNetSpecs,
  vgg_small: vggSpecs,
  nin: ninSpecs,
} satisfies Readonly<Record<BuiltInBaseline, (config: BaselineConfig, style: BaselineStyle) => LayerSpec[]>>;

/**
 * The cost of a hand-made network on one image, layer by layer. One multiply-accumulate = 1.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ family: "resnet20", block: "bireal" });
 * const layers = bars.cost.baselineLayers(network);
 * console.log(layers.reduce((sum, { bops }) => sum + bops, 0)); // 40108032
 * ```
 */
export function baselineLayers(config: BaselineConfig): LayerCost[] {
  const { imageSize, imageChannels } = config;
  return timed(layerCosts("", [imageSize, imageSize, imageChannels], baselineSpecs(config)));
}

function residualSpecs(
  config: BaselineConfig,
  style: BaselineStyle,
  base: number,
  convolutions: readonly number[],
  stemOf: (style: BaselineStyle, out: number) => LayerSpec[] = cifarStem,
): LayerSpec[] {
  const { span } = style;
  const body = convolutions.flatMap((count, stage) => {
    const out = base * 2 ** stage;
    return Array.from({ length: count / span }, (_, block): LayerSpec[] => {
      const halves = block === 0 && stage > 0;
      const main = Array.from({ length: span }, (_, i): LayerSpec[] => [
        ...(i > 0 ? activation(style.nonlinearity) : []),
        ...convolution(style, { kernel: 3, out, stride: halves && i === 0 ? 2 : 1 }),
      ]).flat();
      const shortcut = halves ? halvingShortcut(config, style, out) : [];
      const name = `stage${stage}.block${block}`;
      return [
        { layer: "branches", join: "sum", branches: [main, shortcut], name },
        ...named(name, activation(style.nonlinearity)),
      ];
    }).flat();
  });
  return [...stemOf(style, base), ...body, ...head(config)];
}

function cifarStem(style: BaselineStyle, out: number): LayerSpec[] {
  return stem(style, { layer: "conv", kernel: 3, out });
}

/** ResNet's for 224 pixels: a quarter of the size. */
function imageNetStem(style: BaselineStyle, out: number): LayerSpec[] {
  return [
    ...stem(style, { layer: "conv", kernel: 7, out, stride: 2 }),
    ...named("stem", [{ layer: "max_pool", kernel: 3, stride: 2 }]),
  ];
}

function halvingShortcut(
  { downsample }: BaselineConfig,
  { pooledProjection }: BaselineStyle,
  out: number,
): LayerSpec[] {
  const pool: LayerSpec = { layer: "avg_pool", kernel: 2, stride: 2 };
  switch (downsample) {
    case "real_conv":
      return [
        ...(pooledProjection ? [pool] : []),
        { layer: "conv", kernel: 1, out, stride: pooledProjection ? 1 : 2 },
        { layer: "batch_norm" },
      ];
    case "avg_pool":
      return [pool, { layer: "duplicate", copies: 2 }];
    default:
      return downsample satisfies never;
  }
}

function vggSpecs(config: BaselineConfig, style: BaselineStyle): LayerSpec[] {
  const base = channelsOf(128, config);
  const binary = [1, 2, 2, 4, 4].flatMap((multiple, i) => {
    const pool: LayerSpec[] = i % 2 === 0 ? [{ layer: "max_pool", kernel: 2, stride: 2 }] : [];
    const layers = convolution(style, { kernel: 3, out: base * multiple }, pool);
    return named(`conv${i + 1}`, [...layers, ...activation(style.nonlinearity)]);
  });
  return [
    ...stem(style, { layer: "conv", kernel: 3, out: base }),
    ...binary,
    ...named("head", [{ layer: "linear", out: config.classes }]),
  ];
}

/** Kernel and output channels of network-in-network's convolutions between its poolings. */
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

function ninSpecs(config: BaselineConfig, style: BaselineStyle): LayerSpec[] {
  const body = ninParts.flatMap((part, p): LayerSpec[] => {
    const convolutions = part.flatMap(([kernel, full], i) =>
      named(`part${p}.conv${i}`, [
        ...convolution(style, { kernel, out: channelsOf(full, config) }),
        ...activation(style.nonlinearity),
      ]),
    );
    if (p === ninParts.length - 1) return convolutions;
    const layer = p === 0 ? "max_pool" : "avg_pool";
    return [...convolutions, { layer, kernel: 3, stride: 2, name: `part${p}.pool` }];
  });
  return [
    ...stem(style, { layer: "conv", kernel: 5, out: channelsOf(192, config), bias: true }),
    ...body,
    ...named("head", [
      { layer: "batch_norm" },
      { layer: "conv", kernel: 1, out: config.classes, bias: true },
      { layer: "relu" },
      { layer: "global_pool" },
    ]),
  ];
}
