/**
 * Integers that describe one image of a batch in a plan, in this order: index of the source image; row and
 * column of the source pixel that lands in the corner (0, 0), before the flip; 1 to mirror left-right; row and
 * column of the cutout square's corner, both possibly outside the image.
 */
export const planStride = 6;

/** Sizes that {@link fillImages} needs beside the plan. */
export interface FillGeometry {
  /** Height and width, in pixels. */
  readonly imageSize: number;
  readonly channels: number;
  /** Side of the cutout square in pixels; 0 for none. */
  readonly cutout: number;
}

/**
 * Writes a batch of normalised images into `out`: shifted crop, then mirror, then cutout.
 *
 * With `(t, l)` the corner of the crop and `S` the image size, pixel `(y, x)` of a batch image is
 * `table[c][source(y + t, x' + l)]`, where `x' = S − 1 − x` if mirrored, else `x`. Outside the source image the
 * byte is 0 (a black border, so after normalising it is `−mean/std`); inside the cutout square the result is 0
 * (the mean colour).
 *
 * Shapes:
 * - `pixels`: `[images, S, S, channels]`, bytes
 * - `plan`: `[batch, planStride]`
 * - `table`: `[channels, 256]`, the normalised value of each byte
 * - `out`: `[batch, S, S, channels]`, float32; every element is written
 *
 * Note: this function's own source text is what a batch worker runs. It must stay free of anything but its
 * arguments: no imports, no helpers, no inner functions.
 */
export function fillImages(
  pixels: Uint8Array,
  plan: Int32Array,
  table: Float32Array,
  geometry: FillGeometry,
  out: Float32Array,
): void {
  const size = geometry.imageSize;
  const channels = geometry.channels;
  const cutout = geometry.cutout;
  const rowLength = size * channels;
  const imageLength = size * rowLength;
  for (let image = 0; image * 6 < plan.length; image++) {
    const source = (plan[image * 6] as number) * imageLength;
    const top = plan[image * 6 + 1] as number;
    const left = plan[image * 6 + 2] as number;
    const mirrored = plan[image * 6 + 3] === 1;
    const target = image * imageLength;
    for (let y = 0; y < size; y++) {
      const sourceRow = y + top;
      const rowInside = sourceRow >= 0 && sourceRow < size;
      let at = target + y * rowLength;
      for (let x = 0; x < size; x++) {
        const sourceColumn = (mirrored ? size - 1 - x : x) + left;
        if (rowInside && sourceColumn >= 0 && sourceColumn < size) {
          let from = source + sourceRow * rowLength + sourceColumn * channels;
          for (let offset = 0; offset < channels * 256; offset += 256) {
            out[at++] = table[offset + (pixels[from++] as number)] as number;
          }
        } else {
          for (let offset = 0; offset < channels * 256; offset += 256) out[at++] = table[offset] as number;
        }
      }
    }
    if (cutout > 0) {
      const cutTop = plan[image * 6 + 4] as number;
      const cutLeft = plan[image * 6 + 5] as number;
      const fromColumn = Math.max(0, cutLeft) * channels;
      const toColumn = Math.max(0, Math.min(size, cutLeft + cutout)) * channels;
      const toRow = Math.min(size, cutTop + cutout);
      for (let y = Math.max(0, cutTop); y < toRow; y++) {
        out.fill(0, target + y * rowLength + fromColumn, target + y * rowLength + toColumn);
      }
    }
  }
}
