import { check, completeConfig, deepFreeze, must, type Overrides } from "./check";

/** Hand-made networks to compare with, in their CIFAR form. */
export const baselineFamilies = ["resnet20", "resnet18", "vgg_small", "nin"] as const;
export type BaselineFamily = (typeof baselineFamilies)[number];

/** How a baseline's blocks are built and binarized: by the paper of that name; "real" is full precision. */
export const baselineBlocks = ["xnor", "bireal", "irnet", "reactnet", "real"] as const;
export type BaselineBlock = (typeof baselineBlocks)[number];

/** How a baseline's shortcut halves the image: by a real 1x1 convolution, or by average pooling, channels twice. */
export const baselineDownsamples = ["real_conv", "avg_pool"] as const;
export type BaselineDownsample = (typeof baselineDownsamples)[number];

/** Everything that decides a hand-made network. Plain data. */
export interface BaselineConfig {
  readonly family: BaselineFamily;
  readonly block: BaselineBlock;
  /** Multiplies the channels of every layer; a network's narrowest layer is rounded, the others are multiples of it. */
  readonly width: number;
  /** Of the residual families; the others have no shortcuts. */
  readonly downsample: BaselineDownsample;
  /** Height and width of the images, in pixels. */
  readonly imageSize: number;
  readonly imageChannels: number;
  readonly classes: number;
}

export const defaultBaselineConfig: BaselineConfig = deepFreeze<BaselineConfig>({
  family: "resnet20",
  block: "bireal",
  width: 1,
  downsample: "real_conv",
  imageSize: 32,
  imageChannels: 3,
  classes: 10,
});

/** Completes and checks a baseline. */
export function baselineConfig(
  overrides: Overrides<BaselineConfig> = {},
  place = "baselineConfig",
): BaselineConfig {
  const config = completeConfig(place, defaultBaselineConfig, overrides);
  must.beOneOf(place, "family", config.family, baselineFamilies);
  must.beOneOf(place, "block", config.block, baselineBlocks);
  must.beOneOf(place, "downsample", config.downsample, baselineDownsamples);
  must.beNumber(place, "width", config.width);
  check(place, "width", config.width > 0, "above 0", config.width);
  must.beInteger(place, "imageSize", config.imageSize, 8);
  must.beInteger(place, "imageChannels", config.imageChannels, 1);
  must.beInteger(place, "classes", config.classes, 2);
  return deepFreeze(config);
}
