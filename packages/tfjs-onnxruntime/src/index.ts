/** A TensorFlow.js back end on ONNX Runtime. `registerOnnx` makes it known to tfjs; the rest are types. */
export type { OnnxBackend, OnnxStatistics } from "./onnxBackend";
export { type OnnxSettings, type RegisteredOnnx, registerOnnx } from "./startOnnx";
