import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { GraphBuilder } from "./graphBuilder";
import type { GraphTensor } from "./graphTensor";

/** Types of the tensors that graphs compute with. */
export type LazyType = "float32" | "int32" | "bool";
export type LazyArray = Float32Array | Int32Array | Uint8Array;

/** Shape and type of a result. */
export interface LazySpec {
  readonly shape: readonly number[];
  readonly dtype: LazyType;
}

export type KernelAttributes = Readonly<Record<string, unknown>>;
export type NamedInfos = Readonly<Record<string, TensorInfo>>;
export type NamedTensors = Readonly<Record<string, GraphTensor>>;

/** A tfjs kernel that is recorded when it is called, and becomes operators of a graph when a value is needed. */
export interface LazyKernel {
  readonly name: string;
  /** Whether tfjs expects a list even of a single result. */
  readonly several?: boolean;
  /** Results, from the shapes and types of the inputs. Throws what tfjs throws on bad ones. */
  infer(inputs: NamedInfos, attributes: KernelAttributes): readonly LazySpec[];
  /** Whether the graph form computes this call; else the cpu kernel does. Without it: always. */
  accepts?(inputs: NamedInfos, attributes: KernelAttributes): boolean;
  /**
   * Numbers that change from call to call. They reach {@link lower} as the scalar inputs `$0`, `$1`, … and are left
   * out of what tells graphs apart, so that new numbers never compile anew.
   */
  numbers?(attributes: KernelAttributes): readonly number[];
  /** Attributes that {@link numbers} replaces. */
  readonly varying?: readonly string[];
  lower(
    graph: GraphBuilder,
    inputs: NamedTensors,
    attributes: KernelAttributes,
    outputs: readonly LazySpec[],
  ): readonly GraphTensor[];
}

/** One recorded call. */
export interface LazyNode {
  /** Grows with every call, so that sorting by it sorts topologically. */
  readonly order: number;
  readonly kernel: LazyKernel;
  readonly names: readonly string[];
  readonly inputs: readonly LazyInput[];
  readonly attributes: KernelAttributes;
  readonly outputs: readonly LazyValue[];
  /** Number of everything that tells this call apart, its inputs' origins excepted. */
  readonly kind: number;
}

/** A value as a call sees it: tensors of one buffer may have several shapes. */
export interface LazyInput {
  readonly value: LazyValue;
  readonly shape: readonly number[];
}

/** The contents of one tfjs data id: recorded and not computed yet, or in a buffer of the device. */
export class LazyValue {
  /** The call that computes it; undefined once it has a buffer. */
  node: LazyNode | undefined;
  /** Number of its buffer on the device. */
  buffer: number | undefined;
  /** Numbers that came from outside and have not been sent to the device. */
  host: LazyArray | undefined;
  /** Whether a tensor holds it. */
  live = true;

  constructor(
    readonly shape: readonly number[],
    readonly dtype: LazyType,
  ) {}

  get size(): number {
    let size = 1;
    for (const extent of this.shape) size *= extent;
    return size;
  }
}
