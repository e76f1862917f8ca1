import { baselineFamilies } from "./baselineFamilies";
import { check, isSection, type Overrides } from "./check";
import { complete, defaultsOf, integer, number, oneOf, type SettingsOf, section, variantOf } from "./section";

/** How a baseline's blocks are built and binarized: by the paper of that name; "real" is full precision. */
export const baselineBlocks = ["xnor", "bireal", "irnet", "reactnet", "real"] as const;
export type BaselineBlock = (typeof baselineBlocks)[number];

/** How a baseline's shortcut halves the image: by a real 1x1 convolution, or by average pooling, channels twice. */
export const baselineDownsamples = ["real_conv", "avg_pool"] as const;

export const baselineSection = section(
  { meaning: "Everything that decides a hand-made network." },
  {
    family: variantOf(baselineFamilies, {
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
  const given = (isSection(overrides) ? overrides : {}) as Overrides<BaselineConfig>;
  const { family = defaultBaselineConfig.family } = given;
  if (!isSection(overrides) || !baselineFamilies.has(family))
    return complete(place, baselineSection, overrides);
  const facts = baselineFamilies.get(family as string);
  const config = complete(place, baselineSection, {
    ...overrides,
    imageSize: given.imageSize === undefined ? facts.imageSize : given.imageSize,
    classes: given.classes === undefined ? facts.classes : given.classes,
  });
  const { multiple } = facts;
  const fits = config.imageSize % multiple === 0;
  check(place, "imageSize", fits, `divisible by ${multiple}, as ${family} asks`, config.imageSize);
  return config;
}
