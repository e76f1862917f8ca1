import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { createOptimizer, type OptimizerState } from "../../lib/optim/createOptimizer";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import { engines, expectClose, expectNoLeak, useEngine } from "../layers/tensorCheck";

const key = randomKey(0);
const numbers = { momentum: 0.9, beta1: 0.5, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };
const sizes: Record<string, number> = { "conv.latent": 6, "bn.scale": 3 };
const decays = (name: string) => name !== "bn.scale";
const rules = (name: string) => ({ decays: decays(name) });

function gradientAt(name: string, step: number): Float32Array {
  return normal(fold(fold(key, name), step), sizes[name] as number);
}

/** The rules on plain arrays, written once more in double precision. */
function slowRun(method: "sgd" | "adam", steps: number): Record<string, number[]> {
  const result: Record<string, number[]> = {};
  for (const [name, size] of Object.entries(sizes)) {
    const p = Array.from(normal(fold(key, name), size));
    const a = p.map(() => 0);
    const b = p.map(() => 0);
    for (let t = 1; t <= steps; t++) {
      const rate = 0.1 / t;
      gradientAt(name, t).forEach((raw, i) => {
        const g = raw + (decays(name) ? numbers.weightDecay * (p[i] as number) : 0);
        if (method === "sgd") {
          a[i] = numbers.momentum * (a[i] as number) + g;
          p[i] = (p[i] as number) - rate * (a[i] as number);
        } else {
          a[i] = numbers.beta1 * (a[i] as number) + (1 - numbers.beta1) * g;
          b[i] = numbers.beta2 * (b[i] as number) + (1 - numbers.beta2) * g * g;
          const root = Math.sqrt((b[i] as number) / (1 - numbers.beta2 ** t));
          p[i] =
            (p[i] as number) -
            (rate * (a[i] as number)) / (1 - numbers.beta1 ** t) / (root + numbers.epsilon);
        }
      });
    }
    result[name] = p;
  }
  return result;
}

function variables(): Record<string, tf.Variable> {
  return Object.fromEntries(
    Object.entries(sizes).map(([name, size]) => [
      name,
      tf.tidy(() => tf.variable(tf.tensor1d(normal(fold(key, name), size)))),
    ]),
  );
}

function run(
  optimizer: ReturnType<typeof createOptimizer>,
  params: Record<string, tf.Variable>,
  from: number,
  to: number,
): void {
  for (let t = from; t <= to; t++) {
    tf.tidy(() => {
      const gradients = Object.fromEntries(
        Object.keys(sizes).map((name) => [name, tf.tensor1d(gradientAt(name, t))]),
      );
      optimizer.step(params, gradients, 0.1 / t);
    });
  }
}

describe.each(engines)("createOptimizer on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  describe.each(["sgd", "adam"] as const)("%s", (method) => {
    const make = () => createOptimizer({ method, ...numbers }, rules);

    it("follows the slow reference over seven steps with falling rate, decaying only what `decays` names", () => {
      expectNoLeak(() => {
        const params = variables();
        const optimizer = make();
        run(optimizer, params, 1, 7);
        const slow = slowRun(method, 7);
        for (const name of Object.keys(sizes))
          expectClose(params[name] as tf.Tensor, slow[name] as number[], 1e-5);
        optimizer.dispose();
        tf.dispose(params);
      });
    });

    it("holds what has a bound within it after every step, and remembers as if it had none", () => {
      expectNoLeak(() => {
        const [free, held] = [variables(), variables()];
        const bound = 0.5;
        const optimizers = [
          createOptimizer({ method, ...numbers, weightDecay: 0 }, () => ({ decays: false })),
          createOptimizer({ method, ...numbers, weightDecay: 0 }, (name) => ({
            decays: false,
            bound: name === "conv.latent" ? bound : 0,
          })),
        ] as const;
        run(optimizers[0], free, 1, 1);
        run(optimizers[1], held, 1, 1);
        const at = (params: Record<string, tf.Variable>, name: string) =>
          Array.from(params[name]?.dataSync() ?? []);
        const clamped = at(free, "conv.latent").map((w) => Math.max(-bound, Math.min(bound, w)));
        expect(clamped.filter((w) => Math.abs(w) === bound).length).toBeGreaterThan(0);
        expect(clamped.filter((w) => Math.abs(w) < bound).length).toBeGreaterThan(0);
        expect(at(held, "conv.latent")).toEqual(clamped);
        expect(at(held, "bn.scale")).toEqual(at(free, "bn.scale"));
        for (const [name, tensor] of Object.entries(optimizers[1].state.tensors))
          expectClose(tensor, Array.from(optimizers[0].state.tensors[name]?.dataSync() ?? []), 0);
        for (const optimizer of optimizers) optimizer.dispose();
        tf.dispose([free, held]);
      });
    });

    it("goes on after a restore with exactly the numbers of an unbroken run", () => {
      expectNoLeak(() => {
        const [whole, broken] = [variables(), variables()];
        const [first, second, unbroken] = [make(), make(), make()];
        run(unbroken, whole, 1, 6);
        run(first, broken, 1, 3);
        // Through plain numbers, as a checkpoint file does.
        const { tensors, steps } = first.state;
        const stored = Object.entries(tensors).map(
          ([name, t]) => [name, { shape: t.shape, values: Float32Array.from(t.dataSync()) }] as const,
        );
        first.dispose();
        tf.tidy(() => {
          const loaded = Object.fromEntries(
            stored.map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]),
          );
          second.restore({ tensors: loaded, steps: JSON.parse(JSON.stringify(steps)) });
        });
        run(second, broken, 4, 6);
        for (const name of Object.keys(sizes)) {
          expect(Array.from(broken[name]?.dataSync() ?? [])).toEqual(
            Array.from(whole[name]?.dataSync() ?? [1]),
          );
        }
        for (const optimizer of [second, unbroken]) optimizer.dispose();
        tf.dispose([whole, broken]);
      });
    });

    it("leaves parameters without a gradient, and their step counts, as they are", () => {
      expectNoLeak(() => {
        const params = variables();
        const optimizer = make();
        const before = Array.from(params["bn.scale"]?.dataSync() ?? []);
        const g = tf.tensor1d(gradientAt("conv.latent", 1));
        optimizer.step(params, { "conv.latent": g }, 0.1);
        expect(Array.from(params["bn.scale"]?.dataSync() ?? [])).toEqual(before);
        expect(optimizer.state.steps).toEqual({ "conv.latent": 1 });
        optimizer.dispose();
        tf.dispose([g, params]);
      });
    });

    it("survives a tidy around every step", () => {
      const params = variables();
      const optimizer = make();
      run(optimizer, params, 1, 2);
      for (const tensor of Object.values(optimizer.state.tensors)) expect(tensor.isDisposed).toBe(false);
      optimizer.dispose();
      tf.dispose(params);
    });
  });

  it("names a gradient that fits no parameter", () => {
    const optimizer = createOptimizer({ method: "sgd", ...numbers }, rules);
    const params = variables();
    expect(() => optimizer.step(params, { lost: tf.zeros([1]) }, 0.1)).toThrow(
      'optimizer: expected a parameter for the gradient "lost", got none.',
    );
    expect(() => optimizer.step(params, { "bn.scale": tf.zeros([2, 2]) }, 0.1)).toThrow(
      'optimizer: the gradient of "bn.scale" must have its shape [3], got [2, 2].',
    );
  });

  it("refuses the state of another rule, and keeps its own", () => {
    const optimizer = createOptimizer({ method: "adam", ...numbers }, rules);
    const state: OptimizerState = { tensors: { "velocity/w": tf.zeros([1]) }, steps: { w: 1 } };
    expect(() => optimizer.restore(state)).toThrow(
      "optimizer: a state of adam must hold mean and square for each of its 1 parameters, got velocity/w.",
    );
    expect(optimizer.state.steps).toEqual({});
  });
});
