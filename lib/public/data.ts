/**
 * Images: sets, splits and batches. Needs no tensor engine.
 *
 * @module
 */

export type { Dataset } from "../data/datasets/dataset";
export type { DatasetSpec } from "../data/datasets/defineDataset";
export { imageFolderSettings, imageListSettings } from "../data/datasets/imageFolderSettings";
export { type EpochOptions, epochBatches } from "../data/epochBatches";
export type { ImageSet } from "../data/imageSet";
export type { DataInfo, LoadedData } from "../data/loadData";
export type { EpochBatch } from "../data/runPlans";
export { type SequentialOptions, sequentialBatches } from "../data/sequentialBatches";
export { splitTraining, type TrainingSplit } from "../data/splitTraining";
export { syntheticImages } from "../data/syntheticImages";
