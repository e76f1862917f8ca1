import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { tf } from "../../../lib/backend";
import type { OnnxBackend } from "../../../packages/tfjs-onnxruntime/src/onnxBackend";
import { lazyKernels } from "../../../packages/tfjs-onnxruntime/src/registerOnnxKernels";
import { startOnnx } from "./onnxBench";

describe.each([false, true])("the lazy back end, in a thread of its own: %s", (thread) => {
  const name = `onnx-${thread}`;
  let backend: OnnxBackend;
  beforeAll(async () => {
    backend = await startOnnx({ thread, maxPending: 1000, maxPrograms: 4 }, name);
  });
  afterEach(async () => {
    expect(tf.memory().numTensors, "tensors left behind").toBe(0);
    await backend.settled();
    expect(backend.statistics().bytes, "bytes of buffers left behind").toBe(0);
  });

  const counts = async () => {
    await backend.settled();
    const { compiles, hits, runs, pending } = backend.statistics();
    return { compiles, hits, runs, pending };
  };
  const difference = (a: Record<string, number>, b: Record<string, number>) =>
    Object.fromEntries(Object.keys(a).map((key) => [key, (b[key] as number) - (a[key] as number)]));

  /** A few operations on two images; reads the sum. */
  const step = (scale: number, seed: number) =>
    tf.tidy(() => {
      const x = tf.tensor1d(Float32Array.from({ length: 300 }, (_, i) => i + seed));
      return tf.sum(tf.mul(tf.add(x, scale), scale)).dataSync()[0] as number;
    });
  const stepByHand = (scale: number, seed: number) => 300 * scale * (scale + seed + 149.5);

  it("computes nothing before a value is read, and then everything at once", async () => {
    const before = await counts();
    const [x, y, z] = tf.tidy(() => {
      const a = tf.tensor1d([1, 2, 3]);
      return [a, tf.square(a), tf.exp(tf.neg(a))];
    }) as [tf.Tensor, tf.Tensor, tf.Tensor];
    expect(difference(before, await counts())).toMatchObject({ compiles: 0, runs: 0, pending: 3 });
    expect(Array.from(y.dataSync())).toEqual([1, 4, 9]);
    expect(difference(before, await counts())).toMatchObject({ compiles: 1, runs: 1, pending: 0 });
    expect(z.dataSync()[0]).toBeCloseTo(Math.exp(-1));
    expect(difference(before, await counts())).toMatchObject({ runs: 1 });
    tf.dispose([x, y, z]);
  });

  it("compiles a step once, however its inputs and numbers change", async () => {
    expect(step(2, 0)).toBeCloseTo(stepByHand(2, 0), 0);
    const before = await counts();
    for (const scale of [3, 0.5, -7]) expect(step(scale, scale)).toBeCloseTo(stepByHand(scale, scale), 0);
    expect(difference(before, await counts())).toMatchObject({ compiles: 0, hits: 3, runs: 3 });
  });

  it("tells graphs apart by attributes, shapes, types, wiring and what is held", async () => {
    const x = tf.tensor2d([
      [1, 2],
      [3, 4],
    ]);
    const compiled = async (run: () => tf.Tensor | tf.Tensor[]) => {
      const before = await counts();
      const results = tf.tidy(() => [run()].flat());
      const values = results.map((y) => Array.from(y.dataSync()));
      tf.dispose(results);
      return [difference(before, await counts())["compiles"], ...values];
    };
    expect(await compiled(() => tf.sum(x, 0))).toEqual([1, [4, 6]]);
    expect(await compiled(() => tf.sum(x, 0))).toEqual([0, [4, 6]]);
    expect(await compiled(() => tf.sum(x, 1))).toEqual([1, [3, 7]]);
    expect(await compiled(() => tf.sum(tf.reshape(x, [4, 1]), 0))).toEqual([1, [10]]);
    expect(await compiled(() => tf.sub(x, tf.square(x)))).toEqual([1, [0, -2, -6, -12]]);
    expect(await compiled(() => tf.sub(tf.square(x), x))).toEqual([1, [0, 2, 6, 12]]);
    expect(
      await compiled(() => {
        const a = tf.square(x);
        return [tf.sub(a, x), a];
      }),
    ).toEqual([1, [0, 2, 6, 12], [1, 4, 9, 16]]);
    expect(await compiled(() => tf.leakyRelu(tf.neg(x), Infinity))).toEqual([
      1,
      [-Infinity, -Infinity, -Infinity, -Infinity],
    ]);
    x.dispose();
  });

  it("never computes what was disposed of before it was needed", async () => {
    const x = tf.tensor1d([1, 2]);
    tf.tidy(() => void tf.matMul(tf.reshape(x, [1, 2]), tf.reshape(x, [2, 1])));
    const before = await counts();
    expect(Array.from(tf.tidy(() => tf.neg(x).dataSync()))).toEqual([-1, -2]);
    expect(backend.statistics().operators).toBe(difference(before, await counts())["runs"] === 1 ? 2 : -1);
    x.dispose();
  });

  it("keeps the numbers of a tensor that is disposed of while something pending reads it", async () => {
    const x = tf.tensor1d(Float32Array.from({ length: 1000 }, (_, i) => i));
    const squares = tf.square(x);
    squares.dataSync();
    x.dispose();
    const sum = tf.sum(squares);
    squares.dispose();
    expect(sum.dataSync()[0]).toBeCloseTo(332833500, -4);
    sum.dispose();
  });

  it("copies what it is given: the caller's array may change before anything is computed", () => {
    for (const size of [3, 1000, 100_000]) {
      const values = new Float32Array(size).fill(2);
      const x = tf.tensor1d(values);
      const y = tf.tidy(() => tf.add(x, 1));
      values.fill(50);
      expect(y.dataSync()[size - 1]).toBe(3);
      expect(x.dataSync()[0]).toBe(2);
      tf.dispose([x, y]);
    }
  });

  it("gives arrays that are the reader's: writing into them changes no tensor", async () => {
    const x = tf.tidy(() => tf.neg(tf.tensor1d([1, 2])));
    (x.dataSync() as Float32Array).fill(9);
    ((await x.data()) as Float32Array).fill(9);
    expect(Array.from(x.dataSync())).toEqual([-1, -2]);
    x.dispose();
  });

  it("computes unasked when too much is pending", async () => {
    let x: tf.Tensor = tf.scalar(0);
    for (let i = 0; i < 2500; i++) {
      const before: tf.Tensor = x;
      const next = tf.tidy(() => tf.add(before, 1));
      x.dispose();
      x = next;
    }
    expect((await counts()).pending).toBeLessThanOrEqual(1000);
    expect(x.dataSync()[0]).toBe(2500);
    x.dispose();
  });

  it("forgets the graph used longest ago, and compiles it again when it is needed", async () => {
    const run = (size: number) =>
      tf.tidy(() => tf.neg(tf.tensor1d(new Float32Array(size).fill(1))).dataSync()[0]);
    for (const size of [11, 12, 13, 14, 15]) expect(run(size)).toBe(-1);
    expect(backend.statistics().programs).toBe(4);
    const before = await counts();
    expect(run(15)).toBe(-1);
    expect(difference(before, await counts())).toMatchObject({ compiles: 0 });
    expect(run(11)).toBe(-1);
    expect(difference(before, await counts())).toMatchObject({ compiles: 1 });
  });

  it("keeps no memory for results of graphs it has forgotten", async () => {
    const run = (size: number) =>
      tf.tidy(() => tf.neg(tf.tensor1d(Float32Array.from({ length: size }, (_, i) => i))).dataSync()[1]);
    for (let size = 10_000; size < 10_020; size++) expect(run(size)).toBe(-1);
    await backend.settled();
    // Four graphs are kept, with one result each.
    expect(backend.statistics().pooledBytes).toBeLessThanOrEqual(4 * 4 * 10_020);
  });

  it("lets graphs keep their memory as long as all of it is little", async () => {
    const small = await startOnnx({ thread, maxPrograms: 4, keptBytes: 30_000 }, `${name}-small`);
    try {
      // Two values of 4 · size bytes at once.
      const run = (size: number) =>
        tf.tidy(
          () => tf.exp(tf.neg(tf.tensor1d(Float32Array.from({ length: size }, (_, i) => i)))).dataSync()[0],
        );
      const kept = (size: number) => {
        expect(run(size)).toBe(1);
        return small.statistics().keptBytes;
      };
      const first = kept(1000);
      expect(first).toBeGreaterThan(0);
      const both = kept(1001);
      expect(both).toBeGreaterThan(first);
      expect(kept(4000)).toBe(both);
      expect(kept(1000)).toBe(both);
      // What has not run for hundreds of calls makes room for what is new; what runs keeps its own.
      for (let i = 0; i < 260; i++) run(1000);
      expect(kept(1800)).toBeGreaterThan(both);
      const { compiles } = small.statistics();
      run(1000);
      expect(small.statistics().compiles).toBe(compiles);
      run(1001);
      expect(small.statistics().compiles).toBe(compiles + 1);
      // The others are forgotten, what they kept with them.
      for (const size of [4001, 4002, 4003, 4004]) run(size);
      expect(small.statistics().keptBytes).toBeLessThanOrEqual(30_000);
      expect(small.statistics().keptBytes).not.toBe(both);
    } finally {
      await tf.setBackend(name);
    }
  });

  it("trains 1,000 steps without growing", async () => {
    const w = tf.tidy(() => tf.variable(tf.fill([30, 30], 0.1)));
    const optimizer = tf.train.adam(1e-3);
    const train = async () => {
      const loss = optimizer.minimize(
        () => tf.mean(tf.square(tf.sub(tf.matMul(w as tf.Tensor2D, w as tf.Tensor2D), 1))),
        true,
        [w],
      );
      await (loss as tf.Scalar).data();
      loss?.dispose();
    };
    for (let i = 0; i < 3; i++) await train();
    const before = { ...backend.statistics(), ids: backend.numDataIds(), tensors: tf.memory().numTensors };
    // A leak grows in both halves; garbage that waits to be collected does not.
    const grown: number[] = [];
    for (let i = 0; i < 300; i++) await train();
    // Without JavaScript's heap, whose size is the collector's choice.
    const outside = () => {
      const { rss, heapTotal } = process.memoryUsage();
      return rss - heapTotal;
    };
    for (let half = 0; half < 2; half++) {
      const memory = outside();
      for (let i = 0; i < 350; i++) await train();
      grown.push(outside() - memory);
    }
    expect(Math.min(...grown), "bytes of the process").toBeLessThan(24 * 2 ** 20);
    const after = { ...backend.statistics(), ids: backend.numDataIds(), tensors: tf.memory().numTensors };
    expect(after).toMatchObject({
      bytes: before.bytes,
      ids: before.ids,
      tensors: before.tensors,
      compiles: before.compiles,
      pooledBytes: before.pooledBytes,
    });
    optimizer.dispose();
    tf.disposeVariables();
    tf.dispose(w);
  });

  it("names the operator that failed, what it reads and where its numbers come from", async () => {
    const wrong = lazyKernels.find((kernel) => kernel.name === "Cumsum");
    const lower = vi.spyOn(wrong as NonNullable<typeof wrong>, "lower").mockImplementation((g, inputs) => [
      g.emit("Conv", [inputs["x"] as never, inputs["x"] as never], [2, 3], {
        attributes: { group: { int: 7 } },
      }),
    ]);
    const x = tf.tensor2d([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const y = tf.cumsum(x, 1);
    const message =
      /^onnx: a graph of \d+ operators failed: .*Operator: Conv_\d+\(\S+ float32\[2, 3\], \S+ float32\[2, 3\]\) -> \S+ float32\[2, 3\], attributes \{"group":\{"int":7\}\}\.$/s;
    expect(() => y.dataSync()).toThrow(message);
    await expect(y.data()).rejects.toThrow(message);
    const z = tf.neg(y);
    expect(() => z.dataSync(), "what is computed from it fails with the same error").toThrow(/Conv_\d+/);
    lower.mockRestore();
    tf.dispose([x, y, z]);
  });

  it("keeps tfjs's own messages for bad shapes", () => {
    const [a, b] = [tf.zeros([2, 3]), tf.zeros([4, 5])];
    expect(() => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D)).toThrow(
      "inner shapes (3) and (4) of Tensors with shapes 2,3 and 4,5",
    );
    expect(() => tf.add(a, b)).toThrow("Operands could not be broadcast together with shapes 2,3 and 4,5.");
    expect(() => tf.reshape(a, [7])).toThrow("Size(6) must match the product of shape 7");
    tf.dispose([a, b]);
  });
});

describe("a device in a thread", () => {
  it("leaves the event loop alive while a graph runs, and still answers synchronously", async () => {
    await startOnnx({ thread: true, threads: 1 }, "onnx-alive");
    const run = () =>
      tf.tidy(() => {
        let x = tf.fill([700, 700], 1e-3) as tf.Tensor2D;
        for (let i = 0; i < 12; i++) x = tf.matMul(x, tf.add(x, 1e-3) as tf.Tensor2D);
        return tf.sum(x);
      });
    const sync = run();
    const expected = sync.dataSync()[0];
    const other = run();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 2);
    const got = (await other.data())[0];
    clearInterval(timer);
    expect(got).toBe(expected);
    expect(ticks).toBeGreaterThan(3);
    tf.dispose([sync, other]);
  });
});
