import type { ModelSpec } from "../records/modelSpec";
import { RecordError } from "../util/errors";
import type { PackedBinarization } from "./blockGraph";
import { modelGraph } from "./modelGraph";
import type { Affine, KernelRequest, NormRequest, WeightSource } from "./weightSource";

/** One tensor of a packed model: float32 numbers, or signs (0 for +1, 1 for −1) at one byte each. */
export type PackedTensor = Float32Array | Uint8Array;

/** The tensors of a packed model by name, in the order in which its graph asks for them, which is the file's. */
export type PackedTensors = ReadonlyMap<string, PackedTensor>;

/** What one tensor of a model is, before it is there. */
export interface PlannedTensor {
  readonly name: string;
  readonly kind: "real" | "signs";
  /** Numbers, or signs. */
  readonly length: number;
}

/** The names of a batch norm's tensor (scales, then shifts) and of a kernel's. */
const normName = ({ name }: NormRequest): string => `${name}.norm`;
const signsName = ({ latent }: KernelRequest): string => latent.replace(/latent$/, "signs");
const scaleName = ({ latent }: KernelRequest): string => latent.replace(/latent$/, "weightScale");

/** A source whose every tensor comes from one function. */
abstract class TensorSource implements WeightSource {
  protected abstract realTensor(name: string, length: number): Float32Array;
  protected abstract signTensor(name: string, length: number): Uint8Array;

  real(name: string, shape: readonly number[]): Float32Array {
    return this.realTensor(
      name,
      shape.reduce((product, extent) => product * extent, 1),
    );
  }

  norm(request: NormRequest): Affine {
    const { channels } = request;
    const both = this.realTensor(normName(request), 2 * channels);
    return { scale: both.slice(0, channels), offset: both.slice(channels) };
  }

  signs(request: KernelRequest): Uint8Array {
    const { kernel, inChannels, outChannels } = request;
    return this.signTensor(signsName(request), kernel * kernel * inChannels * outChannels);
  }

  weightScale(request: KernelRequest, numbers: number): Float32Array {
    return this.realTensor(scaleName(request), numbers);
  }
}

class Planner extends TensorSource {
  readonly planned: PlannedTensor[] = [];

  protected override realTensor(name: string, length: number): Float32Array {
    this.planned.push({ name, kind: "real", length });
    return new Float32Array(length);
  }

  protected override signTensor(name: string, length: number): Uint8Array {
    this.planned.push({ name, kind: "signs", length });
    return new Uint8Array(length);
  }
}

/** The tensors a model has, in order: its architecture and settings alone decide them. */
export function plannedTensors(model: ModelSpec, binarization: PackedBinarization): PlannedTensor[] {
  const planner = new Planner();
  modelGraph(model, binarization, planner);
  return planner.planned;
}

/** A source that gives stored tensors. */
export class StoredTensors extends TensorSource {
  readonly #tensors: PackedTensors;

  constructor(tensors: PackedTensors) {
    super();
    this.#tensors = tensors;
  }

  protected override realTensor(name: string, length: number): Float32Array {
    return this.#find(name, length, Float32Array);
  }

  protected override signTensor(name: string, length: number): Uint8Array {
    return this.#find(name, length, Uint8Array);
  }

  #find<T extends PackedTensor>(name: string, length: number, form: new () => T): T {
    const tensor = this.#tensors.get(name);
    if (tensor instanceof form && tensor.length === length) return tensor;
    const got = tensor
      ? `${tensor.length} ${tensor instanceof Float32Array ? "numbers" : "signs"}`
      : "nothing";
    throw new RecordError(`packed model: "${name}" should hold ${length} values, got ${got}.`);
  }
}

/** Gives what another source gives, and keeps it. */
export class KeepingSource implements WeightSource {
  readonly tensors = new Map<string, PackedTensor>();
  readonly #from: WeightSource;

  constructor(from: WeightSource) {
    this.#from = from;
  }

  real(name: string, shape: readonly number[]): Float32Array {
    return this.#keep(name, this.#from.real(name, shape));
  }

  norm(request: NormRequest): Affine {
    const affine = this.#from.norm(request);
    this.#keep(normName(request), Float32Array.of(...affine.scale, ...affine.offset));
    return affine;
  }

  signs(request: KernelRequest): Uint8Array {
    return this.#keep(signsName(request), this.#from.signs(request));
  }

  weightScale(request: KernelRequest, numbers: number): Float32Array {
    return this.#keep(scaleName(request), this.#from.weightScale(request, numbers));
  }

  #keep<T extends PackedTensor>(name: string, tensor: T): T {
    this.tensors.set(name, tensor);
    return tensor;
  }
}
