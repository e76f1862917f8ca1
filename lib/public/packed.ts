/**
 * Trained networks packed into bits: `.bars` files, the engines that run them, and what is inside.
 *
 * @module
 */

export { type ClassifyOptions, classifyPictures, type PictureAnswer } from "../deploy/classifyPictures";
export { readLatencyTable, writeLatencyTable } from "../deploy/latencyTableFile";
export {
  type MeasureLayersOptions,
  measureLayerLatency,
  predictLatency,
} from "../deploy/measureLayerLatency";
export { readPackedModel, writePackedModel } from "../deploy/packedModelFile";
export { type PackSettings, packNetwork } from "../deploy/packNetwork";
export { packTrained } from "../deploy/packTrained";
export { type PackedComparison, type VerifyOptions, verifyPacked } from "../deploy/verifyPacked";
export {
  type BenchPackedOptions,
  benchPacked,
  type PackedBench,
  type PackedSpeed,
} from "../packed/benchPacked";
export { type CSource, cSource } from "../packed/c/cSource";
export type { Graph, GraphNode, GraphOp } from "../packed/graph";
export { headerDictionary } from "../packed/headerDictionary";
export {
  inspectPacked,
  type PackedInspection,
  type PackedSizes,
  packedSizes,
} from "../packed/inspectPacked";
export { type OnnxContent, onnxBytes, readOnnx } from "../packed/onnx/onnxFile";
export { type ClassAnswer, type OpenedModel, type OpenOptions, openPacked } from "../packed/openPacked";
export { packDrawn } from "../packed/packDrawn";
export {
  graphOf,
  type PackedHeader,
  type PackedModel,
  programOf,
} from "../packed/packedModel";
export type { PackedEngine, Program, Slot, Step } from "../packed/program";
export { packedModelOf } from "../packed/readModel";
export { ReferenceEngine } from "../packed/referenceEngine";
export type { PackedTensor, PackedTensors } from "../packed/tensors";
export { WasmEngine } from "../packed/wasm/wasmEngine";
export { packedModelBytes } from "../packed/writeModel";
