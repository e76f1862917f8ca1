import type { Overrides } from "../../config/check";
import { datasets } from "../../config/datasets";
import { layered } from "../../config/presets";
import { type SearchConfig, searchConfig } from "../../config/searchConfig";
import { type TrainConfig, trainConfig } from "../../config/trainConfig";
import { defineDataset } from "../../data/datasets/defineDataset";
import { fold, randomKey } from "../../random/randomKey";
import { twoDots, twoDotsClasses } from "./twoDots";

/** A search problem whose answer is known beforehand. */
export interface PlantedProblem {
  readonly name: string;
  /** What a derived network must have to solve it, in one sentence. */
  readonly about: string;
  /** Distance of the two dots, in pixels. */
  readonly distance: number;
  /** What it sets of a search beside {@link plantedSearch}'s own. */
  readonly search: Overrides<SearchConfig>;
}

const size = 10;
const channels = 16;
/** 1-bit multiply-accumulates of one 3x3 convolution between nodes. */
const convolution = size * size * 9 * channels * channels;
const space = {
  initChannels: channels,
  reductionGroups: [],
  widthChoices: [1],
  searchDepth: false,
  processKind: "real",
} as const;

/**
 * Problems that tell whether a search finds what a task needs. The task is {@link twoDots}, two classes: a network solves it
 * if enough 3x3 convolutions lie in a row between image and classifier, and stays at chance otherwise.
 *
 * @example
 * ```ts
 * console.log(Object.keys(bars.experiments.plantedProblems)); // ["edge","depth","cells"]
 * ```
 */
export const plantedProblems = {
  edge: {
    name: "edge",
    about: "One cell of one edge, dots 3 pixels apart: the edge must hold the convolution.",
    distance: 3,
    search: { space: { ...space, cellLayout: [0], steps: 1 }, cost: { method: "none" } },
  },
  depth: {
    name: "depth",
    about: "Three cells of one convolution each, dots 5 pixels apart: two cells at least must be kept.",
    distance: 5,
    search: {
      space: { ...space, searchDepth: true, cellLayout: [0, 0, 0], steps: 1, primitives: ["bin_conv_3x3"] },
      cost: { method: "none" },
    },
  },
  cells: {
    name: "cells",
    about:
      "Two cells with two nodes each and no way around a cell, dots 5 pixels apart, a budget of 3 of the 6 convolutions: both cells must let something through, and two convolutions must lie in a row.",
    distance: 5,
    search: {
      space: { ...space, cellShortcut: "none", cellLayout: [0, 1], steps: 2 },
      cost: { method: "log", measure: "bops", budget: 3 * convolution, coefficient: 0.3 },
    },
  },
} as const satisfies Readonly<Record<string, PlantedProblem>>;

export type PlantedName = keyof typeof plantedProblems;

/** The data set of a distance, defined in this process when it is first asked for. */
function plantedDataset(distance: number): string {
  const name = `two-dots-${distance}`;
  if (datasets.has(name)) return name;
  const key = fold(randomKey(0), name);
  const drawn = (part: string, count: number) =>
    twoDots(count, { size, distance, classes: 2 }, fold(key, part));
  defineDataset({
    name,
    classNames: twoDotsClasses.slice(0, 2),
    imageSize: size,
    channels: 1,
    note: `Two dots ${distance} pixels apart; the class is their direction.`,
    train: drawn("train", 2048),
    test: drawn("test", 256),
  });
  return name;
}

/** As they are: a mirrored image would be of another class where the dots lie on a diagonal. */
const plain = { cropBorder: 0, flip: false } as const;

/**
 * The settings of a search for a planted problem, with overrides laid over them.
 *
 * @example
 * ```ts
 * const config = bars.experiments.plantedSearch("edge", { epochs: 12 });
 * console.log(config.epochs, config.space.classes); // 12 2
 * ```
 */
export function plantedSearch(name: PlantedName, overrides: Overrides<SearchConfig> = {}): SearchConfig {
  const { distance, search }: PlantedProblem = plantedProblems[name];
  const own: Overrides<SearchConfig> = {
    data: { dataset: plantedDataset(distance), augment: plain },
    epochs: 8,
    warmupEpochs: 3,
    batchSize: 32,
    evaluationImages: 128,
    diagnostics: { recalibrationBatches: 2 },
    alphaOptimizer: { method: "adam", beta1: 0.5, weightDecay: 0, learningRate: 0.05 },
    weightOptimizer: {
      method: "adam",
      beta1: 0.9,
      weightDecay: 0,
      learningRate: { kind: "cosine", from: 0.01, to: 0.002 },
    },
  };
  return searchConfig(layered(layered(own, search), overrides) as Overrides<SearchConfig>, `planted ${name}`);
}

/** The settings by which a derived network is trained on a planted problem. */
export function plantedTraining(name: PlantedName, overrides: Overrides<TrainConfig> = {}): TrainConfig {
  const own: Overrides<TrainConfig> = {
    data: { dataset: plantedDataset(plantedProblems[name].distance), augment: plain },
    epochs: 4,
    batchSize: 32,
    optimizer: { learningRate: { kind: "cosine", from: 0.01, to: 0 } },
  };
  return trainConfig(layered(own, overrides) as Overrides<TrainConfig>, `planted ${name}`);
}
