// The source text of these functions is what threads run, so they use nothing but their arguments and each other: no
// imports, no constants of the file.

/** Brightness of each pixel (ITU-R 601), `[size · size]`. */
export function brightnessOf(image: Float32Array, channels: number): Float32Array {
  if (channels !== 3) return Float32Array.from(image);
  const grey = new Float32Array(image.length / 3);
  for (let i = 0; i < grey.length; i++)
    grey[i] =
      0.299 * (image[3 * i] as number) +
      0.587 * (image[3 * i + 1] as number) +
      0.114 * (image[3 * i + 2] as number);
  return grey;
}

/** `factor · image + (1 − factor) · other`, kept within 0 … 255, in place. Kinds of other: 0 black, 1 mean brightness, 2 brightness. */
export function blendImage(image: Float32Array, channels: number, kind: number, factor: number): void {
  let mean = 0;
  const grey = kind === 0 ? image : brightnessOf(image, channels);
  if (kind === 1) {
    for (let i = 0; i < grey.length; i++) mean += grey[i] as number;
    mean /= grey.length;
  }
  for (let i = 0; i < image.length; i++) {
    const other = kind === 0 ? 0 : kind === 1 ? mean : (grey[channels === 3 ? (i / 3) | 0 : i] as number);
    const value = factor * (image[i] as number) + (1 - factor) * other;
    image[i] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}

/** The image seen through `source = A · target + b` about its centre, by bilinear interpolation; black beyond its border. */
export function affineImage(
  image: Float32Array,
  size: number,
  channels: number,
  matrix: readonly number[],
): Float32Array {
  const [a, b, tx, c, d, ty] = matrix as [number, number, number, number, number, number];
  const out = new Float32Array(image.length);
  const centre = (size - 1) / 2;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const u = a * (x - centre) + b * (y - centre) + tx + centre;
      const v = c * (x - centre) + d * (y - centre) + ty + centre;
      const left = Math.floor(u);
      const top = Math.floor(v);
      for (let corner = 0; corner < 4; corner++) {
        const px = left + (corner & 1);
        const py = top + (corner >> 1);
        if (px < 0 || py < 0 || px >= size || py >= size) continue;
        const weight = (corner & 1 ? u - left : 1 - u + left) * (corner >> 1 ? v - top : 1 - v + top);
        if (weight === 0) continue;
        for (let k = 0; k < channels; k++) {
          const to = (y * size + x) * channels + k;
          out[to] = (out[to] as number) + weight * (image[(py * size + px) * channels + k] as number);
        }
      }
    }
  }
  return out;
}

/** Blends with a 3x3 mean whose middle weighs five, as Pillow's sharpness does; the border stays. In place. */
export function sharpenImage(image: Float32Array, size: number, channels: number, factor: number): void {
  const before = Float32Array.from(image);
  const row = size * channels;
  for (let y = 1; y < size - 1; y++) {
    for (let i = y * row + channels; i < (y + 1) * row - channels; i++) {
      let sum = 4 * (before[i] as number);
      for (let dy = -row; dy <= row; dy += row)
        for (let dx = -channels; dx <= channels; dx += channels) sum += before[i + dy + dx] as number;
      const value = factor * (before[i] as number) + ((1 - factor) * sum) / 13;
      image[i] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
}

/** Stretches (kind 0) or equalizes (kind 1) the values of each channel over 0 … 255, in place. */
export function spreadValues(image: Float32Array, channels: number, kind: number): void {
  const count = image.length / channels;
  for (let c = 0; c < channels; c++) {
    const histogram = new Float64Array(256);
    for (let i = c; i < image.length; i += channels) {
      const value = Math.round(image[i] as number);
      histogram[value] = (histogram[value] as number) + 1;
    }
    const low = histogram.findIndex((n) => n > 0);
    const high = 255 - [...histogram].reverse().findIndex((n) => n > 0);
    if (low >= high) continue;
    const table = new Float32Array(256);
    const lowest = histogram[low] as number;
    let upTo = 0;
    for (let v = 0; v < 256; v++) {
      upTo += histogram[v] as number;
      const share = kind === 0 ? (v - low) / (high - low) : (upTo - lowest) / (count - lowest);
      table[v] = 255 * Math.max(0, share);
    }
    for (let i = c; i < image.length; i += channels)
      image[i] = table[Math.round(image[i] as number)] as number;
  }
}

/**
 * One of RandAugment's fourteen operations with its magnitude already in the operation's own unit: 0 identity, 1 and 2
 * shear, 3 and 4 shift in pixels, 5 rotate in radians, 6 brightness, 7 saturation, 8 contrast and 9 sharpness by a
 * factor, 10 fewer bits, 11 solarize above a value, 12 stretch, 13 equalize.
 */
export function randomOperation(
  image: Float32Array,
  size: number,
  channels: number,
  operation: number,
  amount: number,
): Float32Array {
  switch (operation) {
    case 1:
      return affineImage(image, size, channels, [1, amount, 0, 0, 1, 0]);
    case 2:
      return affineImage(image, size, channels, [1, 0, 0, amount, 1, 0]);
    case 3:
      return affineImage(image, size, channels, [1, 0, amount, 0, 1, 0]);
    case 4:
      return affineImage(image, size, channels, [1, 0, 0, 0, 1, amount]);
    case 5: {
      const [cos, sin] = [Math.cos(amount), Math.sin(amount)];
      return affineImage(image, size, channels, [cos, sin, 0, -sin, cos, 0]);
    }
    case 6:
      blendImage(image, channels, 0, amount);
      return image;
    case 7:
      blendImage(image, channels, 2, amount);
      return image;
    case 8:
      blendImage(image, channels, 1, amount);
      return image;
    case 9:
      sharpenImage(image, size, channels, amount);
      return image;
    case 10: {
      const step = 2 ** (8 - amount);
      for (let i = 0; i < image.length; i++)
        image[i] = Math.floor(Math.round(image[i] as number) / step) * step;
      return image;
    }
    case 11:
      for (let i = 0; i < image.length; i++)
        if ((image[i] as number) >= amount) image[i] = 255 - (image[i] as number);
      return image;
    case 12:
      spreadValues(image, channels, 0);
      return image;
    case 13:
      spreadValues(image, channels, 1);
      return image;
    default:
      return image;
  }
}
