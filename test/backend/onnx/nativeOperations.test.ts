import { describe, expect, it } from "vitest";
import { findNative } from "../../../packages/tfjs-onnxruntime/src/stages/findNative";
import {
  type Convolution,
  convolutionNumbers,
  countsSigns,
  frequencies,
  hasWindows,
  windowNumbers,
} from "../../../packages/tfjs-onnxruntime/src/stages/native";
import {
  attach,
  convolved,
  drawn,
  expectClose,
  gradientOf,
  type Layout,
  Lists,
  layoutOf,
  near,
  recordOf,
} from "./nativeBench";

/** The kernel `[taps, inputs, outputs]` with its taps in the opposite order, and its inputs as outputs. */
const turnedOf = (kernel: Float32Array, taps: number, inputs: number, outputs: number) =>
  kernel.map((_, at) => {
    const [tap, rest] = [Math.floor(at / (inputs * outputs)), at % (inputs * outputs)];
    const [o, i] = [Math.floor(rest / inputs), rest % inputs];
    return kernel[((taps - 1 - tap) * inputs + i) * outputs + o] as number;
  });

/** Numbers between results that are every second pixel of another image. */
const strided = { x: [0, 0], y: [8, 72] } as const;

const tiles = (
  [
    [2, 2, 8, 8],
    [2, 34, 8, 16],
    [34, 2, 16, 8],
    [4, 6, 24, 40],
    [6, 4, 64, 8],
    [8, 8, 128, 24],
    [34, 34, 8, 8],
    [16, 18, 40, 16],
    [12, 10, 16, 64],
  ] as const
).map(([rows, columns, inputs, outputs]) => ({ rows, columns, inputs, outputs }));

describe.runIf(findNative() !== undefined)("native code", () => {
  const layouts = [1, 2, 3, 4, 7, 8, 9, 16, 20, 40].flatMap((outputs, i) =>
    [1, 3, 8, 13].map((inputs, k): Layout => {
      const window = [[1, 3] as const, [3, 3] as const, [5, 5] as const, [1, 1] as const][(i + k) % 4];
      const gaps = k % 2 === 0 ? {} : { gaps: near };
      const stride = 1 + (k % 2);
      return {
        rows: 1 + (i % 4),
        columns: 1 + i * 2 + k,
        inputs,
        outputs,
        window,
        stride,
        ...gaps,
      } as Layout;
    }),
  );

  it.each(layouts)("convolves: $inputs to $outputs channels, windows $window, stride $stride", (layout) => {
    const lists = new Lists();
    const { shape, image, kernel, result } = layoutOf(layout);
    const [x, w, y] = [lists.put(drawn(image)), lists.put(drawn(kernel)), lists.empty(result)];
    lists.run("convolution", convolutionNumbers(shape), [x, w, y], y);
    expectClose(y, convolved(shape, x, w, result), 1e-6, "result");
    const [dy, dw] = [lists.put(drawn(result)), lists.put(drawn(kernel))];
    const expected = gradientOf(shape, x, dy, dw);
    lists.run("gradient", convolutionNumbers(shape), [x, dy, dw], dw);
    expectClose(dw, expected, 1e-6, "gradient");
  });

  it.each(tiles)(
    "makes windows of few products: $rows x $columns, $inputs to $outputs channels",
    (extents) => {
      for (const more of [{}, { start: [1, 2], gaps: near }, { rest: [1, 3], gaps: strided }] as const) {
        const lists = new Lists();
        const { shape, image, kernel, result, size } = layoutOf({
          ...extents,
          ...more,
          window: [3, 3],
          stride: 1,
        });
        expect(hasWindows(shape)).toBe(true);
        const [x, w] = [lists.put(drawn(image)), lists.put(drawn(kernel))];
        const [turned, y] = [lists.empty(frequencies * size), lists.empty(result)];
        lists.run("turning", [9, extents.outputs, extents.inputs, 1], [w, turned], turned);
        lists.run("windows", convolutionNumbers(shape), [x, turned, y], y);
        const plain = turnedOf(w, 9, extents.outputs, extents.inputs);
        expectClose(y, convolved(shape, x, plain, result), 1e-5, "result");
      }
    },
  );

  it.each(tiles)("joins gradients of windows: $rows x $columns, $inputs to $outputs channels", (extents) => {
    for (const [threads, more] of [
      [1, {}],
      [3, { start: [1, 2], gaps: near }],
      [2, { rest: [1, 3] }],
    ] as const) {
      // biome-ignore format: a list
      const lists = new Lists();
      const { shape, image, kernel, result, size } = layoutOf({
        ...extents,
        ...more,
        window: [3, 3],
        stride: 1,
      });
      const step = frequencies * size + 24;
      const sums = lists.empty(threads * step);
      let expected = new Float64Array(kernel);
      for (let thread = 0; thread < threads; thread++) {
        const own = sums.subarray(thread * step, thread * step + frequencies * size).fill(0);
        for (let k = 0; k < 2; k++) {
          const [x, dy] = [lists.put(drawn(image)), lists.put(drawn(result))];
          lists.run("windowsGradient", convolutionNumbers(shape), [x, dy, own], own);
          expected = gradientOf(shape, x, dy, expected);
        }
      }
      const dw = lists.empty(kernel);
      lists.run("joining", [size, threads, step], [sums, dw], dw);
      expectClose(dw, expected, 1e-5, "gradient");
    }
  });

  it.each([
    [1, 3, 5],
    [9, 4, 4],
    [9, 8, 13],
    [25, 17, 6],
    [3, 16, 2],
    [9, 24, 20],
    [4, 19, 40],
    [9, 1, 9],
  ])(
    // biome-ignore format: a list
    "turns kernels: %i taps, %i to %i channels",
    (taps, inputs, outputs) => {
      const lists = new Lists();
      const w = lists.put(drawn(taps * inputs * outputs));
      const turned = lists.empty(w.length);
      lists.run("turning", [taps, inputs, outputs, 0], [w, turned], turned);
      expect(turned).toEqual(turnedOf(w, taps, inputs, outputs));
    },
  );

  const { shape: dense } = layoutOf({
    rows: 4,
    columns: 6,
    inputs: 8,
    outputs: 8,
    window: [3, 3],
    stride: 1,
  });
  const coarse = layoutOf({ rows: 4, columns: 6, inputs: 8, outputs: 8, window: [3, 3], stride: 2 }).shape;
  const { taps } = dense;

  it.each<[string, Partial<Convolution>, boolean, boolean]>([
    ["as they are", {}, true, true],
    ["odd rows", { rows: 3 }, false, true],
    ["odd columns", { columns: 5 }, false, true],
    ["few channels that go in", { inputs: 4 }, false, false],
    ["few channels that go out", { outputs: 4 }, false, false],
    ["a stride", coarse, false, true],
    ["taps in another order", { taps: [...taps].reverse() }, false, true],
    ["a tap missing", { taps: taps.slice(1) }, false, true],
    ["one tap", { taps: taps.slice(0, 1) }, false, false],
    ["more taps than bytes count", { taps: Array(32).fill(taps[0]) }, false, false],
    ["more products than are counted", { inputs: 1824 }, false, false],
  ])("knows what it may be asked for: %s", (_, change, windows, signs) => {
    expect([hasWindows({ ...dense, ...change }), countsSigns({ ...dense, ...change })]).toEqual([
      windows,
      signs,
    ]);
  });

  const numbers = convolutionNumbers(dense);
  const seen = windowNumbers({ height: 3, width: 3, imageRows: 6, imageColumns: 8, rowStride: 1, columnStride: 1, zeros: [0, 0, 0, 0] }); // biome-ignore format: a list
  const good = [
    ["convolution", numbers],
    ["gradient", numbers],
    ["windows", numbers],
    ["windowsGradient", numbers],
    ["turning", [9, 8, 8, 1]],
    ["joining", [64, 2, 2000]],
    ["imagePacking", [4, 4, 8, 8, 32]],
    ["kernelPacking", [9, 8, 8]],
    ["signs", [...seen, ...numbers]],
    ...(["average", "averageGradient", "largest", "largestGradient"] as const).map(
      (kind) => [kind, [4, 4, 8, 4, 4, 3, 3, 1, 1, 1, 1, 8, 32, 8, 32]] as const,
    ),
  ] as const;
  const refuses = (record: readonly number[]) =>
    expect(() => attach(new Uint8Array(64), record), `[${record.join()}]`).toThrow(
      "Int32Array of operations",
    );

  it.each(good)("refuses records that are not whole: %s", (kind, numbers) => {
    const all = recordOf(kind, numbers);
    expect(attach(new Uint8Array(64), [...all, ...all])).toBeTypeOf("function");
    for (let length = 1; length < all.length; length++) refuses(all.slice(0, length));
    for (let count = 0; count < numbers.length; count++) refuses(recordOf(kind, numbers.slice(0, count)));
    for (const more of [[0], [0, 0], [1, 1, 1]]) refuses(recordOf(kind, [...numbers, ...more]));
    refuses([all[0] as number, -1, ...numbers]);
    refuses([...all, 0]);
  });

  it.each([-1, 1000, 2 ** 31 - 1, -(2 ** 31)])("refuses records of a kind that is none: %i", (kind) => {
    for (const [, numbers] of good) refuses([kind, numbers.length, ...numbers]);
  });

  it.each([...(["convolution", "gradient", "windows", "windowsGradient", "signs"] as const)])(
    "refuses convolutions without taps or channels: %s",
    (kind) => {
      const before = kind === "signs" ? seen : [];
      for (const change of [{ taps: [] }, { outputs: 0 }, { outputs: -8 }, { inputs: 0 }, { inputs: -8 }])
        refuses(recordOf(kind, [...before, ...convolutionNumbers({ ...dense, ...change })]));
    },
  );

  it.each([
    ["turning", [9, 3, 5, 1]],
    ["turning", [8, 8, 8, 1]],
    ["joining", [63, 2, 2000]],
    ["imagePacking", [4, 4, 0, 8, 32]],
    ["imagePacking", [4, 4, -8, 8, 32]],
    ["kernelPacking", [9, 8, 0]],
    ["kernelPacking", [9, 8, -8]],
    ["kernelPacking", [9, 0, 8]],
    ["kernelPacking", [9, -8, 8]],
  ] as const)("refuses %s of [%s]", (kind, numbers) => refuses(recordOf(kind, numbers)));

  it("refuses numbers of operations that are not there, and other lists", () => {
    const [kind, numbers] = good[0];
    const run = attach(new Uint8Array(64), recordOf(kind, numbers));
    for (const number of [1, 2 ** 32 - 1]) expect(() => run(number, 0, 0, 0, 0, 0)).toThrow(RangeError);
    expect(() => attach(new Float32Array(4) as unknown as Uint8Array, [])).toThrow(TypeError);
  });
});
