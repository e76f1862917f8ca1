import {
  type BinarizationConfig,
  binarizationSection,
  defaultBinarizationConfig,
} from "../config/binarizationConfig";
import { definedField } from "../config/definitions";
import { baselineBinarization } from "../cost/baselineStyle";
import { fold, normal, type RandomKey } from "../random/randomKey";
import { type ModelSpec, modelSettings, modelShape } from "../records/modelSpec";
import { version } from "../util/version";
import type { PackedBinarization } from "./blockGraph";
import { modelGraph } from "./modelGraph";
import type { PackedHeader, PackedModel, Provenance } from "./packedModel";
import { KeepingSource } from "./tensors";
import type { WeightSource } from "./weightSource";

/** Of a network that was not trained. */
export const noTraining: Omit<Provenance, "bars"> = Object.freeze({
  configHash: null,
  data: null,
  epochs: null,
  recalibrated: null,
  testAccuracy: null,
});

/**
 * A packed network with weights drawn at random, as trained ones would be: for time and size, which do not depend on them, and to
 * try things. Needs no tensor engine.
 *
 * Real weights are normal with variance 2 / fan-in, signs are fair, batch norms have scales near 1 and shifts near 0.
 *
 * @throws ConfigError for what no packed engine has.
 *
 * @example
 * ```ts
 * const record = bars.readTrainRecord("data/records/frontier/bars-6M-c24-s0.json");
 * const model = bars.packed.packDrawn(record.model, bars.randomKey(0));
 * console.log(bars.packed.packedSizes(model).binaryWeights === record.cost.binaryParameters); // true
 * ```
 */
export function packDrawn(
  model: ModelSpec,
  key: RandomKey,
  binarization: BinarizationConfig = defaultBinarizationConfig,
): PackedModel {
  const settings = packedBinarization(model, binarization);
  const source = new KeepingSource(new DrawnSource(key));
  modelGraph(model, settings, source);
  const { imageChannels, classes } = modelShape(model);
  return {
    header: {
      kind: "bars.packed-model",
      version: 1,
      model,
      binarization: settings,
      classNames: Array.from({ length: classes }, (_, i) => String(i)),
      normalization: { mean: new Array(imageChannels).fill(0.5), std: new Array(imageChannels).fill(0.25) },
      provenance: { bars: version, ...noTraining },
      ...definedHeader(model, settings),
    },
    tensors: source.tensors,
  };
}

/** What of a training's binarization a packed model has; hand-made networks bring their own. */
export function packedBinarization(model: ModelSpec, binarization: BinarizationConfig): PackedBinarization {
  const { activation, weight, blockOrder, border, shortcutFrom, nonlinearity, rsign } =
    model.kind === "baseline" ? baselineBinarization(model.block, binarization) : binarization;
  return { activation, weight, blockOrder, border, shortcutFrom, nonlinearity, rsign };
}

/** The variants of the user's own that a packed model names, as a field of its header; nothing where there are none. */
export function definedHeader(
  model: ModelSpec,
  binarization: PackedBinarization,
): Pick<PackedHeader, "defined"> {
  return definedField(modelSettings(model), [binarizationSection, binarization]);
}

class DrawnSource implements WeightSource {
  readonly #key: RandomKey;

  constructor(key: RandomKey) {
    this.#key = key;
  }

  real(name: string, shape: readonly number[]): Float32Array {
    const length = shape.reduce((product, extent) => product * extent, 1);
    const fanIn = length / (shape.at(-1) as number);
    // Shifts and slopes, one a channel, lie near 0.
    const spread = shape.length === 1 ? 0.1 : Math.sqrt(2 / fanIn);
    return this.#normal(name, length, 0, spread);
  }

  norm({ name, channels, kernels }: Parameters<WeightSource["norm"]>[0]) {
    const [kernel] = kernels ?? [];
    // Sums of n signs have the variance n.
    const level = kernel ? 1 / Math.sqrt(kernel.kernel ** 2 * kernel.inChannels) : 1;
    const scale = this.#normal(`${name} scale`, channels, 0, 0.1).map((value) => level * Math.exp(value));
    return { scale, offset: this.#normal(`${name} offset`, channels, 0, 0.1) };
  }

  signs({ latent, kernel, inChannels, outChannels }: Parameters<WeightSource["signs"]>[0]): Uint8Array {
    const drawn = normal(fold(this.#key, latent), kernel * kernel * inChannels * outChannels);
    return Uint8Array.from(drawn, (value: number) => (value < 0 ? 1 : 0));
  }

  weightScale({ latent, kernel, inChannels }: Parameters<WeightSource["weightScale"]>[0], numbers: number) {
    const level = 1 / Math.sqrt(kernel ** 2 * inChannels);
    return this.#normal(`${latent} scale`, numbers, level, 0.1 * level);
  }

  #normal(name: string, length: number, mean: number, spread: number): Float32Array {
    return Float32Array.from(normal(fold(this.#key, name), length), (z: number) => mean + spread * z);
  }
}
