import type { BinaryConvolution, Slot } from "../program";

/** A run of neighbouring bytes that a window reads, from the window's first pixel in the padded image. */
export interface Run {
  readonly offset: number;
  readonly length: number;
}

/** The padded image that the windows of a convolution move over. */
export interface PaddedImage {
  readonly pixelBytes: number;
  readonly rowBytes: number;
  readonly rows: number;
  /** Rows above the image, and pixels left of it. */
  readonly border: number;
  /** Rows from the first to the last that one output row reads. */
  readonly reach: number;
}

/** @param pixelBytes of a pixel in it. */
export function paddedBits(
  conv: BinaryConvolution,
  input: Slot,
  output: { readonly height: number; readonly width: number },
  pixelBytes: number,
): PaddedImage {
  const { kernel, dilation, stride, phases } = conv;
  const border = ((kernel - 1) / 2) * dilation;
  const reach = (kernel - 1) * dilation + phases;
  const columns = Math.max(stride * (output.width - 1) + reach, border + input.width);
  const rows = stride * (output.height - 1) + reach;
  return { pixelBytes, rowBytes: columns * pixelBytes, rows, border, reach };
}

/**
 * What one of several convolutions side by side reads, in the order of its weights: taps that are neighbours are one run.
 * @param part its channels are those with `o mod parts = part`.
 */
export function runsOf(conv: BinaryConvolution, image: PaddedImage, part: number): Run[] {
  const { kernel, dilation, groups, phases } = conv;
  const { pixelBytes, rowBytes } = image;
  const group = Math.floor(part / phases) % groups;
  const start = (part % phases) * (rowBytes + pixelBytes) + (group * pixelBytes) / groups;
  const joined = groups === 1 && dilation === 1;
  const runs: Run[] = [];
  for (let ky = 0; ky < kernel; ky++) {
    const row = start + ky * dilation * rowBytes;
    if (joined) runs.push({ offset: row, length: kernel * pixelBytes });
    else
      for (let kx = 0; kx < kernel; kx++)
        runs.push({ offset: row + kx * dilation * pixelBytes, length: pixelBytes / groups });
  }
  return runs;
}

/** Sums of bytes hold what so many nibbles of weights add. */
const mostNibbles = 62;

/** Rows of windows of stride 1 whose three taps a kernel reads together: of each row the leftmost tap. Null for other windows. */
export function rowsOfThree(conv: BinaryConvolution, image: PaddedImage, part: number): Run[] | null {
  const { kernel, dilation, stride, groups } = conv;
  if (kernel !== 3 || dilation !== 1 || stride !== 1) return null;
  const length = image.pixelBytes / groups;
  return runsOf(conv, image, part)
    .filter((_, i) => groups === 1 || i % kernel === 0)
    .map(({ offset }) => ({ offset, length }));
}

/**
 * Runs cut so that sums of bytes never overflow, each with what follows: 0 nothing, 1 sums stored, 2 added.
 * @param taps that every byte of a run adds to a sum.
 */
export function segmentsOf(runs: readonly Run[], taps: 1 | 3 = 1): Int32Array {
  const most = Math.floor(mostNibbles / taps);
  const pieces = runs.flatMap(({ offset, length }) => {
    const parts = Math.ceil(length / most);
    return Array.from({ length: parts }, (_, i): Run => {
      const from = Math.floor((i * length) / parts);
      return { offset: offset + from, length: Math.floor(((i + 1) * length) / parts) - from };
    });
  });
  const segments = new Int32Array(3 * pieces.length);
  let since = 0;
  let stored = false;
  pieces.forEach(({ offset, length }, i) => {
    since += length;
    const next = pieces[i + 1];
    const full = !next || since + next.length > most;
    segments.set([offset, length, full ? (stored ? 2 : 1) : 0], 3 * i);
    if (!full) return;
    since = 0;
    stored = true;
  });
  return segments;
}

/**
 * `n` of a popcount of 0 by place and channel: `taps · channels` where every tap lies inside or the border counts as +1. Where taps that
 * lie outside count nothing, their popcount of weights is made up for.
 */
export interface TapTable {
  /** Tables of `[channels padded to 16]`, one after the other. */
  readonly values: Int32Array;
  /** Byte offsets: the table of output pixel `(i, j)` begins at `ofRow[i] + ofColumn[j]`. */
  readonly ofRow: Uint32Array;
  readonly ofColumn: Uint32Array;
}

export function tapTable(
  conv: BinaryConvolution,
  input: Slot,
  output: { readonly height: number; readonly width: number },
): TapTable {
  const { kernel, outChannels, border } = conv;
  const padded = 16 * Math.ceil(outChannels / 16);
  const inside = (extent: number, at: number) => tapsInside(conv, extent, at);
  const rows = classes(output.height, (i) => (border === 1 ? "" : inside(input.height, i)));
  const columns = classes(output.width, (j) => (border === 1 ? "" : inside(input.width, j)));
  const perGroup = input.channels / conv.groups;
  const values = new Int32Array(rows.kinds.length * columns.kinds.length * padded);
  const ones = border === 1 ? null : onesOf(conv, perGroup);
  rows.kinds.forEach((rowKind, r) => {
    columns.kinds.forEach((columnKind, c) => {
      const at = (r * columns.kinds.length + c) * padded;
      for (let o = 0; o < outChannels; o++) {
        let n = kernel * kernel * perGroup;
        if (ones) {
          const [ys, xs] = [rowKind, columnKind].map((kind) => kind.split(",")[o % conv.phases] as string);
          n = 0;
          for (let tap = 0; tap < kernel * kernel; tap++) {
            const lies = ys?.[Math.floor(tap / kernel)] === "1" && xs?.[tap % kernel] === "1";
            n += lies ? perGroup : 2 * (ones[o * kernel * kernel + tap] as number);
          }
        }
        values[at + o] = n;
      }
    });
  });
  const offsets = (of: readonly number[], bytes: number) => Uint32Array.from(of, (kind) => kind * bytes);
  return {
    values,
    ofRow: offsets(rows.of, columns.kinds.length * padded * 4),
    ofColumn: offsets(columns.of, padded * 4),
  };
}

/** Which taps of a window lie inside, phase by phase: `"011,111"`. */
function tapsInside(
  { kernel, dilation, stride, phases }: BinaryConvolution,
  extent: number,
  at: number,
): string {
  const r = (kernel - 1) / 2;
  return Array.from({ length: phases }, (_, phase) =>
    Array.from({ length: kernel }, (_tap, k) => {
      const place = stride * at + phase + (k - r) * dilation;
      return place >= 0 && place < extent ? "1" : "0";
    }).join(""),
  ).join();
}

function classes(count: number, kindOf: (at: number) => string): { kinds: string[]; of: number[] } {
  const kinds: string[] = [];
  const of = Array.from({ length: count }, (_, at) => {
    const kind = kindOf(at);
    if (!kinds.includes(kind)) kinds.push(kind);
    return kinds.indexOf(kind);
  });
  return { kinds, of };
}

/** Weights of −1 of each filter and tap. */
function onesOf({ weights, kernel, outChannels }: BinaryConvolution, perGroup: number): Int32Array {
  const words = Math.ceil(perGroup / 32);
  const ones = new Int32Array(outChannels * kernel * kernel);
  for (let i = 0; i < ones.length; i++) {
    let count = 0;
    for (let w = 0; w < words; w++) {
      for (let left = weights[i * words + w] as number; left !== 0; left &= left - 1) count++;
    }
    ones[i] = count;
  }
  return ones;
}
