import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { binarizeActivation } from "../../lib/layers/binarizeActivation";
import { activationBinarizers as table } from "../../lib/primitives/binarizers";
import { engines, expectClose, expectGradient, expectNoLeak, useEngine } from "./tensorCheck";

const activationBinarizers = table.builtInNames;
const numbers = { clip: 1, beta: 5, t: 2 };
const signs = activationBinarizers.filter((method) => !["identity", "tanh", "scaled_tanh"].includes(method));

describe.each(engines)("binarizeActivation on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  it.each(signs)("%s maps both zeros to +1, so no activation is ever ternary", (method) => {
    expectNoLeak(() => {
      const x = tf.tensor1d([-2, -(2 ** -126), -0, 0, 2 ** -126, 2]);
      const y = binarizeActivation(x, { method, ...numbers });
      expect(Array.from(y.dataSync())).toEqual([-1, -1, 1, 1, 1, 1]);
      tf.dispose([x, y]);
    });
  });

  it.each(activationBinarizers)("%s has a finite gradient at any distance from 0", (method) => {
    expectNoLeak(() => {
      const x = tf.tensor1d([-1e6, -50, -20, 0, 20, 50, 1e6]);
      const dx = tf.grad((v) => tf.sum(binarizeActivation(v, { method, ...numbers })))(x);
      expect(Array.from(dx.dataSync()).every(Number.isFinite)).toBe(true);
      tf.dispose([x, dx]);
    });
  });

  it.each([
    { clip: 1, expected: [0, 1, 1, 1, 0] },
    { clip: 1.25, expected: [0, 1, 1, 1, 1] },
  ])("ste passes gradients only inside the window of $clip, its edges included", ({ clip, expected }) => {
    expectNoLeak(() => {
      const x = tf.tensor1d([-2, -1, 0, 1, 1.2]);
      const dx = tf.grad((v) => tf.sum(binarizeActivation(v, { method: "ste", ...numbers, clip })))(x);
      expect(Array.from(dx.dataSync())).toEqual(expected);
      tf.dispose([x, dx]);
    });
  });

  it("leaves the smooth modes smooth: identity is x, tanh is tanh(x) with its own gradient", () => {
    expectNoLeak(() => {
      const x = tf.tensor1d([-1.5, -0.2, 0.4, 2]);
      const same = binarizeActivation(x, { method: "identity", ...numbers });
      const bent = binarizeActivation(x, { method: "tanh", ...numbers });
      expectClose(same, x, 0);
      expectClose(bent, [-1.5, -0.2, 0.4, 2].map(Math.tanh), 1e-6);
      expectGradient((v) => binarizeActivation(v, { method: "tanh", ...numbers }), x, { tolerance: 1e-3 });
      const gentle = { ...numbers, method: "scaled_tanh", beta: 1.5 } as const;
      expectGradient((v) => binarizeActivation(v, gentle), x, { tolerance: 1e-3 });
      tf.dispose([x, same, bent]);
    });
  });
});
