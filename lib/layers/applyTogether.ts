import { mergesConvolutions, splitChannels, tf } from "../backend";
import { type BorderedBits, borderedBits, convolveBordered } from "./binaryConv2d";
import type { ApplyOptions, ConvParts, GetParameter, NodeState, Operation } from "./operation";

/** One operation to apply, with its own parameters. */
export interface Application {
  readonly operation: Operation;
  readonly get: GetParameter;
  readonly options?: ApplyOptions;
}

/**
 * Applies several operations to one node: the same values as applying them one by one, in the same order, but
 * stride-1 binary convolutions of one kernel size share the node's bordered bits, and run as a single convolution
 * with all their filters where the engine gains by it (`merge`).
 *
 * Returns one tensor an application, owned by the caller, or null for "none".
 */
export function applyTogether(
  applications: readonly Application[],
  input: NodeState,
  merge: boolean = mergesConvolutions(),
): (tf.Tensor4D | null)[] {
  const results: (tf.Tensor4D | null)[] = applications.map(() => null);
  const bySize = new Map<string, number[]>();
  for (const [i, { operation }] of applications.entries()) {
    if (!operation.conv) continue;
    const key = `${operation.conv.size},${operation.conv.border}`;
    bySize.set(key, [...(bySize.get(key) ?? []), i]);
  }
  const shared = new Set<number>();
  for (const members of bySize.values()) {
    if (members.length < 2) continue;
    const values = applyShared(
      members.map((i) => applications[i] as Application),
      input,
      merge,
    );
    for (const [k, i] of members.entries()) {
      shared.add(i);
      results[i] = values[k] as tf.Tensor4D;
    }
  }
  for (const [i, { operation, get, options }] of applications.entries()) {
    if (!shared.has(i)) results[i] = operation.apply(input, get, options);
  }
  return results;
}

/** Convolutions of one size and border. */
function applyShared(applications: readonly Application[], input: NodeState, merge: boolean): tf.Tensor4D[] {
  return tf.tidy(() => {
    const parts = applications.map(({ operation, get, options }) => {
      const conv = operation.conv as ConvParts;
      return { conv, get, options, kernel: conv.kernel(input, get, options) };
    });
    const { size, border } = (parts[0] as (typeof parts)[number]).conv;
    const bits = borderedBits(input.bits, size, 1, border, input.masksBits ? input.mask : null);
    const kernels = parts.map(({ kernel }) => kernel);
    const values =
      merge && !input.masksBits
        ? mergedConvolution(bits, kernels)
        : parts.map(({ conv, get, options, kernel }) =>
            convolveBordered(bits, kernel, 1, conv.scale(input, get, options)),
          );
    return parts.map(({ conv, get, options }, i) =>
      conv.finish(values[i] as tf.Tensor4D, input, get, options),
    );
  });
}

function mergedConvolution(bits: BorderedBits, kernels: readonly tf.Tensor4D[]): tf.Tensor4D[] {
  const filters = kernels.map((kernel) => kernel.shape[3]);
  return splitChannels(convolveBordered(bits, tf.concat([...kernels], 3), 1), filters);
}
