/** A picture cut to its middle square and made as small as the network reads it. */
export interface Picture {
  /** What it is called on the page. */
  readonly name: string;
  readonly size: number;
  /** `[size, size, 3]`, red, green, blue, 0 to 255. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  /** Whether it is a frame of a film: the next comes soon. */
  readonly live: boolean;
}

/** Longest side that is read from a file; larger pictures are made smaller by the browser first. */
const mostPixels = 2048;

/**
 * The middle square of what is drawn, as the mean of the pixels below each of its own (area averaging), so that the result does not
 * depend on how a browser makes pictures smaller. A square of `size` pixels stays as it is. On white, where it is see-through.
 */
export function pictureOf(
  source: CanvasImageSource,
  [width, height]: readonly [number, number],
  size: number,
  about: Pick<Picture, "name" | "live">,
): Picture {
  const scale = Math.min(1, mostPixels / Math.max(width, height));
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const canvas = document.createElement("canvas");
  canvas.width = w;
  canvas.height = h;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser gives no canvas to read pictures with");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, w, h);
  context.drawImage(source, 0, 0, w, h);
  const side = Math.min(w, h);
  const { data } = context.getImageData(Math.floor((w - side) / 2), Math.floor((h - side) / 2), side, side);
  return { ...about, size, pixels: areaMean(data, side, size) };
}

/** `[from, from, 4]` to `[to, to, 3]`: every pixel the mean of the part of the picture it covers. */
function areaMean(data: Uint8ClampedArray, from: number, to: number): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(to * to * 3);
  const step = from / to;
  for (let y = 0; y < to; y++) {
    for (let x = 0; x < to; x++) {
      const sums = [0, 0, 0];
      let area = 0;
      for (let v = Math.floor(y * step); v < Math.min(from, Math.ceil((y + 1) * step)); v++) {
        const high = Math.min(v + 1, (y + 1) * step) - Math.max(v, y * step);
        for (let u = Math.floor(x * step); u < Math.min(from, Math.ceil((x + 1) * step)); u++) {
          const share = high * (Math.min(u + 1, (x + 1) * step) - Math.max(u, x * step));
          for (let c = 0; c < 3; c++)
            sums[c] = (sums[c] as number) + share * (data[4 * (v * from + u) + c] as number);
          area += share;
        }
      }
      for (let c = 0; c < 3; c++) pixels[3 * (y * to + x) + c] = Math.round((sums[c] as number) / area);
    }
  }
  return pixels;
}

/**
 * A file as a picture.
 * @throws Error that says what it should be.
 */
export async function pictureOfFile(file: Blob, name: string, size: number): Promise<Picture> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Error(
      `${name}: expected a picture that this browser reads (PNG, JPEG, WebP, GIF, …), got ${file.type || "something else"}.`,
    );
  }
  try {
    return pictureOf(bitmap, [bitmap.width, bitmap.height], size, { name, live: false });
  } finally {
    bitmap.close();
  }
}

/** What the network reads of a picture: `(pixel / 255 − mean) / std`, NHWC; grey networks read the luma (ITU-R BT.601). */
export function normalized(
  { pixels, size }: Picture,
  { mean, std }: { readonly mean: readonly number[]; readonly std: readonly number[] },
): Float32Array {
  const channels = mean.length;
  const image = new Float32Array(size * size * channels);
  for (let p = 0; p < size * size; p++) {
    const [r, g, b] = [pixels[3 * p], pixels[3 * p + 1], pixels[3 * p + 2]] as [number, number, number];
    const values = channels === 1 ? [Math.round(0.299 * r + 0.587 * g + 0.114 * b)] : [r, g, b];
    for (const [c, value] of values.entries())
      image[p * channels + c] = (value / 255 - (mean[c] as number)) / (std[c] as number);
  }
  return image;
}
