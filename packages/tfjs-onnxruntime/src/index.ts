/** A TensorFlow.js back end on ONNX Runtime. `registerOnnx` makes it known to tfjs; the rest are types. */
export type { FrozenGraph, OnnxBackend, OnnxStatistics } from "./onnxBackend";
export { isSameRecording, type Recording } from "./recording";
export { type OnnxSettings, type RegisteredOnnx, registerOnnx } from "./startOnnx";
