import { tf } from "../backend";
import { optimizers } from "../config/optimizers";
import type { Optimizer } from "../optim/createOptimizer";
import { checkTensor } from "../util/checkTensors";
import { RecordError } from "../util/errors";
import type { StoredTensor } from "../util/tensorFile";

/** Tensors by name as plain arrays, for a checkpoint. */
export async function storedTensors(
  entries: Iterable<readonly [string, tf.Tensor]>,
): Promise<Map<string, StoredTensor>> {
  const stored = new Map<string, StoredTensor>();
  for (const [name, tensor] of entries) {
    stored.set(name, { shape: tensor.shape, values: (await tensor.data()) as Float32Array });
  }
  return stored;
}

/**
 * Checks the stored state of an optimizer before it is used: for every parameter that took steps what its rule remembers,
 * of the parameter's shape and finite, and nothing else.
 *
 * @param shapes of all parameters, by name.
 * @throws RecordError that names the place and the tensor.
 */
export function checkOptimizerState(
  method: string,
  stored: ReadonlyMap<string, StoredTensor>,
  steps: Readonly<Record<string, number>>,
  shapes: ReadonlyMap<string, readonly number[]>,
  place: string,
): void {
  const known = new Set<string>();
  for (const name of Object.keys(steps)) {
    const shape = shapes.get(name);
    if (shape === undefined) {
      throw new RecordError(`${place}: steps are counted for "${name}", which is no parameter of this run.`);
    }
    for (const slot of optimizers.get(method).memory) {
      const tensor = stored.get(`${slot}/${name}`);
      if (tensor === undefined) {
        throw new RecordError(
          `${place}: the checkpoint of a search by ${method} must hold "${slot}/${name}", got none.`,
        );
      }
      checkTensor(tensor, `${slot}/${name}`, shape, place);
      known.add(`${slot}/${name}`);
    }
  }
  const extra = [...stored.keys()].find((name) => !known.has(name));
  if (extra === undefined) return;
  throw new RecordError(
    `${place}: the checkpoint holds "${extra}", which an optimizer by ${method} does not remember after these steps.`,
  );
}

/** Puts back the state of an optimizer that {@link storedTensors} of it gave. */
export function restoreOptimizer(
  optimizer: Optimizer,
  stored: ReadonlyMap<string, StoredTensor>,
  steps: Record<string, number>,
): void {
  tf.tidy(() => {
    const tensors = Object.fromEntries(
      [...stored].map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
    );
    optimizer.restore({ tensors, steps });
  });
}
