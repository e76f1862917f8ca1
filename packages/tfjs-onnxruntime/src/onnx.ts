/** ONNX files alone, without a back end: graphs written to bytes and read from them. */
export {
  bytesOfType,
  encodeOnnx,
  type OnnxAbout,
  type OnnxAttribute,
  type OnnxConstant,
  type OnnxGraph,
  type OnnxNode,
  type OnnxType,
  type OnnxValueInfo,
} from "./onnxModel";
export { decodeOnnx } from "./readOnnx";
