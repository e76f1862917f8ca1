import { fold, permutation, type RandomKey } from "../random/randomKey";
import { ConfigError } from "../util/errors";
import { entropyEstimate } from "./entropy";

/** What the codes of some bits say of the images and of their labels, in bits (measure M3). */
export interface CodeInformation {
  readonly samples: number;
  /** Bits of a code. */
  readonly bits: number;
  /** `H(T)`, Miller-Madow. For a deterministic network this is `I(X; T)`. */
  readonly inputInformation: number;
  /** `H(T) − H(T | Y)`, each Miller-Madow. May be slightly negative. */
  readonly labelInformation: number;
  /**
   * Plug-in `I(T; Y)` less what remains of it, on average, when labels are shuffled: what is left of chance is taken
   * off. Ours; more robust than the correction where classes have few images.
   */
  readonly labelInformationAboveChance: number;
  /** The plug-in `H(T)` reaches 0.9 · log2 N: the estimate shows the number of images, not the network. */
  readonly saturated: boolean;
  /** The same within classes, on average over them: `H(T | Y)`, and with it `labelInformation`, is too uncertain. */
  readonly conditionalSaturated: boolean;
}

const shuffles = 4;
const saturation = 0.9;

/**
 * Images that codes of `bits` bits need at least: as many as there are codes, `2^bits`; with fewer not even their
 * number could show. Four times as many keep the plug-in entropy within 0.2 bits of the truth.
 *
 * @example
 * ```ts
 * console.log(bars.analysis.samplesNeeded(4)); // 16
 * ```
 */
export function samplesNeeded(bits: number): number {
  return 2 ** bits;
}

/** @throws ConfigError naming the number of images needed, if there are fewer. */
export function checkSamples(place: string, samples: number, bits: number): void {
  const needed = samplesNeeded(bits);
  if (samples >= needed) return;
  const fewer = Math.floor(Math.log2(samples));
  const remedy = fewer >= 1 ? `use more images, or at most ${fewer} bits` : "use more images";
  throw new ConfigError(
    `${place}: codes of ${bits} bits need at least ${needed} images (2^${bits}), got ${samples}; ${remedy}.`,
  );
}

/**
 * Information in codes about images and labels, by counting.
 *
 * @param codes `[samples]`, each below `2^bits`.
 * @param labels `[samples]`, each below `classes`.
 * @throws ConfigError if there are fewer than {@link samplesNeeded} samples.
 *
 * References: Shwartz-Ziv & Tishby 2017, arXiv:1703.00810 (the plane); Miller 1955 (correction).
 *
 * @example
 * ```ts
 * const labels = Array.from({ length: 1200 }, (_, i) => i % 2);
 * const told = bars.analysis.codeInformation(labels, labels, 2, 1, bars.randomKey(0));
 * console.log(told.inputInformation.toFixed(2), told.labelInformation.toFixed(2)); // 1.00 1.00
 * ```
 */
export function codeInformation(
  codes: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  bits: number,
  key: RandomKey,
): CodeInformation {
  const samples = codes.length;
  checkSamples("codeInformation", samples, bits);
  const all = countsOf(codes, bits);
  const whole = entropyEstimate(all);
  const within = conditional(codes, labels, classes, bits);
  let chance = 0;
  for (let draw = 0; draw < shuffles; draw++) {
    const order = permutation(fold(key, draw), samples);
    const shuffled = Uint32Array.from(order, (from) => labels[from] as number);
    chance += (whole.plugIn - conditional(codes, shuffled, classes, bits).plugIn) / shuffles;
  }
  return {
    samples,
    bits,
    inputInformation: whole.corrected,
    labelInformation: whole.corrected - within.corrected,
    labelInformationAboveChance: whole.plugIn - within.plugIn - chance,
    saturated: whole.plugIn >= saturation * Math.log2(samples),
    conditionalSaturated: within.fill >= saturation,
  };
}

function countsOf(codes: ArrayLike<number>, bits: number): Uint32Array {
  const counts = new Uint32Array(2 ** bits);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    counts[code] = (counts[code] as number) + 1;
  }
  return counts;
}

/** `H(T | Y) = Σ_y (n_y / N) H(T | y)`, and on average `H(T | y) / log2 n_y`. */
function conditional(
  codes: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  bits: number,
): { readonly plugIn: number; readonly corrected: number; readonly fill: number } {
  const size = 2 ** bits;
  const counts = new Uint32Array(classes * size);
  for (let i = 0; i < codes.length; i++) {
    const place = (labels[i] as number) * size + (codes[i] as number);
    counts[place] = (counts[place] as number) + 1;
  }
  let plugIn = 0;
  let corrected = 0;
  let fill = 0;
  for (let y = 0; y < classes; y++) {
    const own = counts.subarray(y * size, (y + 1) * size);
    if (!own.some((count) => count > 0)) continue;
    const estimate = entropyEstimate(own);
    const share = estimate.samples / codes.length;
    plugIn += share * estimate.plugIn;
    corrected += share * estimate.corrected;
    fill += estimate.samples > 1 ? (share * estimate.plugIn) / Math.log2(estimate.samples) : 0;
  }
  return { plugIn, corrected, fill };
}
