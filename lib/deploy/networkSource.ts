import { tf } from "../backend";
import { binarizeWeight } from "../layers/binarizeWeight";
import { dealt } from "../packed/blockGraph";
import type { Affine, KernelRequest, NormRequest, WeightSource } from "../packed/weightSource";
import { RecordError, ShapeError } from "../util/errors";
import type { StoredTensor } from "../util/tensorFile";

/** The signs and scales of one kernel. */
interface BinaryKernel {
  readonly signs: Uint8Array;
  readonly scale: Float32Array;
}

/** How a network that is packed takes the sign of its weights. */
export interface NetworkSourceSettings {
  readonly name: string;
  /** `binarization.weight`. */
  readonly weight: string;
  readonly batchNormEpsilon: number;
}

/**
 * The weights of a trained network as a graph asks for them: batch norms folded in double precision, kernels binarized by the
 * network's own function (a user's too), of whose values only signs and the scale of each filter are kept.
 */
export class NetworkSource implements WeightSource {
  readonly #weights: ReadonlyMap<string, StoredTensor>;
  readonly #statistics: ReadonlyMap<string, StoredTensor>;
  readonly #settings: NetworkSourceSettings;
  readonly #kernels = new Map<string, BinaryKernel>();

  constructor(
    weights: ReadonlyMap<string, StoredTensor>,
    statistics: ReadonlyMap<string, StoredTensor>,
    settings: NetworkSourceSettings,
  ) {
    this.#weights = weights;
    this.#statistics = statistics;
    this.#settings = settings;
  }

  real(name: string, shape: readonly number[]): Float32Array {
    const { values } = this.#tensor(this.#weights, name, shape);
    return Float32Array.from(values);
  }

  norm({ name, statistics, channels, kernels }: NormRequest): Affine {
    const part = (from: ReadonlyMap<string, StoredTensor>, own: string) =>
      this.#tensor(from, own, [channels]).values;
    const [gain, shift] = [part(this.#weights, `${name}.scale`), part(this.#weights, `${name}.offset`)];
    const mean = part(this.#statistics, `${statistics}.mean`);
    const variance = part(this.#statistics, `${statistics}.variance`);
    const filters = kernels ? dealt(kernels.map((kernel) => this.#kernel(kernel).scale)) : null;
    const scale = Float64Array.from(
      gain,
      (value: number, c: number) =>
        value / Math.sqrt((variance[c] as number) + this.#settings.batchNormEpsilon),
    );
    return {
      scale: Float32Array.from(scale, (value, c) => value * (filters?.[c] ?? 1)),
      offset: Float32Array.from(
        shift,
        (value: number, c: number) => value - (mean[c] as number) * (scale[c] as number),
      ),
    };
  }

  signs(request: KernelRequest): Uint8Array {
    return this.#kernel(request).signs;
  }

  weightScale(request: KernelRequest, numbers: number): Float32Array {
    return this.#kernel(request).scale.slice(0, numbers);
  }

  /** Binarizes a kernel, and takes it apart into signs and scales. */
  #kernel(request: KernelRequest): BinaryKernel {
    const known = this.#kernels.get(request.latent);
    if (known) return known;
    const { latent, kernel, inChannels, outChannels } = request;
    const shape: [number, number, number, number] = [kernel, kernel, inChannels, outChannels];
    const { values } = this.#tensor(this.#weights, latent, shape);
    const binary = tf.tidy(
      () =>
        binarizeWeight(tf.tensor4d(values as Float32Array, shape), {
          method: this.#settings.weight,
          clip: 1,
          t: 1,
        }).dataSync() as Float32Array,
    );
    const taken = takeApart(binary, outChannels, `${this.#settings.name}: ${latent}`);
    this.#kernels.set(latent, taken);
    return taken;
  }

  #tensor(from: ReadonlyMap<string, StoredTensor>, name: string, shape: readonly number[]): StoredTensor {
    const tensor = from.get(name);
    const place = `${this.#settings.name}: "${name}"`;
    if (!tensor || tensor.shape.join() !== shape.join()) {
      const got = tensor ? `[${tensor.shape.join(", ")}]` : "nothing";
      throw new RecordError(`${place} should have the shape [${shape.join(", ")}], got ${got}.`);
    }
    const wrong = tensor.values.findIndex((value: number) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new RecordError(
        `${place} should hold finite numbers, got ${tensor.values[wrong]} at place ${wrong}. Pack an earlier checkpoint of the run.`,
      );
    return tensor;
  }
}

/**
 * Signs in the order `[outChannels, kernel, kernel, inChannels]` and one scale a filter.
 * @throws ShapeError if the kernel is not signs times one scale of at least 0 a filter.
 */
function takeApart(binary: Float32Array, outChannels: number, place: string): BinaryKernel {
  const rows = binary.length / outChannels;
  const signs = new Uint8Array(binary.length);
  const scale = Float32Array.from({ length: outChannels }, (_, o) => Math.abs(binary[o] as number));
  for (let o = 0; o < outChannels; o++) {
    for (let row = 0; row < rows; row++) {
      const value = binary[row * outChannels + o] as number;
      if (Math.abs(value) !== scale[o]) {
        throw new ShapeError(
          `${place}: expected a binarizer that gives signs times one scale a filter, got ${value} beside ${scale[o]} in filter ${o}. A packed network stores 1 bit a weight.`,
        );
      }
      signs[o * rows + row] = value < 0 ? 1 : 0;
    }
  }
  return { signs, scale };
}
