import { describe, it } from "vitest";
import { findNative } from "../../../packages/tfjs-onnxruntime/src/stages/findNative";
import {
  convolutionNumbers,
  signImageLength,
  signKernelLength,
  windowNumbers,
} from "../../../packages/tfjs-onnxruntime/src/stages/native";
import {
  convolved,
  drawnSign,
  drawnSize,
  expectClose,
  type Layout,
  Lists,
  layoutOf,
  near,
} from "./nativeBench";

/** Sizes of so many channels, of which neighbours are alike. */
function sizesOf(channels: number, alike: number): number[] {
  const units = Array.from({ length: Math.ceil(channels / alike) }, drawnSize);
  return Array.from({ length: channels }, (_, i) => units[Math.floor(i / alike)] as number);
}

interface Signs {
  readonly layout: Layout;
  /** Rows and columns of zeros around the image: top, left, bottom, right. */
  readonly zeros: readonly [number, number, number, number];
  /** Neighbouring channels whose sizes are alike; {@link all} of them. */
  readonly alike: readonly [image: number, kernel: number];
  /** Whether bits may be counted. */
  readonly counts: boolean;
  /** Changes the image, of which `at` is a number's place by row, column and channel, and the kernel. */
  readonly change?: (x: Float32Array, at: (...place: number[]) => number, w: Float32Array) => void;
}

const all = 1024;

type Change = NonNullable<Signs["change"]>;

function expectSigns({ layout, zeros, alike, counts, change }: Signs): void {
  const { shape, imageRows, imageColumns, pixelStep, rowStep, ...sizes } = layoutOf(layout);
  const { inputs, outputs, taps } = shape;
  const [top, left, bottom, right] = zeros;
  const inner = { rows: imageRows - top - bottom, columns: imageColumns - left - right, channels: inputs };
  const lists = new Lists();
  const [x, w] = [lists.empty(sizes.image), lists.empty(sizes.kernel)];
  const at = (row: number, column: number, channel: number) => row * rowStep + column * pixelStep + channel;
  for (let row = 0; row < imageRows; row++)
    for (let column = 0; column < imageColumns; column++)
      x.fill(0, at(row, column, 0), at(row, column, inputs));
  const own = sizesOf(inputs, alike[0]);
  for (let row = 0; row < inner.rows; row++)
    for (let column = 0; column < inner.columns; column++)
      for (let i = 0; i < inputs; i++) x[at(row + top, column + left, i)] = drawnSign() * (own[i] as number);
  const factors = Array.from({ length: outputs }, () => sizesOf(inputs, alike[1]));
  for (let k = 0; k < w.length; k++)
    w[k] = drawnSign() * (factors[k % outputs]?.[Math.floor(k / outputs) % inputs] as number);
  change?.(x, (row = 0, column = 0, channel = 0) => at(row + top, column + left, channel), w);
  const expected = convolved(shape, x, w, sizes.result);
  const ofOneSize = alike.every((one) => one === all) && counts && !change;
  if (ofOneSize) {
    const sums = convolved(shape, x.map(Math.sign), w.map(Math.sign), sizes.result);
    const { yStep } = shape;
    for (const [k, sum] of sums.entries()) {
      const output = (k % shape.yRow) % yStep;
      expected[k] = Math.fround(Math.fround((own[0] as number) * (factors[output]?.[0] as number)) * sum);
    }
  }
  const image = lists.empty(signImageLength(inner));
  const start = x.subarray(at(top, left, 0));
  const packing = [inner.rows, inner.columns, inputs, pixelStep, rowStep];
  lists.run("imagePacking", packing, [start, image], image);
  const kernel = lists.empty(signKernelLength(taps.length, inputs, outputs));
  lists.run("kernelPacking", [taps.length, inputs, outputs], [w, kernel], kernel);
  // What is not read need not be there.
  if (counts) for (const list of [x, w]) list.fill(Number.NaN);
  const window = {
    ...{ height: layout.window[0], width: layout.window[1], imageRows, imageColumns, zeros },
    ...{ rowStride: layout.down ?? layout.stride, columnStride: layout.stride },
  };
  const y = lists.empty(sizes.result);
  lists.run("signs", [...windowNumbers(window), ...convolutionNumbers(shape)], [x, w, y, image, kernel], y);
  const place = JSON.stringify({ ...layout, zeros, alike });
  expectClose(y, expected, ofOneSize ? 0 : counts ? 1e-6 : 1e-5, place);
}

const extents = { rows: 6, columns: 8 };

/** Changes channels of all pixels. */
function eachPixel(
  x: Float32Array,
  at: Parameters<Change>[1],
  first: number,
  end: number,
  number: () => number,
) {
  for (let row = 0; row < extents.rows; row++)
    for (let column = 0; column < extents.columns; column++)
      for (let i = first; i < end; i++) x[at(row, column, i)] = number();
}

/** Changes channels that go in at all taps. */
function eachFactor(w: Float32Array, first: number, end: number, number: () => number) {
  for (let k = 0; k < w.length; k++)
    if ((k / 20) % 20 >= first && Math.floor(k / 20) % 20 < end) w[k] = number();
}

/** How many neighbouring channels of the image, and of the kernel, have one size, and whether bits may be counted then. */
const alikes: readonly [image: number, kernel: number, counts: boolean][] = [
  [all, all, true],
  [all, 16, true],
  [16, all, true],
  [8, all, true],
  [all, 8, true],
  [4, all, true],
  [all, 4, true],
  [16, 16, true],
  [16, 8, true],
  [4, 16, true],
  [8, 4, true],
  [12, 4, true],
  [1, all, false],
  [all, 1, false],
  [6, all, false],
  [2, 1, false],
  [all, 2, false],
];
const windows: readonly Layout["window"][] = [
  [3, 3],
  [1, 3],
  [5, 5],
  [3, 3],
  [2, 3],
];
const sides: readonly Signs["zeros"][] = [
  [0, 0, 0, 0],
  [1, 1, 1, 1],
  [2, 0, 0, 1],
  [0, 3, 1, 0],
  [0, 0, 2, 3],
  [2, 2, 1, 2],
];

/** What is done to images of {@link extents}, 20 channels each, and to kernels of 9 taps and 20 filters. */
const changes: [what: string, counts: boolean, Change][] = [
  ["four channels are zeros", true, (x, at) => eachPixel(x, at, 4, 8, () => 0)],
  [
    "four channels are zeros of either sign",
    true,
    (x, at) => eachPixel(x, at, 16, 20, () => 0 * drawnSign()),
  ],
  ["all are zeros", true, (x) => x.fill(0)],
  [
    "four rows of the kernel are zeros of either sign",
    true,
    (_x, _at, w) => eachFactor(w, 8, 12, () => 0 * drawnSign()),
  ],
  ["the kernel is zeros", true, (_x, _at, w) => w.fill(0)],
  ["the last pixel is of another size", false, (x, at) => x.set([0.1], at(3, 5, 19))],
  ["the first pixel is of another size", false, (x, at) => x.set([0.1], at(0, 0, 0))],
  ["another size among vectors of eight", false, (x, at) => x.set([-9], at(2, 3, 9))],
  ["a zero among signs", false, (x, at) => x.set([0], at(1, 4, 17))],
  ["a negative zero among signs", false, (x, at) => x.set([-0], at(1, 4, 3))],
  [
    "a sign among zeros",
    false,
    (x, at) => {
      eachPixel(x, at, 0, 4, () => 0);
      x.set([1], at(3, 2, 2));
    },
  ],
  ["a NaN among signs", false, (x, at) => x.set([Number.NaN], at(1, 2, 5))],
  ["a NaN in the first pixel", false, (x, at) => x.set([Number.NaN], at(0, 0, 0))],
  ["a NaN at the end of a pixel", false, (x, at) => x.set([Number.NaN], at(2, 1, 19))],
  ["an infinite number among signs", false, (x, at) => x.set([Number.NEGATIVE_INFINITY], at(2, 1, 8))],
  ["the kernel's last factor is of another size", false, (_x, _at, w) => w.set([0.1], w.length - 1)],
  ["the kernel's first factor is of another size", false, (_x, _at, w) => w.set([0.1], 0)],
  ["a zero in the kernel", false, (_x, _at, w) => w.set([0], 1234)],
  ["a NaN in the kernel", false, (_x, _at, w) => w.set([Number.NaN], 777)],
  ["a NaN at the end of the kernel", false, (_x, _at, w) => w.set([Number.NaN], w.length - 1)],
];

describe.runIf(findNative() !== undefined)("signs in native code", () => {
  it.each([8, 13, 16, 20, 24, 32, 40, 64, 128])("counts signs of %i channels", (inputs) => {
    let count = 0;
    for (const outputs of [8, 9, 16, 20, 32, 40])
      for (const [image, kernel, counts] of alikes) {
        // Every second one will do.
        if (count++ % 2 === 0) continue;
        const made = inputs + (count >> 1);
        const next = <T>(list: readonly T[]): T => list[made % list.length] as T;
        const [stride, down] = [1 + (made % 2), 1 + ((made >> 1) % 2)];
        const rest = made % 4 === 1 ? stride - 1 : 0;
        const layout: Layout = {
          ...{ rows: 4 + (made % 2), columns: inputs < 40 ? 4 + (made % 7) : 5, inputs, outputs },
          ...{ window: next(windows), stride, down, rest: [rest, rest] },
          ...(made % 3 === 0 ? { gaps: near } : {}),
        };
        expectSigns({ layout, zeros: next(sides), alike: [image, kernel], counts });
      }
  });

  it.each(changes)("counts signs, or not: %s", (_, counts, change) => {
    const layout: Layout = { rows: 4, columns: 6, inputs: 20, outputs: 20, window: [3, 3], stride: 1 };
    const rest = [2, 2] as const;
    for (const alike of [all, 16, 8, 4])
      for (const around of [
        { layout, zeros: [0, 0, 0, 0] },
        { layout: { ...layout, rest }, zeros: [1, 1, 1, 1] },
      ] as const)
        expectSigns({ ...around, alike: [alike, alike], counts, change });
  });
});
