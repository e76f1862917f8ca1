import * as tf from "@tensorflow/tfjs-core";
import { type FusedKernel, runFused } from "./fusedKernel";

/**
 * One of several computations: `bodies[i](inputs)` where `gates[i]` is not 0. Exactly one gate is not, wherever the result is
 * read; they carry no gradient.
 * An engine that compiles whole steps compiles each body, and its gradients, into branches as `gated` does; handing the open
 * one's results on is one copy, however many there are. Other engines compute all of them.
 *
 * What the bodies read that depends on variables must be among `inputs`. Every result is float32, the same shapes from all
 * bodies. The caller owns the results.
 *
 * Kernels: `BarsFork`, `BarsSelect`.
 */
export function oneOf<Inputs extends readonly (tf.Tensor | null)[]>(
  gates: tf.Tensor1D,
  inputs: Inputs,
  bodies: readonly ((...inputs: Inputs) => readonly tf.Tensor[])[],
): tf.Tensor[] {
  return tf.tidy(() => {
    const count = bodies.length;
    const entered = inputs.map((x) => x && runFused("BarsFork", { x, gates }, { count }));
    const results = bodies.map((body, i) =>
      body(...(entered.map((copies) => copies && (copies[i] as tf.Tensor)) as unknown as Inputs)),
    );
    return (results[0] as readonly tf.Tensor[]).map((_, place) =>
      select(
        results.map((own) => own[place] as tf.Tensor),
        gates,
      ),
    );
  });
}

function select(parts: readonly tf.Tensor[], gates: tf.Tensor): tf.Tensor {
  const named = Object.fromEntries(parts.map((part, i) => [`part${i}`, part]));
  return runFused("BarsSelect", { gates, ...named }, { count: parts.length })[0] as tf.Tensor;
}

const gateAt = (gates: tf.Tensor, i: number) => tf.reshape(tf.slice(gates, [i], [1]), []);

/** Inputs `gates` `[count]`, `part0`, `part1`, …; attribute `count`; output `[the part whose gate is not 0]`. */
export const selectKernel: FusedKernel = {
  name: "BarsSelect",
  varying: [],
  compose(inputs, { count }) {
    const open = Array.from({ length: count as number }, (_, i) => {
      const part = inputs[`part${i}`] as tf.Tensor;
      return tf.where(tf.notEqual(gateAt(inputs["gates"] as tf.Tensor, i), 0), part, tf.zerosLike(part));
    });
    return [tf.addN(open)];
  },
};

/** Inputs `x`, `gates`; attribute `count`; outputs `x` as many times, whose gradients are selected. */
export const forkKernel: FusedKernel = {
  name: "BarsFork",
  varying: [],
  compose: ({ x }, { count }) => Array.from({ length: count as number }, () => tf.clone(x as tf.Tensor)),
};

export const selectGradient: tf.GradConfig = {
  kernelName: "BarsSelect",
  inputsToSave: ["gates"],
  gradFunc: (dy, [gates], attrs) => {
    const { count } = attrs as unknown as { count: number };
    const part = (i: number) => () =>
      runFused(
        "BarsGate",
        { x: dy as tf.Tensor, gate: gateAt(gates as tf.Tensor, i) },
        { share: 1 / count },
      )[0] as tf.Tensor;
    const parts = Array.from({ length: count }, (_, i) => [`part${i}`, part(i)]);
    return { gates: () => tf.zeros([count]), ...Object.fromEntries(parts) };
  },
};

export const forkGradient: tf.GradConfig = {
  kernelName: "BarsFork",
  inputsToSave: ["gates"],
  gradFunc: (dys, [gates]) => ({
    x: () => select(dys as tf.Tensor[], gates as tf.Tensor),
    gates: () => tf.zeros((gates as tf.Tensor).shape),
  }),
};
