import type * as imageChanges from "./imageChanges";

// The source text of these functions is what threads run, so they use nothing but their arguments and each other: what is
// imported is called otherwise once compiled.

/**
 * Cuts a box out of a picture and resizes it to `size`x`size` by a triangle filter as wide as the box is reduced (so
 * nothing is skipped), like Pillow's bilinear resizing. The filter sees the box alone.
 *
 * @returns `[size, size, channels]`, 0 … 255, not rounded.
 */
export function resampleBox(
  pixels: Uint8Array,
  width: number,
  channels: number,
  box: ArrayLike<number>,
  size: number,
): Float32Array {
  const [top, left, boxHeight, boxWidth] = box as unknown as [number, number, number, number];
  const filter = (length: number) => {
    const scale = length / size;
    const support = Math.max(1, scale);
    const taps = Math.ceil(2 * support) + 1;
    const starts = new Int32Array(size);
    const counts = new Int32Array(size);
    const weights = new Float64Array(size * taps);
    for (let i = 0; i < size; i++) {
      const centre = (i + 0.5) * scale;
      const first = Math.max(0, Math.ceil(centre - support - 0.5));
      const last = Math.min(length - 1, Math.floor(centre + support - 0.5));
      let sum = 0;
      for (let k = first; k <= last; k++) sum += 1 - Math.abs(k + 0.5 - centre) / support;
      starts[i] = first;
      counts[i] = last - first + 1;
      for (let k = first; k <= last; k++)
        weights[i * taps + k - first] = (1 - Math.abs(k + 0.5 - centre) / support) / sum;
    }
    return { starts, counts, weights, taps };
  };
  const across = filter(boxWidth);
  const down = filter(boxHeight);
  const rowLength = size * channels;
  const rows = new Float32Array(boxHeight * rowLength);
  for (let y = 0; y < boxHeight; y++) {
    const from = ((top + y) * width + left) * channels;
    const to = y * rowLength;
    for (let x = 0; x < size; x++) {
      const start = from + (across.starts[x] as number) * channels;
      const count = across.counts[x] as number;
      const at = x * across.taps;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < count; k++)
          sum += (across.weights[at + k] as number) * (pixels[start + k * channels + c] as number);
        rows[to + x * channels + c] = sum;
      }
    }
  }
  const out = new Float32Array(size * rowLength);
  const line = new Float64Array(rowLength);
  for (let y = 0; y < size; y++) {
    line.fill(0);
    const count = down.counts[y] as number;
    for (let k = 0; k < count; k++) {
      const weight = down.weights[y * down.taps + k] as number;
      const from = ((down.starts[y] as number) + k) * rowLength;
      for (let i = 0; i < rowLength; i++) line[i] = (line[i] as number) + weight * (rows[from + i] as number);
    }
    out.set(line, y * rowLength);
  }
  return out;
}

/** A window of `size`x`size` whose corner lies at (top, left) of a picture; black where it reaches beyond. */
export function copyWindow(
  pixels: Uint8Array,
  height: number,
  width: number,
  channels: number,
  top: number,
  left: number,
  size: number,
): Float32Array {
  const out = new Float32Array(size * size * channels);
  const firstColumn = Math.max(0, -left);
  const lastColumn = Math.min(size, width - left);
  for (let y = Math.max(0, -top); y < Math.min(size, height - top); y++) {
    if (lastColumn <= firstColumn) break;
    const from = ((top + y) * width + left + firstColumn) * channels;
    const length = (lastColumn - firstColumn) * channels;
    out.set(pixels.subarray(from, from + length), (y * size + firstColumn) * channels);
  }
  return out;
}

/** Mirrors `[size, size, channels]` left-right, in place. */
export function mirrorImage(image: Float32Array, size: number, channels: number): void {
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size >> 1; x++) {
      const a = (y * size + x) * channels;
      const b = (y * size + size - 1 - x) * channels;
      for (let c = 0; c < channels; c++) {
        const kept = image[a + c] as number;
        image[a + c] = image[b + c] as number;
        image[b + c] = kept;
      }
    }
  }
}

/** What all images of a pass have in common. */
export interface PictureGeometry {
  /** Height and width of the images made. */
  readonly imageSize: number;
  readonly channels: number;
  /** Side of the square that is set to the mean; 0 for none. */
  readonly cutout: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * Makes one normalised image of a picture as a row of a plan says (`planPictures`) and writes it to `out` at `at`.
 *
 * Order: window or resized box, mirror, random operations, brightness, contrast and saturation, `(v / 255 − mean) / std`,
 * cutout.
 */
export function makeImage(
  picture: { readonly pixels: Uint8Array; readonly height: number; readonly width: number },
  plan: Float64Array,
  geometry: PictureGeometry,
  out: Float32Array,
  at: number,
  changes: Pick<typeof imageChanges, "blendImage" | "randomOperation">,
): void {
  const { imageSize: size, channels, cutout, mean, std } = geometry;
  const [, resized, top, left, boxHeight, boxWidth, mirrored] = plan as unknown as number[];
  let image =
    resized === 1
      ? resampleBox(
          picture.pixels,
          picture.width,
          channels,
          [top, left, boxHeight, boxWidth] as number[],
          size,
        )
      : copyWindow(
          picture.pixels,
          picture.height,
          picture.width,
          channels,
          top as number,
          left as number,
          size,
        );
  if (mirrored === 1) mirrorImage(image, size, channels);
  for (let k = 13; k < plan.length; k += 2)
    image = changes.randomOperation(image, size, channels, plan[k] as number, plan[k + 1] as number);
  const order = plan[9] as number;
  if (order >= 0) {
    // The order of the three is a permutation by its number, 0 … 5.
    const left3 = [0, 1, 2];
    const kinds = [
      left3.splice(Math.floor(order / 2), 1)[0],
      left3.splice(order % 2, 1)[0],
      left3[0],
    ] as number[];
    for (const kind of kinds) changes.blendImage(image, channels, kind, plan[10 + kind] as number);
  }
  for (let c = 0; c < channels; c++) {
    const centre = mean[c] as number;
    const spread = std[c] as number;
    for (let i = c; i < image.length; i += channels)
      out[at + i] = ((image[i] as number) / 255 - centre) / spread;
  }
  if (cutout > 0) {
    const cutTop = plan[7] as number;
    const cutLeft = plan[8] as number;
    const from = Math.max(0, cutLeft);
    const to = Math.max(from, Math.min(size, cutLeft + cutout));
    for (let y = Math.max(0, cutTop); y < Math.min(size, cutTop + cutout); y++)
      out.fill(0, at + (y * size + from) * channels, at + (y * size + to) * channels);
  }
}
