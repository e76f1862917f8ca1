/**
 * Where and how large a pattern is drawn: a pixel's place relative to the pattern, turned and scaled.
 * Plain numbers, in pixels.
 */
export interface PatternPlace {
  /** Offset from the pattern's centre along its own two axes, in pixels. */
  readonly u: number;
  readonly v: number;
  /** Period of a texture, or half-width of a shape, in pixels. */
  readonly scale: number;
  /** Whole number from 0 to 2: spokes, thickness and the like. */
  readonly variant: number;
}

/**
 * How far a pixel lies inside the pattern, in pixels: positive inside, negative outside, near 0 at an edge.
 * Only +, −, ·, /, comparisons, square root and (for the rays) atan2 are used.
 */
export type Pattern = (place: PatternPlace) => number;

/** Triangle wave of period 1 and range [−1, 1], +1 at 0. */
function wave(t: number): number {
  return 4 * Math.abs(t - Math.floor(t) - 0.5) - 1;
}

/** Signed distance of `wave(t)` to its zero, where one unit of `t` is `period` pixels. */
function band(t: number, period: number): number {
  return (wave(t) * period) / 4;
}

/**
 * The ten classes: five textures that fill the image and five shapes that stand on a plain ground. No class is
 * told by colour, brightness, place, size or direction, for these are drawn for each image (`syntheticImages`).
 */
export const syntheticClasses: Readonly<Record<string, Pattern>> = Object.freeze({
  stripes: ({ u, scale }) => band(u / scale, scale),
  checks: ({ u, v, scale }) => {
    const period = 1.6 * scale;
    const a = band(u / period, period);
    const b = band(v / period, period);
    return Math.min(Math.abs(a), Math.abs(b)) * (a * b >= 0 ? 1 : -1);
  },
  rings: ({ u, v, scale, variant }) => band(Math.sqrt(u * u + v * v) / scale + variant / 3, scale),
  rays: ({ u, v, variant }) => {
    const spokes = 4 + variant;
    const turn = Math.atan2(v, u) / (2 * Math.PI);
    return band(turn * spokes, (2 * Math.PI * Math.sqrt(u * u + v * v)) / spokes);
  },
  dots: ({ u, v, scale }) => {
    const period = 1.3 * scale;
    const x = (u / period - Math.round(u / period)) * period;
    const y = (v / period - Math.round(v / period)) * period;
    return 0.33 * period - Math.sqrt(x * x + y * y);
  },
  disc: ({ u, v, scale }) => scale - Math.sqrt(u * u + v * v),
  hoop: ({ u, v, scale, variant }) => {
    const half = 1.2 + 0.4 * variant;
    return half - Math.abs(scale - half - Math.sqrt(u * u + v * v));
  },
  square: ({ u, v, scale }) => 0.89 * scale - Math.max(Math.abs(u), Math.abs(v)),
  triangle: ({ u, v, scale }) => {
    const slope = 0.8660254037844386;
    return 0.62 * scale - Math.max(v, slope * Math.abs(u) - v / 2);
  },
  cross: ({ u, v, scale, variant }) => {
    const half = (0.22 + 0.05 * variant) * scale;
    const bar = (along: number, over: number) =>
      Math.min(1.1 * scale - Math.abs(along), half - Math.abs(over));
    return Math.max(bar(u, v), bar(v, u));
  },
} satisfies Record<string, Pattern>);
