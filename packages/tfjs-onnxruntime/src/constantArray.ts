import type { OnnxType } from "./onnxModel";

/** `count` equal entries as the bytes of an ONNX constant of that type. */
export function constantArray(type: OnnxType, count: number, value: number): ArrayBufferView {
  if (type === "float32") return new Float32Array(count).fill(value);
  if (type === "float64") return new Float64Array(count).fill(value);
  if (type === "int64") return new BigInt64Array(count).fill(BigInt(value));
  return type === "bool" ? new Uint8Array(count).fill(value) : new Int32Array(count).fill(value);
}
