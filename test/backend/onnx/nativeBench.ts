import { createRequire } from "node:module";
import { expect } from "vitest";
import { randomKey, uniform } from "../../../lib/random/randomKey";
import { findNative } from "../../../packages/tfjs-onnxruntime/src/stages/findNative";
import { type Convolution, callNative } from "../../../packages/tfjs-onnxruntime/src/stages/native";
import type { Place } from "../../../packages/tfjs-onnxruntime/src/stages/schedule";
import type { NativeCode } from "../../../packages/tfjs-onnxruntime/src/stages/stageRunner";

type Kind = Parameters<typeof callNative>[1];

/** A record of native code, as a program has it. */
export function recordOf(kind: Kind, numbers: readonly number[]): number[] {
  const record: number[] = [];
  const code = { int: () => code, call: () => code };
  const module = { operation: (made: readonly number[]) => record.push(...made), outside: () => 0 };
  callNative({ module, code } as unknown as Place, kind, numbers);
  return record;
}

export const attach = (memory: Uint8Array, records: readonly number[]) =>
  (createRequire(__filename)(findNative() as string) as NativeCode).attach(memory, Int32Array.from(records));

/** Numbers in (−1, 1), a few of them again and again. */
const pool = uniform(randomKey(11), 65_521).map((one) => 2 * one - 1);
let taken = 0;
export const draw = (): number => pool[taken++ % pool.length] as number;
export const drawn = (count: number): Float32Array => Float32Array.from({ length: count }, draw);
/** Never 0. */
export const drawnSize = (): number => Math.fround(Math.abs(draw()) + 0.25);
export const drawnSign = (): number => (draw() < 0 ? -1 : 1);

const memory = new Float32Array(1 << 20).fill(Number.NaN);
/** How much of it was used. */
let used = 0;

/** Lists in a memory that is NaN elsewhere, so that what is read or written beside them is seen. */
export class Lists {
  #end = 16;

  /** Those made before are gone. */
  constructor() {
    memory.fill(Number.NaN, 0, used);
  }

  put(numbers: ArrayLike<number>): Float32Array {
    const list = this.empty(numbers.length);
    list.set(numbers);
    return list;
  }

  empty(length: number): Float32Array {
    const list = memory.subarray(this.#end, this.#end + length);
    if (list.length < length) throw new Error("the lists need more memory");
    this.#end += length + 16;
    used = Math.max(used, this.#end);
    return list;
  }

  /** Computes something that writes one list alone. */
  run(kind: Kind, numbers: readonly number[], lists: readonly Float32Array[], target: Float32Array): void {
    const own = [target.byteOffset / 4, target.byteOffset / 4 + target.length] as const;
    const before = memory.slice(0, this.#end);
    const compute = attach(new Uint8Array(memory.buffer), recordOf(kind, numbers));
    compute(0, ...lists.map(({ byteOffset }) => byteOffset), ...Array<number>(5 - lists.length).fill(0));
    const after = memory.slice(0, this.#end);
    for (const all of [before, after]) all.fill(0, ...own);
    expect(Buffer.compare(Buffer.from(after.buffer), Buffer.from(before.buffer)), "written elsewhere").toBe(
      0,
    );
  }
}

/** `body(place of the pixel, of its tap in the kernel, of the result)`. */
function eachTap(s: Convolution, body: (x: number, w: number, y: number) => void): void {
  for (let row = 0; row < s.rows; row++)
    for (let column = 0; column < s.columns; column++)
      for (const { x, w } of s.taps)
        body(x + row * s.xRow + column * s.xStep, w, row * s.yRow + column * s.yStep);
}

/** The numbers of a result, with NaN between its pixels. */
export function convolved(s: Convolution, x: Float32Array, w: Float32Array, length: number): Float64Array {
  const { inputs, outputs } = s;
  const sums = new Float64Array(length).fill(Number.NaN);
  for (let row = 0; row < s.rows; row++)
    for (let column = 0; column < s.columns; column++) {
      const first = row * s.yRow + column * s.yStep;
      sums.fill(0, first, first + outputs);
    }
  eachTap(s, (from, kernel, to) => {
    for (let i = 0; i < inputs; i++) {
      const number = x[from + i] as number;
      for (let o = 0; o < outputs; o++)
        (sums[to + o] as number) += number * (w[kernel + i * outputs + o] as number);
    }
  });
  return sums;
}

/** A kernel's gradient, added to other numbers. */
export function gradientOf(
  s: Convolution,
  x: Float32Array,
  dy: Float32Array,
  before: ArrayLike<number>,
): Float64Array<ArrayBuffer> {
  const { inputs, outputs } = s;
  const sums = Float64Array.from(before);
  eachTap(s, (from, kernel, to) => {
    for (let i = 0; i < inputs; i++) {
      const number = x[from + i] as number;
      for (let o = 0; o < outputs; o++)
        (sums[kernel + i * outputs + o] as number) += number * (dy[to + o] as number);
    }
  });
  return sums;
}

/** Within a share of the largest; NaN and infinite where it must be. */
export function expectClose(
  got: Float32Array,
  expected: Float64Array,
  tolerance: number,
  place: string,
): void {
  const largest = expected.reduce(
    (most, one) => (Number.isFinite(one) ? Math.max(most, Math.abs(one)) : most),
    0,
  );
  const isClose = (one: number, own: number) =>
    Object.is(one, own) || Math.abs(own - one) <= tolerance * largest;
  const off = expected.findIndex((one, k) => !isClose(one, got[k] as number));
  expect(off, `${place}: got ${got[off]}, expected ${expected[off]}, the largest is ${largest}`).toBe(-1);
}

export interface Layout {
  /** Of the result. */
  readonly rows: number;
  readonly columns: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly window: readonly [height: number, width: number];
  /** Across, and down where it is another. */
  readonly stride: number;
  readonly down?: number;
  /** Numbers behind each pixel, and behind each row, that belong to others. */
  readonly gaps?: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  /** Rows and columns of the image before the first window, and behind the last one. */
  readonly start?: readonly [number, number];
  readonly rest?: readonly [number, number];
}

export const near = { x: [3, 5], y: [2, 7] } as const;

/** A convolution, the extents and steps of its image, and the lengths of its lists. */
export function layoutOf({ rows, columns, inputs, outputs, window, stride, ...layout }: Layout) {
  const { gaps = { x: [0, 0], y: [0, 0] }, start = [0, 0], rest = [0, 0], down = stride } = layout;
  const [height, width] = window;
  const imageRows = start[0] + (rows - 1) * down + height + rest[0];
  const imageColumns = start[1] + (columns - 1) * stride + width + rest[1];
  const pixelStep = inputs + gaps.x[0];
  const rowStep = imageColumns * pixelStep + gaps.x[1];
  const yStep = outputs + gaps.y[0];
  const yRow = columns * yStep + gaps.y[1];
  const size = inputs * outputs;
  const taps = Array.from({ length: height * width }, (_, i) => ({
    x: (start[0] + Math.floor(i / width)) * rowStep + (start[1] + (i % width)) * pixelStep,
    w: i * size,
  }));
  const [xStep, xRow] = [stride * pixelStep, down * rowStep];
  const shape: Convolution = { rows, columns, inputs, outputs, xStep, xRow, yStep, yRow, taps };
  const lengths = { image: imageRows * rowStep, kernel: taps.length * size, result: rows * yRow };
  return { shape, imageRows, imageColumns, pixelStep, rowStep, size, ...lengths };
}
