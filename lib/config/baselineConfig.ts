import { check, type Overrides } from "./check";
import { complete, defaultsOf, integer, number, oneOf, type SettingsOf, section } from "./section";

/** Hand-made networks to compare with, in their CIFAR form. */
export const cifarFamilies = ["resnet20", "resnet18", "vgg_small", "nin"] as const;

/** Hand-made networks to compare with, in their form for images of 224 pixels and 1,000 classes. */
const imageNetFamilies = ["resnet18_imagenet", "resnet34_imagenet", "reactnet_a"] as const;

/** Hand-made networks to compare with: in their CIFAR form, and those for ImageNet. */
export const baselineFamilies = [...cifarFamilies, ...imageNetFamilies] as const;

/** How a baseline's blocks are built and binarized: by the paper of that name; "real" is full precision. */
export const baselineBlocks = ["xnor", "bireal", "irnet", "reactnet", "real"] as const;
export type BaselineBlock = (typeof baselineBlocks)[number];

/** How a baseline's shortcut halves the image: by a real 1x1 convolution, or by average pooling, channels twice. */
export const baselineDownsamples = ["real_conv", "avg_pool"] as const;

export const baselineSection = section(
  { meaning: "Everything that decides a hand-made network." },
  {
    family: oneOf(baselineFamilies, {
      default: "resnet20",
      meaning:
        "Which hand-made network: in its CIFAR form, or one of those for ImageNet, whose images are 224 pixels and whose classes 1,000 where nothing else is said.",
    }),
    block: oneOf(baselineBlocks, {
      default: "bireal",
      meaning: 'How its blocks are built and binarized: by the paper of that name; "real" is full precision.',
    }),
    width: number({
      default: 1,
      above: 0,
      meaning:
        "Multiplies the channels of every layer; a network's narrowest layer is rounded, the others are multiples of it.",
    }),
    downsample: oneOf(baselineDownsamples, {
      default: "real_conv",
      meaning:
        "How a shortcut halves the image: by a real 1x1 convolution, or by average pooling, channels twice. Of the residual families; the others have no shortcuts.",
    }),
    imageSize: integer({
      default: 32,
      min: 8,
      unit: "pixels",
      meaning: "Height and width of the images.",
    }),
    imageChannels: integer({ default: 3, min: 1, meaning: "Channels of the images." }),
    classes: integer({
      default: 10,
      min: 2,
      meaning: "Classes told apart. Left out, they are those of the data set, where one is known.",
    }),
  },
);

/** Everything that decides a hand-made network. Plain data. */
export interface BaselineConfig extends SettingsOf<typeof baselineSection.fields> {}

export const defaultBaselineConfig: BaselineConfig = defaultsOf(baselineSection);

/**
 * Completes and checks a baseline.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ family: "resnet20", block: "reactnet", width: 0.5 });
 * console.log(network.width); // 0.5
 * ```
 */
export function baselineConfig(
  overrides: Overrides<BaselineConfig> = {},
  place = "baselineConfig",
): BaselineConfig {
  const {
    family = "",
    imageSize,
    classes,
  } = (overrides ?? {}) as { family?: string; imageSize?: number; classes?: number };
  if (!(imageNetFamilies as readonly string[]).includes(family))
    return complete(place, baselineSection, overrides);
  const config = complete(place, baselineSection, {
    ...overrides,
    imageSize: imageSize ?? 224,
    classes: classes ?? 1000,
  });
  const fits = config.imageSize % 32 === 0;
  check(place, "imageSize", fits, `divisible by 32 (${family} halves it 5 times)`, config.imageSize);
  return config;
}
