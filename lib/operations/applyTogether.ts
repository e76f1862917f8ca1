import { tf } from "../backend";
import { convolveBits } from "../layers/binaryConv2d";
import type { ApplyOptions, GetParameter, NodeState, Operation } from "./operation";

/** One operation to apply, with its own parameters. */
export interface Application {
  readonly operation: Operation;
  readonly get: GetParameter;
  readonly options?: ApplyOptions;
}

/**
 * Applies several operations to one node: the same values as applying them one by one, in the same order, but
 * stride-1 binary convolutions of one kernel size run as a single convolution with all their filters.
 *
 * Returns one tensor an application, owned by the caller, or null for "none".
 */
export function applyTogether(
  applications: readonly Application[],
  input: NodeState,
): (tf.Tensor4D | null)[] {
  const results: (tf.Tensor4D | null)[] = applications.map(() => null);
  const bySize = new Map<string, number[]>();
  for (const [i, { operation }] of applications.entries()) {
    if (!operation.conv) continue;
    const key = `${operation.conv.size},${operation.conv.border}`;
    bySize.set(key, [...(bySize.get(key) ?? []), i]);
  }
  const merged = new Set<number>();
  for (const members of bySize.values()) {
    if (members.length < 2) continue;
    const values = applyMerged(
      members.map((i) => applications[i] as Application),
      input,
    );
    for (const [k, i] of members.entries()) {
      merged.add(i);
      results[i] = values[k] as tf.Tensor4D;
    }
  }
  for (const [i, { operation, get, options }] of applications.entries()) {
    if (!merged.has(i)) results[i] = operation.apply(input, get, options);
  }
  return results;
}

function applyMerged(applications: readonly Application[], input: NodeState): tf.Tensor4D[] {
  return tf.tidy(() => {
    const parts = applications.map(({ operation, get, options }) => {
      const conv = operation.conv;
      if (!conv) throw new TypeError("applyMerged: expected stride-1 convolutions only.");
      return { conv, get, options, kernel: conv.kernel(input, get, options) };
    });
    const border = parts[0]?.conv.border ?? 0;
    const all = convolveBits(
      input.bits,
      tf.concat(
        parts.map((p) => p.kernel),
        3,
      ),
      1,
      border,
    );
    const shares = tf.split(
      all,
      parts.map((p) => p.kernel.shape[3]),
      3,
    );
    return parts.map((p, i) => p.conv.finish(shares[i] as tf.Tensor4D, input, p.get, p.options));
  });
}
