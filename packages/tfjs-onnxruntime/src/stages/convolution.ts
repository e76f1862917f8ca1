import type { Place } from "./schedule";

/** A convolution between images that lie pixel by pixel, as `native/convolution.h` computes it. Steps are numbers, not bytes. */
export interface Convolution {
  readonly rows: number;
  readonly columns: number;
  /** Channels that go in and out; four at least go out. */
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

/**
 * Computes a convolution, or adds the gradient of its kernel, of addresses that `push` puts on the stack: those of the image, of the
 * kernel and of the result; those of the image, of the result's gradient and of the kernel's.
 */
export function callConvolution(
  { module, code }: Place,
  kind: "convolution" | "gradient",
  shape: Convolution,
  push: () => void,
): void {
  code.int(module.convolution(described(kind, shape)));
  push();
  code.call(module.outside("convolve"));
}

/** As `native/binding.cc` reads it. */
function described(kind: "convolution" | "gradient", shape: Convolution): number[] {
  const { rows, columns, inputs, outputs, xStep, xRow, yStep, yRow, taps } = shape;
  const head = [
    kind === "gradient" ? 1 : 0,
    rows,
    columns,
    inputs,
    outputs,
    xStep,
    xRow,
    yStep,
    yRow,
    taps.length,
  ];
  return [...head, ...taps.flatMap(({ x, w }) => [x, w])];
}
