import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { cpuEngine } from "../../lib/backend/cpuEngine";
import { wasmEngine } from "../../lib/backend/wasmEngine";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import { expectNoLeak } from "../helpers/expectNoLeak";

// Average pooling is linear, so its gradient is its adjoint: <dy, pool(v)> = <dx, v> for every v. No engine is
// the reference here; tfjs's own cpu and wasm kernels fail this at the border.
describe.each(["cpu", "wasm"])("the gradient of average pooling on %s", (engine) => {
  beforeAll(async () => {
    await cpuEngine.load();
    await wasmEngine.load();
    await tf.setBackend(engine);
  });

  it.each([
    { size: 3, stride: 1, pad: "same" },
    { size: 3, stride: 2, pad: "same" },
    { size: 2, stride: 2, pad: "same" },
    { size: 3, stride: 2, pad: "valid" },
    { size: 7, stride: 3, pad: "same" },
  ] as const)("is its adjoint, window $size, stride $stride, padding $pad", ({ size, stride, pad }) => {
    expectNoLeak(() => {
      const draw = (label: string, shape: [number, number, number, number]) =>
        tf.tensor4d(normal(fold(randomKey(0), label), tf.util.sizeFromShape(shape)), shape);
      const [left, right] = tf.tidy(() => {
        const v = draw("v", [2, 7, 8, 3]);
        const pooled = tf.avgPool(v, size, stride, pad);
        const dy = draw("dy", pooled.shape);
        const dx = tf.grad((x) => tf.avgPool(x as tf.Tensor4D, size, stride, pad))(v, dy);
        return [tf.sum(tf.mul(dy, pooled)).dataSync()[0], tf.sum(tf.mul(dx, v)).dataSync()[0]];
      }) as unknown as [number, number];
      expect(right).toBeCloseTo(left, 3);
    });
  });
});
