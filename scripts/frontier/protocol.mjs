// The comparison of docs/frontier-protocol.md as data: bands, space, recipe, seeds. The units of work are made from it.
import { bars } from "./library.mjs";

/** The space of bands A and B (that of the earlier frontier). */
const space = {
  initChannels: 16,
  cellLayout: [0, 0, 1, 0, 0, 1, 0, 0],
  reductionGroups: [1],
  searchDepth: true,
  widthChoices: [0.25, 0.5, 0.75, 1],
  steps: 3,
  primitives: ["none", "skip_connect", "bin_conv_3x3"],
  process: "preprocess",
  processKind: "binary",
  cellShortcut: "avg_pool",
};

/**
 * The space of band C: the stem has as few as 2 channels and is widened by copies, so that its real layers leave most of the band's
 * operations to the cells.
 */
const narrowStem = { ...space, extraStem: "copies", widthChoices: [0.125, 0.1875, 0.25, 0.5, 0.75, 1] };

/** Of about the OPs of ResNet-20 at a quarter of its width. */
const bandC = {
  space: narrowStem,
  measure: "ops",
  low: 1.4e5,
  high: 1.7e5,
  handMade: "resnet20-bireal-x0.25",
  trainedIn: "A",
};

const bandB = {
  space: { ...space, headActivation: "bn_relu" },
  measure: "bops",
  low: 6e6,
  high: 7.5e6,
  handMade: "resnet20-bireal-x0.4375",
  race: { networks: 64, random: 32, keep: [16, 6, 3, 2], trainings: 91 },
};

/** ReActNet's block (arXiv:2003.03488): learnt shift, sign, convolution, batch norm, shifted PReLU. */
const reactBlocks = [
  "activation=approx_sign",
  "blockOrder=conv_bn_relu",
  "nonlinearity=rprelu",
  "rsign=true",
].map((one) => `binarization.${one}`);

/** The race of bands D, E and F: networks have seeds of their own, and the last four are judged by two other seeds each. */
const racedAgain = {
  networks: 64,
  random: 32,
  keep: [16, 6, 4, 4],
  trainings: 102,
  settings: ["rungs.seeds=own", "rungs.again=2"],
};

/** That race, among networks with ReActNet's blocks. */
const racedInBlocks = {
  ...racedAgain,
  settings: [...racedAgain.settings, ...reactBlocks.map((one) => `train.${one}`)],
};

/**
 * Bounds of each band, what stands for it by hand, and its space; `trainedIn`: another band that has the hand-made network's trainings;
 * `drawnIn`: another band that has the draws; `race`: other sizes than {@link race}, and settings of its own; `decides`: whether nothing is reported beside it, but a `control`: the hand-made network
 * with the band's blocks; `blocks`: settings that all networks of the band train with but the hand-made one.
 */
export const bands = {
  A: {
    space,
    measure: "bops",
    low: 2.4e6,
    high: 3e6,
    handMade: "resnet20-bireal-x0.25",
    earlier: "data/records/frontier/bars-6M-s0.json",
  },
  B: bandB,
  C: bandC,
  /** Version 7: band C once more, by another race. */
  D: { ...bandC, drawnIn: "C", decides: true, race: racedAgain },
  /** Version 8: band D once more, among networks with ReActNet's blocks and with a batch norm and a ReLU before their heads. */
  E: {
    ...bandC,
    space: { ...narrowStem, headActivation: "bn_relu" },
    decides: true,
    blocks: reactBlocks,
    control: { arm: "hand-made-reactnet", network: "resnet20-reactnet-x0.25" },
    race: racedInBlocks,
  },
  /** Version 9: band B once more, by band E's race and in its blocks. */
  F: {
    ...bandB,
    trainedIn: "B",
    decides: true,
    blocks: reactBlocks,
    control: { arm: "hand-made-reactnet", network: "resnet20-reactnet-x0.4375" },
    race: racedInBlocks,
  },
};

/** Preset and length of the trainings that are compared. */
export const recipe = { preset: "laptop", epochs: 8 };
export const longRecipe = { preset: "laptop", epochs: 24 };
/** The band that trains by it. */
export const longBand = "A";
/** Draws that train by the long recipe, too: the first ones. */
export const longDraws = 3;

const [version4, version5, version6] = bars.experiments.frontierPlan.headlines;
const headlineRecipe = { preset: "laptop", epochs: version4.epochs };

/**
 * The headline: a network against the full-width hand-made one, both trained by a longer recipe. In version 2 of the protocol it is the winner of
 * one race, widened as far as the limits allow (seed 0); in version 3 that of a race among networks of that cost (seed 1); in version 4 the
 * same with a batch norm and a ReLU before its head; version 5 trains that network, and the hand-made one, with latent weights held in [-1, 1]; version 6 has a
 * race of its own, among networks with a fourth stage and ReActNet's blocks. Its records are those of three bands of their own.
 */
export const headline = {
  name: version4.band,
  winner: { band: "C", arm: "race", seed: 0 },
  handMade: "resnet20-bireal",
  recipe: headlineRecipe,
  /** Of the hand-made network's operations, at most. */
  share: version4.share,
  /** What version 4 adds to the space of version 3's winner, and the arm that its trainings are of. */
  activated: { arm: "activated-race", space: { headActivation: "bn_relu" } },
  /** The band of version 5, and its recipe. */
  held: { name: version5.band, recipe: { ...headlineRecipe, set: ["optimizer.latentBound=1"] } },
  /** The preset's sizes: 64, 16, 6, 3 and 2 trainings. No stem of 8, 16 or 24 channels has more FLOPs than the hand-made network. */
  race: {
    seed: 1,
    trainings: 91,
    space: { ...narrowStem, initChannels: 24, widthChoices: [1 / 3, 2 / 3, 1] },
    measure: "bops",
    low: 2.14e7,
    high: 2.67e7,
  },
  /** Version 6: the preset's race with fewer networks, to 12 epochs instead of 8, in a space whose networks end at 4 x 4 pixels. */
  deeper: {
    name: version6.band,
    trainedIn: version4.band,
    blocks: reactBlocks,
    /** The hand-made network with the blocks of the others: how much of the lead is theirs. Nothing is decided by it. */
    control: { arm: "hand-made-reactnet", network: "resnet20-reactnet" },
    race: {
      seed: 2,
      trainings: 75,
      space: {
        ...narrowStem,
        initChannels: 24,
        widthChoices: [1 / 3, 2 / 3, 1],
        cellLayout: [0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0],
        headActivation: "bn_relu",
      },
      measure: "bops",
      low: 2.14e7,
      high: 2.67e7,
      settings: [
        "rungs.networks=48",
        "proposals.random=24",
        "rungs.keep=[16,6,3,2]",
        "rungs.epochs=[1,3,6,12]",
        "train.epochs=12",
        ...reactBlocks.map((one) => `train.${one}`),
      ],
    },
  },
};

/** Preset of the races, their sizes (the preset has fewer by now), and the trainings of all rungs together. */
export const race = {
  preset: "laptop",
  networks: 96,
  random: 48,
  keep: [32, 12, 4, 2],
  trainings: 146,
};

/**
 * The repaired differentiable search of a band: its budget is the band's upper end, and rule budget derives inside the band. The rest is
 * what the searches of the earlier frontier had.
 */
export const differentiable = {
  preset: "laptop",
  epochs: 10,
  settings: ({ measure, high, space }) => ({
    ...bars.config.searchRepairs,
    space,
    data: { dataset: "cifar10", trainImages: 6000, testImages: 1000 },
    strategies: { auxiliarySkip: { kind: "linear", from: 1, to: 0 } },
    cost: { ...bars.config.searchRepairs.cost, measure, budget: high },
  }),
  rule: ({ low, high }) => ({ rule: "budget", prune: true, atLeast: low / high }),
};

export const { searchSeeds, trainingSeeds } = bars.experiments.frontierPlan;
export const draws = { count: bars.experiments.frontierPlan.draws, key: 1000, label: "frontier-draws" };
