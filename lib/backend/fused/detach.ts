import * as tf from "@tensorflow/tfjs-core";

/**
 * The same values as `x`, off the gradient tape: a constant to everything that follows. No copy is made; the
 * result is a tensor of its own, to be disposed like any other.
 */
export function detach<T extends tf.Tensor>(x: T): T {
  const engine = tf.engine();
  engine.backend.incRef(x.dataId);
  return engine.makeTensorFromTensorInfo({
    dataId: x.dataId,
    shape: x.shape,
    dtype: x.dtype,
  }) as unknown as T;
}
