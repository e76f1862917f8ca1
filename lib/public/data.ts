/**
 * Images: sets, splits and batches. Needs no tensor engine.
 *
 * @module
 */

export type { Dataset } from "../data/datasets/dataset";
export type { DatasetSpec } from "../data/datasets/defineDataset";
export { epochBatches } from "../data/epochBatches";
export type { ImageSet } from "../data/imageSet";
export type { LoadedData } from "../data/loadData";
export { sequentialBatches } from "../data/sequentialBatches";
export { splitTraining } from "../data/splitTraining";
export { syntheticImages } from "../data/syntheticImages";
