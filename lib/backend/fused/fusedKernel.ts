import * as tf from "@tensorflow/tfjs-core";

/** Numbers of one call of a kernel, by name. */
export type FusedAttributes = Readonly<Record<string, number | boolean | readonly number[]>>;

/** Tensors of one call of a kernel, by name. Optional inputs are absent, never null. */
export type FusedInputs = Readonly<Record<string, tf.Tensor>>;

/**
 * One named operation that an engine may run as a whole. `compose` computes it with ordinary operations and so
 * runs on any engine; an engine with something faster registers its own kernel under the same name.
 *
 * Numbers that change from step to step (learning rates, step counts) are attributes; an engine that compiles
 * graphs should feed them as scalar inputs, or every step compiles anew. Which ones: `varying`.
 */
export interface FusedKernel {
  readonly name: `Bars${string}`;
  /** Attributes that change between steps of one run. */
  readonly varying: readonly string[];
  compose(inputs: FusedInputs, attributes: FusedAttributes): tf.Tensor[];
}

/** Marks the kernels registered here, so that a newer copy of the library may replace them but never an engine's own. */
const mark = Symbol.for("bars.fusedKernel");

/**
 * Registers `kernelFunc` under `name` with the engine called `backendName`, unless that engine has a kernel of its
 * own under the name.
 */
export function registerUnlessPresent(
  name: FusedKernel["name"],
  backendName: string,
  kernelFunc: tf.KernelConfig["kernelFunc"],
): void {
  const present = tf.getKernel(name, backendName) as (tf.KernelConfig & { [mark]?: true }) | undefined;
  if (present && !present[mark]) return;
  if (present) tf.unregisterKernel(name, backendName);
  const config: tf.KernelConfig & { [mark]: true } = {
    kernelName: name,
    backendName,
    kernelFunc,
    [mark]: true,
  };
  tf.registerKernel(config);
}

/** The kernel function of a composition of ordinary operations. */
export function composedForm(compose: FusedKernel["compose"]): tf.KernelConfig["kernelFunc"] {
  return ({ inputs, attrs }) =>
    tf.tidy(() => compose(inputs as FusedInputs, (attrs ?? {}) as FusedAttributes));
}

/** Runs a kernel on the current engine. Taped, where a gradient is registered under the name. */
export function runFused(
  name: FusedKernel["name"],
  inputs: FusedInputs,
  attributes: FusedAttributes = {},
): tf.Tensor[] {
  const result = tf.engine().runKernel(name, inputs as never, attributes as never) as tf.Tensor | tf.Tensor[];
  return Array.isArray(result) ? result : [result];
}
