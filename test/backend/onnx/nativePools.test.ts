import { describe, it } from "vitest";
import { findNative } from "../../../packages/tfjs-onnxruntime/src/stages/findNative";
import { drawn, expectClose, Lists } from "./nativeBench";

interface Pool {
  readonly extents: readonly [rows: number, columns: number, channels: number];
  readonly window: readonly [height: number, width: number];
  readonly strides: readonly [down: number, across: number];
  /** By how far the first window begins outside, and how far the last may reach. */
  readonly before: readonly [top: number, left: number];
  readonly after: readonly [bottom: number, right: number];
}

const pools: Pool[] = [
  { extents: [8, 8, 16], window: [3, 3], strides: [1, 1], before: [1, 1], after: [1, 1] },
  { extents: [8, 6, 12], window: [3, 3], strides: [2, 2], before: [0, 0], after: [1, 1] },
  { extents: [7, 9, 3], window: [3, 2], strides: [2, 1], before: [1, 0], after: [1, 0] },
  { extents: [5, 5, 1], window: [2, 2], strides: [1, 2], before: [0, 0], after: [0, 0] },
  { extents: [6, 6, 5], window: [5, 5], strides: [1, 1], before: [2, 2], after: [2, 2] },
  { extents: [4, 4, 8], window: [2, 2], strides: [2, 2], before: [0, 0], after: [0, 0] },
];

/** Numbers behind each pixel and each row that belong to others. */
const gaps = { x: [3, 5], y: [2, 7] } as const;

function layoutOf({ extents, window, strides, before, after }: Pool) {
  const [rows, columns, channels] = extents;
  const count = (axis: 0 | 1) =>
    Math.floor((extents[axis] + before[axis] + after[axis] - window[axis]) / strides[axis]) + 1;
  const made = [count(0), count(1)] as const;
  const [xPixel, yPixel] = [channels + gaps.x[0], channels + gaps.y[0]];
  const [xRow, yRow] = [columns * xPixel + gaps.x[1], made[1] * yPixel + gaps.y[1]];
  const numbers = [...made, channels, rows, columns, ...window, ...strides, ...before];
  return {
    made,
    xPixel,
    xRow,
    yPixel,
    yRow,
    numbers: [...numbers, xPixel, xRow, yPixel, yRow],
    ofGradient: [...numbers, channels, columns * channels, yPixel, yRow],
    image: rows * xRow,
    result: made[0] * yRow,
  };
}

/** `body(pixels of the window, place of its result)` of each channel, pixels by row and column. */
function eachWindow(
  pool: Pool,
  body: (pixels: [number, number][], y: number, channel: number) => void,
): void {
  const { extents, window, strides, before } = pool;
  const { made, yPixel, yRow } = layoutOf(pool);
  for (let row = 0; row < made[0]; row++)
    for (let column = 0; column < made[1]; column++) {
      const pixels: [number, number][] = [];
      for (let high = 0; high < window[0]; high++)
        for (let wide = 0; wide < window[1]; wide++) {
          const at: [number, number] = [
            row * strides[0] - before[0] + high,
            column * strides[1] - before[1] + wide,
          ];
          if (at.every((one, axis) => one >= 0 && one < (extents[axis] as number))) pixels.push(at);
        }
      for (let c = 0; c < extents[2]; c++) body(pixels, row * yRow + column * yPixel + c, c);
    }
}

describe.runIf(findNative() !== undefined)("pools in native code", () => {
  it.each(pools)("$extents, windows $window, strides $strides, from $before", (pool) => {
    const { numbers, ofGradient, xPixel, xRow, image, result } = layoutOf(pool);
    const [rows, columns, channels] = pool.extents;
    const lists = new Lists();
    // Of few different numbers, so that several of a window are the largest.
    const x = lists.put(drawn(image).map((one) => Math.round(one * 2)));
    const [mean, most] = [lists.empty(result), lists.empty(result)];
    const dy = lists.put(drawn(result));
    const flat = [lists.empty(rows * columns * channels), lists.empty(rows * columns * channels)] as const;
    const expected = [mean, most].map((one) => Float64Array.from(one));
    const rates = flat.map((one) => new Float64Array(one.length));
    eachWindow(pool, (pixels, y, c) => {
      const values = pixels.map(([row, column]) => x[row * xRow + column * xPixel + c] as number);
      const largest = Math.max(...values);
      (expected[0] as Float64Array)[y] = values.reduce((sum, one) => sum + one, 0) / values.length;
      (expected[1] as Float64Array)[y] = largest;
      const first = values.indexOf(largest);
      pixels.forEach(([row, column], i) => {
        const at = (row * columns + column) * channels + c;
        const rate = dy[y] as number;
        ((rates[0] as Float64Array)[at] as number) += rate / values.length;
        if (i === first) ((rates[1] as Float64Array)[at] as number) += rate;
      });
    });
    lists.run("average", numbers, [x, mean], mean);
    expectClose(mean, expected[0] as Float64Array, 1e-6, "means");
    lists.run("largest", numbers, [x, most], most);
    expectClose(most, expected[1] as Float64Array, 0, "largest");
    lists.run("averageGradient", ofGradient, [dy, flat[0]], flat[0]);
    expectClose(flat[0], rates[0] as Float64Array, 1e-6, "gradient of means");
    lists.run("largestGradient", numbers, [x, dy, flat[1]], flat[1]);
    expectClose(flat[1], rates[1] as Float64Array, 1e-6, "gradient of largest");
  });
});
