import { tf } from "../backend";
import type { Optimizer } from "../optim/createOptimizer";
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
