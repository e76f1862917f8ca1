import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTensorFile, type StoredTensor, writeTensorFile } from "../../lib/util/tensorFile";
import { temporaryFolder } from "../helpers/tinySearch";

const path = join(temporaryFolder(), "x.safetensors");
const tensors = new Map<string, StoredTensor>([
  ["a", { shape: [2, 2], values: new Float32Array([1, -2, 3.5, 1e-30]) }],
  ["empty", { shape: [0], values: new Float32Array(0) }],
  ["é", { shape: [3], values: new Int32Array([1, -2, 3]) }],
]);

describe("tensor files", () => {
  it("give back every tensor bit for bit, and the metadata", () => {
    writeTensorFile(path, tensors, { note: "x" });
    const read = readTensorFile(path);
    expect(read.tensors).toEqual(tensors);
    expect(read.metadata).toEqual({ note: "x" });
  });

  it("are laid out as the safetensors format says: header length, JSON, values at their offsets", () => {
    writeTensorFile(path, tensors, {});
    const bytes = readFileSync(path);
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
    expect(length % 8).toBe(0);
    expect(header.a).toEqual({ dtype: "F32", shape: [2, 2], data_offsets: [0, 16] });
    expect(bytes.readFloatLE(8 + length + 8)).toBe(3.5);
    expect(header["é"].dtype).toBe("I32");
    expect(bytes.readInt32LE(8 + length + header["é"].data_offsets[0] + 4)).toBe(-2);
  });

  it("say what is wrong with a missing, truncated or foreign file", () => {
    expect(() => readTensorFile(`${path}.none`)).toThrow(
      "expected a checkpoint file, could not read it: ENOENT",
    );
    writeTensorFile(path, tensors, {});
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 1));
    expect(() => readTensorFile(path)).toThrow(
      `tensor "é" should end at byte ${bytes.length}, the file ends at ${bytes.length - 1}`,
    );
    writeFileSync(path, bytes.subarray(0, 40));
    expect(() => readTensorFile(path)).toThrow("the file ends at 40");
    writeFileSync(path, "abc");
    expect(() => readTensorFile(path)).toThrow("expected at least 8 bytes, got 3");
    writeFileSync(path, Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 0, 0, 0]), Buffer.from("nope")]));
    expect(() => readTensorFile(path)).toThrow("its header is not JSON");
  });
});
