/** A TensorFlow.js back end on ONNX Runtime. `registerOnnx` makes it known to tfjs; the rest are types. */
export type { FrozenGraph } from "./graphRunner";
export type { OnnxBackend } from "./onnxBackend";
export type { OnnxStatistics } from "./onnxStatistics";
export { isSameRecording, type Recording } from "./recording";
export { type OnnxSettings, type RegisteredOnnx, registerOnnx } from "./startOnnx";
