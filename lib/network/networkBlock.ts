import { tf } from "../backend";
import type { BinarizationConfig } from "../config/binarizationConfig";
import { type BoundPrimitive, boundPrimitive } from "../layers/buildOperation";
import { nodeParameters, normalizeAndBinarize } from "../layers/normalizeAndBinarize";
import type { NodeState, Operation, OperationSettings, ParameterSpec } from "../layers/operation";
import { affineSpecs, type LayerContext } from "./layerContext";
import type { LayerOverride } from "./layerOverrides";

/** A place for one operation: everything but what changes from pass to pass. */
export type Placed = Omit<OperationSettings, "edeT" | "binarization">;

/**
 * One operation of a network with a batch norm of its own: the same layer as in the supernet, whose batch norms have
 * no scale and shift, and serve all operations that leave a node.
 *
 * Parameters, under the block's name: those of the operation; where it binarizes its input also `scale` and `offset`
 * of its batch norm and, by the settings, `rsign.shift`.
 */
export class NetworkBlock {
  readonly name: string;
  /** Whether the operation binarizes what it reads; the others read a node as it is. */
  readonly binary: boolean;
  readonly parameters: readonly ParameterSpec[];
  /** Which of its signs it leaves out. */
  readonly real: LayerOverride["real"];
  readonly primitive: BoundPrimitive;
  readonly #placed: Placed;

  constructor(
    name: string,
    placed: Placed,
    binarization: BinarizationConfig,
    real: LayerOverride["real"] = undefined,
  ) {
    this.name = name;
    this.real = real;
    this.primitive = boundPrimitive(placed.primitive);
    this.binary = !this.primitive.spec.traits.parameterFree;
    this.#placed = placed;
    const { blockOrder } = binarization;
    const normed = blockOrder === "bn_conv_relu" ? placed.inChannels : placed.outChannels;
    const own = [
      ...(this.binary ? nodeParameters(placed.inChannels, binarization) : []),
      ...this.primitive.build(name, { ...placed, binarization, edeT: 1 }).parameters,
    ].map((spec) => ({ ...spec, name: `${name}.${spec.name}` }));
    this.parameters = [...(this.binary ? affineSpecs(name, normed) : []), ...own];
  }

  /**
   * What the operation reads.
   * @param normalize gives the batch norm of `raw` with this block's scale and shift.
   */
  state(raw: tf.Tensor4D, normalize: (raw: tf.Tensor4D) => tf.Tensor4D, pass: LayerContext): NodeState {
    const { edeT } = pass;
    const binarization = this.#binarization(pass);
    const shift = binarization.rsign ? (pass.get(`${this.name}.rsign.shift`) as tf.Tensor1D) : null;
    const state = normalizeAndBinarize(raw, null, binarization, edeT, { shift, normalize });
    if (pass.watched) {
      pass.see(`${this.name}.presign`, shift ? tf.add(state.normalized, shift) : state.normalized);
      pass.see(`${this.name}.bits`, state.bits);
    }
    return state;
  }

  /** The layer as this pass has it, and what it needs. */
  application(pass: LayerContext): {
    readonly operation: Operation;
    readonly get: (own: string) => tf.Tensor;
    readonly options: { readonly normalize: (conv: tf.Tensor4D) => tf.Tensor4D };
  } {
    const { edeT } = pass;
    const binarization = this.#binarization(pass);
    return {
      operation: this.primitive.build(this.name, { ...this.#placed, binarization, edeT }),
      get: (own) => pass.get(`${this.name}.${own}`),
      options: { normalize: (conv) => pass.normalize(this.name, conv, this.name) },
    };
  }

  /** The pass's, with the signs left out that this block leaves out. */
  #binarization({ binarization }: LayerContext): BinarizationConfig {
    const { real } = this;
    if (real === undefined) return binarization;
    return {
      ...binarization,
      ...(real === "weights" ? {} : { activation: "identity" }),
      ...(real === "activations" ? {} : { weight: "identity" }),
    };
  }

  apply(state: NodeState, pass: LayerContext): tf.Tensor4D {
    const { operation, get, options } = this.application(pass);
    return operation.apply(state, get, options) as tf.Tensor4D;
  }

  /** The whole block on a tensor nobody else reads; its statistics are kept under its name. */
  applyAlone(x: tf.Tensor4D, pass: LayerContext): tf.Tensor4D {
    return this.apply(
      this.state(x, (raw) => pass.normalize(this.name, raw, this.name), pass),
      pass,
    );
  }
}
