import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { cpuEngine } from "../../lib/backend/cpuEngine";
import { findTensorflow } from "../../lib/backend/tensorflow/findTensorflow";
import { restoreNodeUtil } from "../../lib/backend/tensorflow/restoreNodeUtil";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import { expectNoLeak } from "../helpers/expectNoLeak";

describe("findTensorflow", () => {
  let project: string;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "bars-"));
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  function install(folder: string, manifest: object, addon = true): void {
    const place = join(project, folder);
    mkdirSync(join(place, "lib/napi-v8"), { recursive: true });
    writeFileSync(join(place, "package.json"), JSON.stringify({ version: "4.22.0", ...manifest }));
    if (addon) writeFileSync(join(place, "lib/napi-v8/tfjs_binding.node"), "");
  }
  const find = (device: "cpu" | "gpu") => {
    const from = join(project, "lib/backend");
    mkdirSync(from, { recursive: true });
    try {
      return findTensorflow(device, { from });
    } catch (error) {
      return (error as { reason?: string }).reason;
    }
  };
  const real = { name: "@tensorflow/tfjs-node" };

  it("finds nothing in an empty project", () => {
    expect(find("cpu")).toBe("not installed");
    expect(find("gpu")).toBe("not installed");
    expect(() => findTensorflow("cpu", { from: project })).toThrow("not installed");
  });

  it("does not take an alias of another package for tfjs-node", () => {
    install("node_modules/@tensorflow/tfjs-node", { name: "@tensorflow/tfjs" });
    expect(find("cpu")).toBe("not installed");
  });

  it("takes an installed package, and vendor/tfjs-node before it", () => {
    install("node_modules/@tensorflow/tfjs-node", real);
    expect(find("cpu")).toMatchObject({ label: "@tensorflow/tfjs-node", version: "4.22.0", gpu: false });
    install("vendor/tfjs-node", { ...real, bars: { gpu: false } });
    expect(find("cpu")).toMatchObject({
      label: "vendor/tfjs-node",
      folder: join(project, "vendor/tfjs-node"),
    });
  });

  it("demands a build for graphics cards where one is asked for", () => {
    install("vendor/tfjs-node", { ...real, bars: { gpu: false } });
    expect(find("gpu")).toBe("vendor/tfjs-node was built for the processor only");
    install("node_modules/@tensorflow/tfjs-node-gpu", { name: "@tensorflow/tfjs-node-gpu" });
    expect(find("gpu")).toMatchObject({ label: "@tensorflow/tfjs-node-gpu", gpu: true });
    install("vendor/tfjs-node", { ...real, bars: { gpu: true } });
    expect(find("gpu")).toMatchObject({ label: "vendor/tfjs-node", gpu: true });
  });

  it("runs a build for graphics cards on the processor if there is no other", () => {
    install("node_modules/@tensorflow/tfjs-node-gpu", { name: "@tensorflow/tfjs-node-gpu" });
    expect(find("cpu")).toMatchObject({ label: "@tensorflow/tfjs-node-gpu" });
  });

  it("passes over a package whose addon was never downloaded or built", () => {
    install("vendor/tfjs-node", real, false);
    install("node_modules/@tensorflow/tfjs-node", real, false);
    expect(find("cpu")).toBe(
      "vendor/tfjs-node has no native addon, @tensorflow/tfjs-node has no native addon",
    );
  });
});

describe("restoreNodeUtil", () => {
  it("puts back what Node 23 removed", () => {
    const util: Record<string, (value: unknown) => boolean> = {};
    restoreNodeUtil(util, "23.1.0");
    expect([null, undefined, 0].map((value) => util["isNullOrUndefined"]?.(value))).toEqual([
      true,
      true,
      false,
    ]);
    expect([[], {}].map((value) => util["isArray"]?.(value))).toEqual([true, false]);
  });

  it("leaves older versions alone, and replaces what Node 22 warns of", () => {
    const own = () => false;
    const util = { isArray: own, isNullOrUndefined: own };
    restoreNodeUtil(util, "20.20.0");
    expect(util).toEqual({ isArray: own, isNullOrUndefined: own });
    restoreNodeUtil(util, "22.12.0");
    expect(util.isArray).not.toBe(own);
  });
});

const vendored = existsSync(resolve(__dirname, "../../vendor/tfjs-node/package.json"));

describe.skipIf(!vendored)("tfjs-node (skipped where npm run setup:tensorflow has not been run)", () => {
  beforeAll(async () => {
    await startBackend("tfjs-node");
    await cpuEngine.load();
  });

  /** The same numbers from both engines. */
  async function expectParity(compute: (x: tf.Tensor4D) => tf.Tensor): Promise<void> {
    const values = normal(fold(randomKey(0), "x"), 2 * 6 * 7 * 4);
    const results: number[][] = [];
    for (const engine of ["cpu", "tensorflow"]) {
      await tf.setBackend(engine);
      expectNoLeak(() => {
        results.push(tf.tidy(() => Array.from(compute(tf.tensor4d(values, [2, 6, 7, 4])).dataSync())));
      });
    }
    const [expected, actual] = results as [number[], number[]];
    expect(actual.length).toBe(expected.length);
    const scale = Math.max(...expected.map(Math.abs), 1);
    for (const [i, value] of actual.entries())
      expect(Math.abs(value - (expected[i] as number)) / scale).toBeLessThan(1e-5);
  }
  it("uses the one tfjs-core of the library", () => {
    expect(Object.keys(tf.engine().registryFactory)).toEqual(expect.arrayContaining(["cpu", "tensorflow"]));
  });

  it.each([
    ["prelu, whose kernel calls methods of tensors", (x: tf.Tensor4D) => tf.prelu(x, [0.1, 0.2, 0.3, 0.4])],
    ["exp of integers", (x: tf.Tensor4D) => tf.exp(tf.cast(x, "int32"))],
    ["argMax of truth values", (x: tf.Tensor4D) => tf.argMax(tf.greater(x, 0), 3)],
    ["logSoftmax", (x: tf.Tensor4D) => tf.logSoftmax(x)],
    [
      "slice, whose kernel tests for missing values",
      (x: tf.Tensor4D) => tf.slice(x, [0, 1, 2, 3], [-1, 2, 3, 1]),
    ],
    ["topk", (x: tf.Tensor4D) => tf.topk(x, 2).values],
  ] as const)("computes %s as the cpu engine does", async (_, compute) => {
    await expectParity(compute);
  });

  it.each([1, 2])(
    "has the gradients of convolutions, depthwise ones and poolings, stride %i",
    async (stride) => {
      const weights = (x: tf.Tensor4D, shape: [number, number, number, number]) =>
        tf.reshape<tf.Rank.R4>(tf.slice(tf.reshape(x, [-1]), 0, tf.util.sizeFromShape(shape)), shape);
      const losses: ((x: tf.Tensor4D) => tf.Tensor)[] = [
        (x) => tf.conv2d(x, weights(x, [3, 3, 4, 2]), stride, "same"),
        (x) => tf.depthwiseConv2d(x, weights(x, [3, 3, 4, 1]), stride, "same"),
        (x) => tf.avgPool(x, 3, stride, "same"),
        (x) => tf.maxPool(x, 3, stride, "same"),
      ];
      for (const loss of losses)
        await expectParity(tf.grad((x) => tf.sum(tf.square(loss(x as tf.Tensor4D)))));
    },
  );
});
