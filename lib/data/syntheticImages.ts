import { fold, type RandomKey, threefry2x32, uniform } from "../random/randomKey";
import { DataError } from "../util/errors";
import { type ImageSet, imageBytes, sharedBytes } from "./imageSet";
import { type Pattern, syntheticClasses } from "./syntheticClasses";

const size = 32;
const classNames = Object.freeze(Object.keys(syntheticClasses));
const patterns = Object.values(syntheticClasses);
/** The first half of the classes are textures, the second half shapes. */
const textures = 5;
/** Least difference in brightness of the two colours, where black and white are 1 apart. */
const leastContrast = 0.35;

/**
 * Draws `count` labelled 32x32 RGB images of ten classes: stripes, checks, rings, rays, dots, disc, hoop,
 * square, triangle and cross.
 *
 * Image `i` has class `i mod 10` and depends on the key and on `i` alone, so a smaller set is the beginning of a
 * larger one. Drawn for each image: two colours (either may be the ground), place, direction, size, phase,
 * a brightness ramp, and noise in every pixel and channel. A class is thus a matter of form only: a linear
 * model finds little in the pixels, while a small convolutional network learns to tell the classes apart.
 *
 * Pixel: `255 · clamp(ground + coverage · (figure − ground) + ramp + noise)`, with coverage from 0 to 1 over
 * one pixel at the edge of the pattern and triangular noise.
 *
 * @throws DataError if `count` is not a non-negative integer.
 *
 * @example
 * ```ts
 * const images = bars.data.syntheticImages(10, bars.randomKey(0));
 * console.log(images.labels.length, images.imageSize, images.channels); // 10 32 3
 * ```
 */
export function syntheticImages(count: number, key: RandomKey): ImageSet {
  if (!Number.isInteger(count) || count < 0) {
    throw new DataError(`syntheticImages: count must be an integer of at least 0, got ${count}.`);
  }
  const shape = { imageSize: size, channels: 3 } as const;
  const images = sharedBytes(count * imageBytes(shape));
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const label = i % patterns.length;
    labels[i] = label;
    drawImage(patterns[label] as Pattern, label < textures, images, i * imageBytes(shape), fold(key, i));
  }
  return {
    name: "synthetic",
    images,
    labels,
    classNames,
    ...shape,
    note: "Synthetic patterns drawn by this library, not photographs; accuracies say nothing about CIFAR.",
  };
}

function drawImage(pattern: Pattern, texture: boolean, images: Uint8Array, at: number, key: RandomKey): void {
  const draws = uniform(fold(key, "image"), 20);
  const draw = (index: number, from: number, to: number) => from + (draws[index] as number) * (to - from);
  const scale = texture ? draw(0, 5, 9) : draw(0, 6, 11);
  const margin = texture ? 4 : 0.85 * scale;
  const centreX = draw(1, margin, size - margin);
  const centreY = draw(2, margin, size - margin);
  const [cosine, sine] = direction(draw(3, 0, 1));
  const variant = Math.floor(draw(4, 0, 3));
  const rampX = draw(5, -0.25, 0.25) / size;
  const rampY = draw(6, -0.25, 0.25) / size;
  const noise = draw(7, 0.04, 0.16);
  const colours = twoColours(draws.subarray(8, 17));
  const noiseKey = fold(key, "noise");
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const dx = x + 0.5 - centreX;
      const dy = y + 0.5 - centreY;
      const inside = pattern({ u: cosine * dx + sine * dy, v: cosine * dy - sine * dx, scale, variant });
      const coverage = Math.min(1, Math.max(0, inside + 0.5));
      const ramp = rampX * (x - size / 2) + rampY * (y - size / 2);
      const [high, low] = threefry2x32(noiseKey.hi, noiseKey.lo, y, x);
      for (let channel = 0; channel < 3; channel++) {
        const ground = colours[channel] as number;
        const figure = colours[channel + 3] as number;
        // The sum of two 10-bit numbers out of the pixel's 64 bits: triangular on (−1, 1).
        const bits = ((high >>> (10 * channel)) & 1023) + ((low >>> (10 * channel)) & 1023);
        const value = ground + coverage * (figure - ground) + ramp + noise * (bits / 1023 - 1);
        images[at++] = Math.round(255 * Math.min(1, Math.max(0, value)));
      }
    }
  }
}

/**
 * Cosine and sine of `turn` whole turns, without trigonometric functions, whose last digits differ between
 * versions of the language's engines: a point on the unit circle by `(1 − t², 2t) / (1 + t²)` in each quarter.
 */
function direction(turn: number): [number, number] {
  const quarter = Math.floor(4 * turn);
  const t = 4 * turn - quarter;
  const cosine = (1 - t * t) / (1 + t * t);
  const sine = (2 * t) / (1 + t * t);
  if (quarter === 0) return [cosine, sine];
  if (quarter === 1) return [-sine, cosine];
  if (quarter === 2) return [-cosine, -sine];
  return [sine, -cosine];
}

/**
 * Ground and figure colour from nine uniform numbers: two brightnesses in [0.1, 0.9], at least
 * {@link leastContrast} apart and in either order, and up to 0.15 more or less in each channel.
 */
function twoColours(draws: Float32Array): number[] {
  const [place, gap, side] = draws as unknown as [number, number, number];
  const contrast = leastContrast + gap * (0.8 - leastContrast);
  const dark = 0.1 + place * (0.8 - contrast);
  const figureIsDark = side < 0.5;
  const brightness = figureIsDark ? [dark + contrast, dark] : [dark, dark + contrast];
  return Array.from(
    draws.subarray(3),
    (tint, i) => (brightness[i < 3 ? 0 : 1] as number) + 0.3 * tint - 0.15,
  );
}
