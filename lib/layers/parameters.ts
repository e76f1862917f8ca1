import { tf } from "../backend";
import { fold, normal, type RandomKey } from "../random/randomKey";
import { checkTensors } from "../util/checkTensors";
import type { StoredTensor } from "../util/tensorFile";
import type { ParameterSpec } from "./operation";

/**
 * The trained tensors of one network, by name. Owns its variables; {@link dispose} frees them.
 *
 * Each starts from its own key, `fold(key, name)`, so adding a layer does not change the start of the others.
 */
export class Parameters {
  readonly #variables = new Map<string, tf.Variable>();
  readonly #specs: ReadonlyMap<string, ParameterSpec>;

  constructor(specs: readonly ParameterSpec[], key: RandomKey) {
    this.#specs = new Map(specs.map((spec) => [spec.name, spec]));
    if (this.#specs.size !== specs.length) throw new Error("Parameters: two parameters share a name.");
    for (const spec of specs) {
      this.#variables.set(
        spec.name,
        tf.tidy(() => tf.variable(startValue(spec, fold(key, spec.name)))),
      );
    }
  }

  /** @throws Error for a name no layer declared. */
  readonly get = (name: string): tf.Variable => {
    const variable = this.#variables.get(name);
    if (!variable) throw new Error(`Parameters: no parameter is named "${name}".`);
    return variable;
  };

  specs(): ParameterSpec[] {
    return [...this.#specs.values()];
  }

  role(name: string): ParameterSpec["role"] {
    return (this.#specs.get(name) as ParameterSpec).role;
  }

  entries(): [string, tf.Variable][] {
    return [...this.#variables];
  }

  /** All values as plain arrays, for a checkpoint. */
  async stored(): Promise<Map<string, StoredTensor>> {
    const stored = new Map<string, StoredTensor>();
    for (const [name, variable] of this.#variables) {
      stored.set(name, { shape: variable.shape, values: (await variable.data()) as Float32Array });
    }
    return stored;
  }

  /**
   * Checks values of {@link stored} before they are used.
   * @throws RecordError if one is missing, of another shape or not finite, or belongs to no parameter.
   */
  check(stored: ReadonlyMap<string, StoredTensor>, place: string): void {
    checkTensors(stored, this.specs(), place);
  }

  /** Puts back values of {@link stored}: all of them, or none where {@link check} throws. */
  restore(stored: ReadonlyMap<string, StoredTensor>, place: string): void {
    this.check(stored, place);
    for (const [name, variable] of this.#variables) {
      const { values } = stored.get(name) as StoredTensor;
      tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    }
  }

  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
    this.#variables.clear();
  }
}

function startValue(spec: ParameterSpec, key: RandomKey): tf.Tensor {
  const size = spec.shape.reduce((product, extent) => product * extent, 1);
  if (spec.init.kind === "constant") return tf.fill(spec.shape, spec.init.value);
  const { std } = spec.init;
  return tf.tensor(
    normal(key, size).map((z) => z * std),
    spec.shape,
  );
}
