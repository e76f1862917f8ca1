import { check, completeConfig, must, type Overrides } from "./check";

/** Settings of an analysis of one network. Plain data. */
export interface AnalysisConfig {
  /** Training images the measures are taken on, drawn evenly over the classes; the same ones for every network. */
  readonly images: number;
  /** Test images that linear probes are scored on. */
  readonly probeImages: number;
  /** Images computed at once; results do not depend on it but for rounding. */
  readonly batchSize: number;
  /** Bits of a code of the information plane: 1 … 12. Needs 2^bits images; four times as many are better. */
  readonly bits: number;
  /** Random codes of each layer. */
  readonly subsets: number;
  /** Names or patterns of taps; empty: everything binarized, and what stems and cells put out. */
  readonly taps: readonly string[];
  readonly gradient: {
    /** Batches of `batchSize` gradients are averaged over; 0 leaves them out. */
    readonly batches: number;
    readonly batchSize: number;
    /** Of the smooth reference `tanh(slope · x)`. */
    readonly slope: number;
  };
  /** Of random codes and pixels. */
  readonly seed: number;
}

export const defaultAnalysisConfig: AnalysisConfig = Object.freeze({
  images: 2048,
  probeImages: 1000,
  batchSize: 128,
  bits: 8,
  subsets: 32,
  taps: Object.freeze([]) as readonly string[],
  gradient: Object.freeze({ batches: 4, batchSize: 64, slope: 4 }),
  seed: 0,
});

/** Completes and checks the settings of an analysis. */
export function analysisConfig(
  overrides: Overrides<AnalysisConfig> = {},
  place = "analysisConfig",
): AnalysisConfig {
  const config = completeConfig(place, defaultAnalysisConfig, overrides);
  must.beInteger(place, "images", config.images, 2);
  must.beInteger(place, "probeImages", config.probeImages, 0);
  must.beInteger(place, "batchSize", config.batchSize, 1);
  must.beInteger(place, "bits", config.bits, 1, 12);
  must.beInteger(place, "subsets", config.subsets, 1);
  must.beInteger(`${place}.gradient`, "batches", config.gradient.batches, 0);
  must.beInteger(`${place}.gradient`, "batchSize", config.gradient.batchSize, 2);
  must.beNumber(`${place}.gradient`, "slope", config.gradient.slope);
  check(`${place}.gradient`, "slope", config.gradient.slope > 0, "above 0", config.gradient.slope);
  must.beInteger(place, "seed", config.seed, 0);
  const { taps } = config;
  const areNames = Array.isArray(taps) && taps.every((tap) => typeof tap === "string" && tap !== "");
  check(place, "taps", areNames, "a list of names or patterns", taps);
  return config;
}
