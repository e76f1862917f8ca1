import { type Domain, sizeOfDomain } from "./expression";
import type { Place } from "./schedule";

/** A convolution between images that lie pixel by pixel, as `native/convolution.h` computes it. Steps are numbers, not bytes. */
export interface Convolution {
  readonly rows: number;
  readonly columns: number;
  /** Channels that go in and out. */
  readonly inputs: number;
  readonly outputs: number;
  /** Of the image it reads, from one pixel of the result to the next, and from row to row. */
  readonly xStep: number;
  readonly xRow: number;
  /** Of the image it makes. */
  readonly yStep: number;
  readonly yRow: number;
  /** Where a tap's pixel is, after that of the result, and where its `[inputs, outputs]` factors are in the kernel. */
  readonly taps: readonly { readonly x: number; readonly w: number }[];
}

/** A window over an image of signs, in pixels; `native/signs.h`. */
export interface SignWindow {
  readonly height: number;
  readonly width: number;
  readonly imageRows: number;
  readonly imageColumns: number;
  readonly rowStride: number;
  readonly columnStride: number;
  /** Rows and columns of zeros at the image's sides: top, left, bottom, right. */
  readonly zeros: readonly number[];
}

/** What native code computes, in the order of its numbers there (`native/operations.h`). */
const kinds = [
  /** Image, kernel, result. */
  "convolution",
  /** Image, the result's gradient, sums of the kernel's gradient. */
  "gradient",
  /** The same with windows of 3 × 3; the kernel as `turning` makes it. */
  "windows",
  /** The sums are those that `joining` reads. */
  "windowsGradient",
  /** A kernel, and what its image's gradient reads. */
  "turning",
  /** All threads' sums, and a kernel's gradient. */
  "joining",
  /** An image, and its signs. */
  "imagePacking",
  /** A kernel, and its signs. */
  "kernelPacking",
  /** Image, kernel, result, the image's signs, the kernel's signs. */
  "signs",
  /** Image, and means of its windows. */
  "average",
  /** The gradient of means, and the image's. */
  "averageGradient",
  /** Image, and the largest numbers of its windows. */
  "largest",
  /** Image, the gradient of largest numbers, and the image's. */
  "largestGradient",
] as const;

/** Addresses that each gets. */
const addresses = 5;

/** Computes something of the addresses that `pushes` put on the stack. */
export function callNative(
  { module, code }: Place,
  kind: (typeof kinds)[number],
  numbers: readonly number[],
  ...pushes: readonly (() => void)[]
): void {
  code.int(module.operation([kinds.indexOf(kind), numbers.length, ...numbers]));
  for (const push of pushes) push();
  for (let i = pushes.length; i < addresses; i++) code.int(0);
  code.call(module.outside("compute"));
}

export function convolutionNumbers(shape: Convolution): number[] {
  const { rows, columns, inputs, outputs, xStep, xRow, yStep, yRow, taps } = shape;
  const head = [rows, columns, inputs, outputs, xStep, xRow, yStep, yRow, taps.length];
  return [...head, ...taps.flatMap(({ x, w }) => [x, w])];
}

export function windowNumbers(window: SignWindow): number[] {
  const { height, width, imageRows, imageColumns, rowStride, columnStride, zeros } = window;
  return [height, width, imageRows, imageColumns, rowStride, columnStride, ...zeros];
}

/** Whether a convolution's windows are of 3 × 3 pixels, one beside the other, and tiles and vectors of eight channels come out even. */
export function hasWindows({ rows, columns, inputs, outputs, xStep, xRow, taps }: Convolution): boolean {
  const isEven = rows % 2 === 0 && columns % 2 === 0 && inputs % 8 === 0 && outputs % 8 === 0;
  if (!isEven || taps.length !== 9) return false;
  const start = (taps[0] as (typeof taps)[number]).x;
  return taps.every(
    ({ x, w }, i) => x === start + Math.floor(i / 3) * xRow + (i % 3) * xStep && w === i * inputs * outputs,
  );
}

/** Products that {@link hasWindows} needs of a tile of four results, one list each. */
export const frequencies = 16;

const wordsOf = (channels: number) => Math.ceil(channels / 16);
const unitsOf = (channels: number) => Math.ceil(channels / 4);

/** Numbers of four bytes that an image's signs take. */
export function signImageLength(extents: Domain): number {
  const { channels } = extents;
  const pixels = sizeOfDomain(extents) / channels;
  return 8 + Math.ceil(unitsOf(channels) / 8) * 8 + Math.ceil((pixels * wordsOf(channels)) / 2);
}

/** Those of a kernel's. */
export function signKernelLength(taps: number, inputs: number, outputs: number): number {
  const full = Math.ceil(outputs / 16) * 16;
  return 8 + unitsOf(inputs) * full + Math.ceil((taps * wordsOf(inputs) * full) / 2);
}

/** Whether counting bits is worth its packing, and possible: bytes count those of a window's half bytes. */
export function countsSigns({ inputs, outputs, taps }: Convolution): boolean {
  return (
    taps.length > 1 && taps.length <= 31 && inputs >= 8 && outputs >= 8 && inputs * taps.length < 2 ** 14
  );
}
