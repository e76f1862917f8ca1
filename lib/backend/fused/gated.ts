import * as tf from "@tensorflow/tfjs-core";
import { detach } from "./detach";
import { type FusedKernel, runFused } from "./fusedKernel";

/** When a part of a computation is needed. */
export interface Gate {
  /** A scalar; the part is needed where it is not 0. Carries no gradient. */
  readonly open: tf.Scalar;
  /** Share of the runs in which it is open, about; the engine's estimate of memory uses it. */
  readonly share: number;
}

/** The gate that is open where a weight is not 0. The caller owns its tensor. */
export const gateOf = (weight: tf.Scalar, share: number): Gate => ({ open: detach(weight), share });

/**
 * A part of a computation that is needed where a gate is open: `body(inputs)` there, zeros elsewhere; so are the
 * gradients of all inputs. An engine that compiles whole steps compiles the part, and its gradients, into branches that run where the
 * gate is open, so that one graph serves every choice. Other engines compute it and multiply by 0.
 *
 * What `body` reads that depends on variables must be among `inputs`: gradients of anything else pull their computation out of
 * the branch. Every result is float32. The caller owns the results.
 *
 * Kernels: `BarsGate`, `BarsGateBack`.
 */
export function gated<Inputs extends readonly (tf.Tensor | null)[]>(
  gate: Gate,
  inputs: Inputs,
  body: (...inputs: Inputs) => readonly tf.Tensor[],
): tf.Tensor[] {
  return tf.tidy(() => {
    const entered = inputs.map((x) => x && through("BarsGateBack", x, gate)) as unknown as Inputs;
    return body(...entered).map((y) => through("BarsGate", y, gate));
  });
}

function through(kernel: "BarsGate" | "BarsGateBack", x: tf.Tensor, { open, share }: Gate): tf.Tensor {
  return runFused(kernel, { x, gate: open }, { share })[0] as tf.Tensor;
}

/** Inputs `x`, `gate` (scalar); attribute `share`; output `[x where gate is not 0, else zeros]`. */
export const gateKernel: FusedKernel = {
  name: "BarsGate",
  varying: [],
  compose: ({ x, gate }) => [
    tf.where(tf.notEqual(gate as tf.Tensor, 0), x as tf.Tensor, tf.zerosLike(x as tf.Tensor)),
  ],
};

/** Inputs `x`, `gate`; attribute `share`; output `[x]`, whose gradient is gated. */
export const gateBackKernel: FusedKernel = {
  name: "BarsGateBack",
  varying: [],
  compose: ({ x }) => [tf.clone(x as tf.Tensor)],
};

const gatedGradient = (kernelName: FusedKernel["name"]): tf.GradConfig => ({
  kernelName,
  inputsToSave: ["gate"],
  gradFunc: (dy, [gate], attrs) => ({
    x: () =>
      runFused("BarsGate", { x: dy as tf.Tensor, gate: gate as tf.Tensor }, attrs as never)[0] as tf.Tensor,
    gate: () => tf.zeros([]),
  }),
});

export const gateGradient = gatedGradient("BarsGate");
export const gateBackGradient = gatedGradient("BarsGateBack");
