import * as tf from "@tensorflow/tfjs-core";
import { poolGeometry } from "../kernels/conv2dGeometry";
import type { EngineKernel } from "../kernels/engineKernel";
import { windowShares } from "../kernels/windowShares";

/**
 * Gradient of average pooling, corrected at the border: tfjs leaves the padding out of the averages but divides
 * the gradient by the whole window. What is too much is taken out of `dy` first.
 */
export const avgPoolGrad: EngineKernel = {
  kernelName: tf.AvgPoolGrad,
  compute(inputs, attributes, { builtin }) {
    const dy = inputs["dy"] as tf.Tensor4D;
    const input = inputs["input"] as tf.Tensor4D;
    const geometry = poolGeometry(input.shape, attributes);
    return tf.tidy(() => {
      const area = geometry.height.kernel * geometry.width.kernel;
      const corrected = tf.mul(windowShares(dy, geometry), area);
      const info = builtin({ dy: corrected, input }) as tf.TensorInfo;
      return tf.engine().makeTensorFromTensorInfo(info) as tf.Tensor;
    });
  },
};
