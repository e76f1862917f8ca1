import { primitives, traitsOf } from "../primitives/primitives";
import { check, type Overrides } from "./check";
import { kinds } from "./kinds";
import { complete, defaultsOf, flag, integer, later, list, oneOf, type SettingsOf, section } from "./section";

/** What may stand between the image and the first stage. */
export const stemNames = ["cifar", "imagenet_7x7", "imagenet_stem0", "imagenet_stem01"] as const;
export type StemName = (typeof stemNames)[number];

/** How often a stem halves the image. */
const stemHalvings = {
  cifar: 0,
  imagenet_7x7: 2,
  imagenet_stem0: 2,
  imagenet_stem01: 3,
} as const satisfies Record<StemName, number>;

/** How many times smaller the feature maps of the first stage are than the image. */
export function stemReduction({ stem = "cifar" }: Pick<SpaceConfig, "stem">): number {
  return 2 ** stemHalvings[stem];
}

// The space of the authors' public test network: 8 cells in 3 stages, 4 steps, three primitives.
export const spaceSection = section(
  { meaning: "Everything a genotype may be: the macro choices (layout) and the micro choices (cells)." },
  {
    imageSize: integer({
      default: 32,
      min: 4,
      unit: "pixels",
      meaning: "Height and width of the square input image.",
    }),
    imageChannels: integer({ default: 3, min: 1, meaning: "Channels of the input image." }),
    classes: integer({
      default: 10,
      min: 2,
      meaning: "Classes told apart. Left out, they are those of the data set, where one is known.",
    }),
    stem: later(
      oneOf(stemNames, {
        default: "cifar",
        meaning:
          "The real layers before the first stage: cifar, one 3x3; imagenet_7x7, a 7x7 of stride 2 and maximum pooling (a quarter of the size); imagenet_stem0, two 3x3 of stride 2 (a quarter); imagenet_stem01, three (an eighth).",
        source: "ResNet, arXiv:1512.03385; DARTS, arXiv:1806.09055",
      }),
    ),
    extraStem: later(
      oneOf(["real", "copies"], {
        default: "real",
        meaning:
          "What widens the stem to the nodes' channels where process is preprocess: real, a ReLU and a real 1x1 of channels² · steps multiplications a pixel; copies, as many copies as there are steps, each with a batch norm's scale and shift of its own, without a multiplication.",
        source: "real: aw_nas",
      }),
    ),
    initChannels: integer({
      default: 16,
      min: 1,
      unit: "channels",
      meaning: "Channels of the first stage at width 1; every reduction doubles them.",
    }),
    cellLayout: list(kinds.integer(0), {
      default: [0, 0, 1, 0, 0, 1, 0, 0],
      least: 1,
      meaning: "The cell group of each cell, first to last. Cells of one group share one topology.",
    }),
    reductionGroups: list(kinds.integer(0), {
      default: [1],
      meaning: "Groups whose cells have stride 2 and double the channels.",
    }),
    searchDepth: flag({
      default: true,
      meaning: "Whether each stage's depth is searched (sink connection) or every cell is kept.",
    }),
    widthChoices: list(kinds.number({ above: 0, max: 1 }), {
      default: [0.25, 0.5, 0.75, 1],
      least: 1,
      meaning:
        "Channel multipliers a stage may take, ascending; the last is 1. One choice: width is not searched.",
    }),
    widthPer: later(
      oneOf(["stage", "cell"], {
        default: "stage",
        meaning:
          "What has a width of its own: a stage, or each of its normal cells (of its input; it puts out the next cell's).",
      }),
    ),
    steps: integer({ default: 4, min: 1, unit: "nodes", meaning: "Intermediate nodes of a cell." }),
    primitives: list(kinds.variantOf(primitives), {
      default: ["none", "skip_connect", "bin_conv_3x3"],
      least: 1,
      meaning: "Candidates on every edge.",
    }),
    process: oneOf(["preprocess", "postprocess"], {
      default: "preprocess",
      meaning:
        "Where the cell's 1x1 sits: squeezing the cell's input (the wide path stays un-squeezed) or its output.",
    }),
    processKind: oneOf(["real", "binary"], { default: "binary", meaning: "Arithmetic of that 1x1." }),
    cellShortcut: oneOf(["none", "avg_pool", "bin_conv_3x3"], {
      default: "bin_conv_3x3",
      meaning: 'The reduction cell\'s own shortcut; normal cells have the identity unless this is "none".',
    }),
    convShortcut: flag({
      default: true,
      meaning: "Whether every stride-1 binary convolution has an identity around it.",
    }),
    stridedConv: oneOf(["factorized", "plain"], {
      default: "factorized",
      meaning:
        "A stride-2 binary convolution: two half-width convolutions on inputs one pixel apart, or one plain one.",
    }),
    convGroups: integer({ default: 4, min: 1, meaning: "Groups of bin_group_conv_3x3." }),
    headActivation: later(
      oneOf(["none", "bn_relu"], {
        default: "none",
        meaning:
          "What stands between the last cell and the head's pooling: none; bn_relu, a batch norm and a ReLU, without which what the cells add up reaches the classifier unscaled.",
        source: "none: aw_nas; bn_relu: pre-activation ResNet, arXiv:1603.05027",
      }),
    ),
  },
);

/** Everything a genotype may be: the macro choices (layout) and the micro choices (cells). Plain data. */
export interface SpaceConfig extends SettingsOf<typeof spaceSection.fields> {}

export const defaultSpaceConfig: SpaceConfig = defaultsOf(spaceSection);

/**
 * Completes and checks a space. Code below trusts the result.
 *
 * @example
 * ```ts
 * console.log(bars.space.spaceConfig({ steps: 2 }).steps); // 2
 * ```
 */
export function spaceConfig(overrides: Overrides<SpaceConfig> = {}, place = "spaceConfig"): SpaceConfig {
  const config = complete(place, spaceSection, overrides);
  checkSpace(place, config);
  return config;
}

/** What the settings of a space ask of one another. */
export function checkSpace(place: string, config: SpaceConfig): void {
  const list = config.primitives;
  check(place, "primitives", new Set(list).size === list.length, "free of repetitions", list);
  const onlyNone = list.length === 1 && list[0] === "none";
  check(place, "primitives", !onlyNone, "more than none alone (every cell would be empty)", list);
  checkLayout(place, config);
  checkWidths(place, config);
}

function checkLayout(place: string, config: SpaceConfig): void {
  const { cellLayout, reductionGroups } = config;
  const groups = Math.max(...cellLayout) + 1;
  const used = new Set(cellLayout);
  check(
    place,
    "cellLayout",
    used.size === groups,
    `one that uses every group from 0 to ${groups - 1}`,
    cellLayout,
  );
  check(
    place,
    "reductionGroups",
    reductionGroups.every((g) => used.has(g)),
    "groups that occur in cellLayout",
    reductionGroups,
  );
  const reductions = cellLayout.filter((g) => reductionGroups.includes(g)).length;
  const inStem = stemHalvings[config.stem ?? "cifar"];
  const halved = reductions + inStem;
  const what = inStem === 0 ? "the layout halves it" : "stem and layout halve it";
  check(
    place,
    "imageSize",
    config.imageSize % 2 ** halved === 0,
    `divisible by ${2 ** halved} (${what} ${halved} times)`,
    config.imageSize,
  );
}

function checkWidths(place: string, config: SpaceConfig): void {
  const { widthChoices, initChannels } = config;
  const ascending = widthChoices.every((w, i) => i === 0 || w > (widthChoices[i - 1] as number));
  check(
    place,
    "widthChoices",
    ascending && widthChoices[widthChoices.length - 1] === 1,
    "ascending and end with 1",
    widthChoices,
  );
  const grouped = config.primitives.find((primitive) => traitsOf(primitive).grouped);
  for (const width of widthChoices) {
    const channels = width * initChannels;
    check(
      place,
      "widthChoices",
      Math.abs(channels - Math.round(channels)) < 1e-9 && channels >= 1,
      `widths that give whole channels of initChannels ${initChannels}`,
      width,
    );
    if (grouped === undefined) continue;
    const expected = `widths that give channels of initChannels ${initChannels} that divide by convGroups ${config.convGroups} (${grouped})`;
    check(place, "widthChoices", Math.round(channels) % config.convGroups === 0, expected, width);
  }
}
