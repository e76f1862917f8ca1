import { type Labels, labelArray } from "../data/imageSet";
import { fold, integers, type RandomKey } from "../random/randomKey";
import { mean } from "../util/statistics";
import type { ActivationEntropy, LayerCodes, LayerInformation, LayerRank, TapKind } from "./analysisRecord";
import { codeDistances } from "./codeDistances";
import { codeInformation } from "./codeInformation";
import { binaryEntropy } from "./entropy";
import { Moments } from "./moments";
import { spectrum } from "./spectrum";

/** What of one batch reaches {@link TapSums.add}; parts that do not apply are absent. */
export interface TapBatch {
  /** Mean over pixels, `[images · channels]`. */
  readonly pooled: ArrayLike<number>;
  /** One random pixel of each image, `[images · channels]`. */
  readonly local?: ArrayLike<number> | undefined;
  /** "bits": sums by class of −1 and +1, `[classes · units]`. */
  readonly classSums?: ArrayLike<number> | undefined;
  /** "bits": the units of all random codes, `[images · subsets · bits]`. */
  readonly units?: ArrayLike<number> | undefined;
  /** "presign": values beyond the window, as a share. */
  readonly zeroed?: number | undefined;
}

/** Size of what is measured at one tap. */
export interface TapSumsSettings {
  readonly kind: TapKind;
  /** `[height, width, channels]` or `[features]`. */
  readonly shape: readonly number[];
  readonly images: number;
  readonly classes: number;
  readonly bits: number;
  readonly subsets: number;
}

/** Adds up what one tap's measures need, batch by batch: memory does not grow with the images but for two bytes a code. */
export class TapSums {
  readonly #settings: TapSumsSettings;
  readonly #pooled: Moments;
  readonly #local: Moments;
  readonly #classSums: Int32Array[];
  readonly #classImages: number[];
  readonly #codes: Uint16Array[];
  readonly #labels: Labels;
  readonly #distinct = new Set<string>();
  #images = 0;
  #zeroed = 0;

  constructor(settings: TapSumsSettings) {
    const { kind, shape, images, classes, subsets, bits } = settings;
    this.#settings = settings;
    const channels = shape.at(-1) as number;
    const units = shape.reduce((product, extent) => product * extent, 1);
    this.#pooled = new Moments(channels);
    this.#local = new Moments(channels);
    const binary = kind === "bits";
    this.#classSums = binary ? Array.from({ length: classes }, () => new Int32Array(units)) : [];
    this.#classImages = new Array<number>(classes).fill(0);
    const coded = binary && units >= bits;
    this.#codes = coded ? Array.from({ length: subsets }, () => new Uint16Array(images)) : [];
    this.#labels = labelArray(images, classes);
  }

  add(batch: TapBatch, labels: ArrayLike<number>): void {
    const { bits, subsets, shape } = this.#settings;
    const count = labels.length;
    const channels = shape.at(-1) as number;
    this.#pooled.add(batch.pooled);
    if (batch.local) this.#local.add(batch.local);
    this.#zeroed += (batch.zeroed ?? 0) * count;
    for (let i = 0; i < count; i++) {
      const y = labels[i] as number;
      this.#labels[this.#images + i] = y;
      this.#classImages[y] = (this.#classImages[y] as number) + 1;
    }
    if (batch.classSums) {
      for (const [y, sums] of this.#classSums.entries()) {
        const start = y * sums.length;
        for (let unit = 0; unit < sums.length; unit++)
          sums[unit] = (sums[unit] as number) + Math.round(batch.classSums[start + unit] as number);
      }
    }
    const signs = batch.local ?? batch.pooled;
    if (this.#settings.kind === "bits") {
      for (let i = 0; i < count; i++) this.#distinct.add(packed(signs, i * channels, channels));
    }
    if (batch.units) {
      for (const [s, codes] of this.#codes.entries()) {
        for (let i = 0; i < count; i++) {
          let code = 0;
          const start = (i * subsets + s) * bits;
          for (let b = 0; b < bits; b++) if ((batch.units[start + b] as number) > 0) code |= 1 << b;
          codes[this.#images + i] = code;
        }
      }
    }
    this.#images += count;
  }

  entropy(): ActivationEntropy | null {
    const [first] = this.#classSums;
    if (!first) return null;
    const channels = this.#settings.shape.at(-1) as number;
    const shares = new Float64Array(channels);
    let usedBits = 0;
    for (let unit = 0; unit < first.length; unit++) {
      const sum = this.#classSums.reduce((total, sums) => total + (sums[unit] as number), 0);
      const p = (sum + this.#images) / 2 / this.#images;
      usedBits += binaryEntropy(p);
      shares[unit % channels] = (shares[unit % channels] as number) + (p * channels) / first.length;
    }
    const entropies = Array.from(shares, (p) => binaryEntropy(Math.min(1, p)));
    return {
      layer: mean(entropies),
      channels: entropies,
      constantChannels: entropies.filter((h) => h < 1e-9).length,
      usedBits,
      units: first.length,
    };
  }

  information(key: RandomKey): LayerInformation | null {
    const { classes, bits } = this.#settings;
    if (this.#codes.length === 0) return null;
    const labels = this.#labels.subarray(0, this.#images);
    const found = this.#codes.map((codes, s) =>
      codeInformation(codes.subarray(0, this.#images), labels, classes, bits, fold(key, s)),
    );
    const inputs = found.map(({ inputInformation }) => inputInformation);
    const above = found.map(({ labelInformationAboveChance }) => labelInformationAboveChance);
    return {
      bits,
      subsets: found.length,
      inputInformation: mean(inputs),
      labelInformation: mean(found.map(({ labelInformation }) => labelInformation)),
      labelInformationAboveChance: mean(above),
      inputSd: deviation(inputs),
      labelSd: deviation(above),
      saturated: mean(found.map(({ saturated }) => Number(saturated))),
      conditionalSaturated: mean(found.map(({ conditionalSaturated }) => Number(conditionalSaturated))),
    };
  }

  rank(): LayerRank {
    return {
      pooled: spectrum(this.#pooled.covariance()),
      local: this.#local.rows > 0 ? spectrum(this.#local.covariance()) : null,
    };
  }

  codes(): LayerCodes | null {
    if (this.#settings.kind !== "bits") return null;
    return {
      distinctShare: this.#distinct.size / this.#images,
      distances: codeDistances(this.#classSums, this.#classImages),
    };
  }

  zeroed(): number | null {
    return this.#settings.kind === "presign" ? this.#zeroed / this.#images : null;
  }
}

/** The units of a layer's random codes: `subsets` times `bits` different ones. Null for a layer that has fewer. */
export function drawUnits(
  units: number,
  { bits, subsets }: Pick<TapSumsSettings, "bits" | "subsets">,
  key: RandomKey,
): Int32Array | null {
  if (units < bits) return null;
  const drawn = new Int32Array(subsets * bits);
  for (let s = 0; s < subsets; s++) {
    const chosen = new Set<number>();
    for (let attempt = 0; chosen.size < bits; attempt++) {
      for (const unit of integers(fold(fold(key, s), attempt), bits, units))
        if (chosen.size < bits) chosen.add(unit);
    }
    drawn.set([...chosen], s * bits);
  }
  return drawn;
}

/** The signs of some values as text, 16 a letter. */
function packed(values: ArrayLike<number>, start: number, count: number): string {
  let text = "";
  for (let at = 0; at < count; at += 16) {
    let letter = 0;
    for (let b = 0; b < 16 && at + b < count; b++)
      if ((values[start + at + b] as number) >= 0) letter |= 1 << b;
    text += String.fromCharCode(letter);
  }
  return text;
}

function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}
