import { check, completeConfig, must, type Overrides } from "./check";

/**
 * Names of the candidates an edge of a cell may hold. Strings keep the field's snake_case, because stored
 * genotypes use it.
 */
export const primitives = [
  "none",
  "skip_connect",
  "bin_conv_1x1",
  "bin_conv_3x3",
  "bin_conv_5x5",
  "bin_dil_conv_3x3",
  "bin_group_conv_3x3",
  "avg_pool_3x3",
  "max_pool_3x3",
] as const;
export type Primitive = (typeof primitives)[number];

/** Everything a genotype may be: the macro choices (layout) and the micro choices (cells). Plain data. */
export interface SpaceConfig {
  /** Height and width of the square input image, in pixels. */
  readonly imageSize: number;
  readonly imageChannels: number;
  readonly classes: number;
  /** Channels of the first stage at width 1; every reduction doubles them. */
  readonly initChannels: number;
  /** The cell group of each cell, first to last. Cells of one group share one topology. */
  readonly cellLayout: readonly number[];
  /** Groups whose cells have stride 2 and double the channels. */
  readonly reductionGroups: readonly number[];
  /** Whether each stage's depth is searched (sink connection) or every cell is kept. */
  readonly searchDepth: boolean;
  /** Channel multipliers a stage may take, ascending; the last is 1. One choice: width is not searched. */
  readonly widthChoices: readonly number[];
  /** Intermediate nodes of a cell. */
  readonly steps: number;
  /** Candidates on every edge. */
  readonly primitives: readonly Primitive[];
  /** Where the cell's 1x1 sits: squeezing the cell's input (the wide path stays un-squeezed) or its output. */
  readonly process: "preprocess" | "postprocess";
  /** Arithmetic of that 1x1. */
  readonly processKind: "real" | "binary";
  /** The reduction cell's own shortcut; normal cells have the identity unless this is "none". */
  readonly cellShortcut: "none" | "avg_pool" | "bin_conv_3x3";
  /** Whether every stride-1 binary convolution has an identity around it. */
  readonly convShortcut: boolean;
  /** A stride-2 binary convolution: two half-width convolutions on inputs one pixel apart, or one plain one. */
  readonly stridedConv: "factorized" | "plain";
  /** Groups of `bin_group_conv_3x3`. */
  readonly convGroups: number;
}

/** The space of the authors' public test network: 8 cells in 3 stages, 4 steps, three primitives. */
export const defaultSpaceConfig: SpaceConfig = Object.freeze({
  imageSize: 32,
  imageChannels: 3,
  classes: 10,
  initChannels: 16,
  cellLayout: Object.freeze([0, 0, 1, 0, 0, 1, 0, 0]),
  reductionGroups: Object.freeze([1]),
  searchDepth: true,
  widthChoices: Object.freeze([0.25, 0.5, 0.75, 1]),
  steps: 4,
  primitives: Object.freeze(["none", "skip_connect", "bin_conv_3x3"] as const),
  process: "preprocess",
  processKind: "binary",
  cellShortcut: "bin_conv_3x3",
  convShortcut: true,
  stridedConv: "factorized",
  convGroups: 4,
});

/** Completes and checks a space. Code below trusts the result. */
export function spaceConfig(overrides: Overrides<SpaceConfig> = {}, place = "spaceConfig"): SpaceConfig {
  const config = completeConfig(place, defaultSpaceConfig, overrides);
  must.beInteger(place, "imageSize", config.imageSize, 4);
  must.beInteger(place, "imageChannels", config.imageChannels, 1);
  must.beInteger(place, "classes", config.classes, 2);
  must.beInteger(place, "initChannels", config.initChannels, 1);
  must.beInteger(place, "steps", config.steps, 1);
  must.beInteger(place, "convGroups", config.convGroups, 1);
  must.beBoolean(place, "searchDepth", config.searchDepth);
  must.beBoolean(place, "convShortcut", config.convShortcut);
  must.beOneOf(place, "process", config.process, ["preprocess", "postprocess"]);
  must.beOneOf(place, "processKind", config.processKind, ["real", "binary"]);
  must.beOneOf(place, "cellShortcut", config.cellShortcut, ["none", "avg_pool", "bin_conv_3x3"]);
  must.beOneOf(place, "stridedConv", config.stridedConv, ["factorized", "plain"]);
  checkPrimitives(place, config);
  checkLayout(place, config);
  checkWidths(place, config);
  return config;
}

function checkPrimitives(place: string, config: SpaceConfig): void {
  const list = config.primitives;
  check(
    place,
    "primitives",
    Array.isArray(list) && list.length > 0,
    "a list of at least one primitive",
    list,
  );
  for (const name of list) must.beOneOf(place, "primitives", name, primitives);
  check(place, "primitives", new Set(list).size === list.length, "free of repetitions", list);
  const onlyNone = list.length === 1 && list[0] === "none";
  check(place, "primitives", !onlyNone, "more than none alone (every cell would be empty)", list);
}

function checkLayout(place: string, config: SpaceConfig): void {
  const { cellLayout, reductionGroups } = config;
  const isGroup = (g: unknown) => Number.isInteger(g) && (g as number) >= 0;
  check(
    place,
    "cellLayout",
    Array.isArray(cellLayout) && cellLayout.length > 0 && cellLayout.every(isGroup),
    "a list of group numbers",
    cellLayout,
  );
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
    Array.isArray(reductionGroups) && reductionGroups.every((g) => used.has(g)),
    "groups that occur in cellLayout",
    reductionGroups,
  );
  const reductions = cellLayout.filter((g) => reductionGroups.includes(g)).length;
  check(
    place,
    "imageSize",
    config.imageSize % 2 ** reductions === 0,
    `divisible by ${2 ** reductions} (the layout halves it ${reductions} times)`,
    config.imageSize,
  );
}

function checkWidths(place: string, config: SpaceConfig): void {
  const { widthChoices, initChannels } = config;
  const isWidth = (w: unknown) => typeof w === "number" && w > 0 && w <= 1;
  check(
    place,
    "widthChoices",
    Array.isArray(widthChoices) && widthChoices.length > 0 && widthChoices.every(isWidth),
    "a list of numbers in (0, 1]",
    widthChoices,
  );
  const ascending = widthChoices.every((w, i) => i === 0 || w > (widthChoices[i - 1] as number));
  check(
    place,
    "widthChoices",
    ascending && widthChoices[widthChoices.length - 1] === 1,
    "ascending and end with 1",
    widthChoices,
  );
  for (const width of widthChoices) {
    const channels = width * initChannels;
    check(
      place,
      "widthChoices",
      Math.abs(channels - Math.round(channels)) < 1e-9 && channels >= 1,
      `widths that give whole channels of initChannels ${initChannels}`,
      width,
    );
    if (!config.primitives.includes("bin_group_conv_3x3")) continue;
    const expected = `widths that give channels of initChannels ${initChannels} that divide by convGroups ${config.convGroups} (bin_group_conv_3x3)`;
    check(place, "widthChoices", Math.round(channels) % config.convGroups === 0, expected, width);
  }
}
