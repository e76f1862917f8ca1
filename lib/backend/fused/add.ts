import * as tf from "@tensorflow/tfjs-core";
import { ShapeError } from "../../util/errors";
import { type FusedKernel, runFused } from "./fusedKernel";

/**
 * `y = a + b` of two tensors of one shape. Unlike `tf.add`, which may broadcast and so remembers both, its gradient
 * needs neither: on a supernet's wide tensors that is much memory. Kernel: `BarsAdd`.
 *
 * @throws ShapeError if the shapes differ.
 */
export function add<T extends tf.Tensor>(a: T, b: T): T {
  checkShapes("add", a, b);
  return runFused("BarsAdd", { a, b })[0] as T;
}

/**
 * `y = max(0, a + b)` of two tensors of one shape: the end of a block with a shortcut. Remembers `y` alone.
 * Gradient of both: `dy · 1(y > 0)`. Kernels: `BarsAddRelu`, `BarsReluGrad`.
 *
 * @throws ShapeError if the shapes differ.
 */
export function addRelu<T extends tf.Tensor>(a: T, b: T): T {
  checkShapes("addRelu", a, b);
  return runFused("BarsAddRelu", { a, b })[0] as T;
}

/** Inputs `a`, `b`; output `[y]`. */
export const addKernel: FusedKernel = {
  name: "BarsAdd",
  varying: [],
  compose: ({ a, b }) => [tf.add(a as tf.Tensor, b as tf.Tensor)],
};

/** Inputs `a`, `b`; output `[y]`. */
export const addReluKernel: FusedKernel = {
  name: "BarsAddRelu",
  varying: [],
  compose: ({ a, b }) => [tf.relu(tf.add(a as tf.Tensor, b as tf.Tensor))],
};

export const addGradient: tf.GradConfig = {
  kernelName: "BarsAdd",
  inputsToSave: [],
  gradFunc: (dy) => ({ a: () => (dy as tf.Tensor).clone(), b: () => (dy as tf.Tensor).clone() }),
};

export const addReluGradient: tf.GradConfig = {
  kernelName: "BarsAddRelu",
  inputsToSave: [],
  outputsToSave: [true],
  gradFunc: (dy, saved) => {
    const gradient = () =>
      runFused("BarsReluGrad", { dy: dy as tf.Tensor, y: saved[0] as tf.Tensor })[0] as tf.Tensor;
    return { a: gradient, b: gradient };
  },
};

function checkShapes(operation: string, a: tf.Tensor, b: tf.Tensor): void {
  if (a.shape.join() === b.shape.join()) return;
  throw new ShapeError(
    `${operation}: expected two tensors of one shape, got [${a.shape.join(", ")}] and [${b.shape.join(", ")}].`,
  );
}
