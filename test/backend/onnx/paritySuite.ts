import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { tf } from "../../../lib/backend";
import type { OnnxBackend } from "../../../packages/tfjs-onnxruntime/src/onnxBackend";
import { type Case, expectParity, type Inputs, startOnnx } from "./onnxBench";

let backend: OnnxBackend;
/** Tensors and bytes that were there before: files share a process, and some leave theirs. */
let before = { tensors: 0, bytes: 0 };
/** What the back end has warned of since the test began. */
export const warnings: string[] = [];

/** Starts the back end of a file of parity tests, and looks at the end of it that no value is left behind. */
export function paritySuite(body: () => void): void {
  beforeAll(async () => {
    backend = await startOnnx();
    before = { tensors: tf.memory().numTensors, bytes: backend.statistics().bytes };
    vi.spyOn(console, "warn").mockImplementation((text: string) => void warnings.push(text));
  });
  afterEach(() => {
    warnings.length = 0;
  });
  body();
  describe("after all this", () => {
    it("no value is left behind", () => {
      expect(tf.memory().numTensors).toBe(before.tensors);
      expect(backend.statistics().pending).toBe(0);
      expect(backend.statistics().bytes - before.bytes).toBeLessThan(1e6);
    });
  });
}

export const image = (i: Inputs, ...shape: [number, number, number, number]) =>
  i.normals(...shape) as tf.Tensor4D;

/** One test a case: the cpu back end's numbers, by a graph of its own. */
export function cases(table: Readonly<Record<string, Case>>, tolerance?: number): void {
  it.each(Object.entries(table))("%s", async (_, run) => {
    await expectParity(run, tolerance);
    expect(warnings, "kernels that fell back to the cpu").toEqual([]);
  });
}
