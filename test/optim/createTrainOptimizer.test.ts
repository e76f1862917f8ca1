import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import type { Overrides } from "../../lib/config/check";
import { type TrainOptimizerConfig, trainConfig } from "../../lib/config/trainConfig";
import { bopUpdate } from "../../lib/optim/bopUpdate";
import { createOptimizer } from "../../lib/optim/createOptimizer";
import { createTrainOptimizer } from "../../lib/optim/createTrainOptimizer";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import { expectNoLeakAsync } from "../helpers/expectNoLeak";
import { engines, expectClose, expectNoLeak, useEngine } from "../layers/tensorCheck";

const key = randomKey(0);
const values = (variable: tf.Tensor | undefined) => Array.from(variable?.dataSync() ?? []);
const variable = (numbers: number[]) => tf.tidy(() => tf.variable(tf.tensor1d(numbers)));

/** Bop on plain arrays. */
function slowBop(start: readonly number[], gradients: readonly (readonly number[])[], threshold: number) {
  const w: number[] = start.map((v) => (v >= 0 ? 1 : -1));
  const m = start.map(() => 0);
  for (const [t, gradient] of gradients.entries()) {
    const gamma = 0.5 / (t + 1);
    gradient.forEach((g, i) => {
      m[i] = (1 - gamma) * (m[i] as number) + gamma * g;
      const against = Math.abs(m[i] as number) > threshold && Math.sign(m[i] as number) === w[i];
      if (against) w[i] = -(w[i] as number);
    });
  }
  return { w, m };
}

describe.each(engines)("bopUpdate on %s", (engine) => {
  beforeAll(() => useEngine(engine));
  const gradients = Array.from({ length: 6 }, (_, t) => Array.from(normal(fold(key, t), 30)));
  const start = Array.from(normal(fold(key, "start"), 30));
  const run = (threshold: number) =>
    tf.tidy(() => {
      let state: [tf.Tensor, tf.Tensor] = [tf.tensor1d(start), tf.zeros([30])];
      for (const [t, gradient] of gradients.entries())
        state = bopUpdate(state[0], tf.tensor1d(gradient), state[1], { gamma: 0.5 / (t + 1), threshold });
      return state.map((tensor) => Array.from(tensor.dataSync())) as [number[], number[]];
    });

  it("flips the weights that the paper's algorithm flips, and no others", () => {
    expectNoLeak(() => {
      const [weights, means] = run(0.2);
      const slow = slowBop(start, gradients, 0.2);
      expect(weights).toEqual(slow.w);
      expectClose(means, slow.m, 1e-5);
      const flipped = slow.w.filter((v, i) => v !== ((start[i] as number) >= 0 ? 1 : -1)).length;
      expect(flipped).toBeGreaterThan(3);
      expect(flipped).toBeLessThan(27);
    });
  });

  it("never flips under a threshold no gradient reaches", () => {
    expect(run(100)[0]).toEqual(start.map((v) => (v >= 0 ? 1 : -1)));
  });
});

describe.each(engines)("createTrainOptimizer on %s", (engine) => {
  beforeAll(() => useEngine(engine));
  const roles = {
    "conv.latent": "latent",
    "stem.kernel": "real",
    "bn.scale": "scale",
    "b.offset": "offset",
  } as const;
  const names = Object.keys(roles) as (keyof typeof roles)[];
  const make = (o: Overrides<TrainOptimizerConfig>) =>
    createTrainOptimizer(
      trainConfig({ optimizer: { clipNorm: 0, ...o } }).optimizer,
      names.map((name) => ({ name, shape: [4], role: roles[name] })),
    );
  const parameters = () =>
    Object.fromEntries(names.map((name) => [name, variable(Array.from(normal(fold(key, name), 4)))]));
  const run = (
    optimizer: ReturnType<typeof make>,
    params: Record<string, tf.Variable>,
    from: number,
    to: number,
  ) => {
    for (let t = from; t <= to; t++) {
      tf.tidy(() => {
        const gradients = Object.fromEntries(
          names.map((name) => [name, tf.tensor1d(normal(fold(fold(key, name), t), 4))]),
        );
        optimizer.step(params, gradients, { learningRate: 0.1, bopGamma: 0.5 });
      });
    }
  };

  it.each([
    [false, ["stem.kernel"]],
    [true, ["conv.latent", "stem.kernel"]],
  ] as const)(
    "decays real kernels, latent weights only if told (%s), and nothing else",
    (decayLatent, decayed) => {
      const [plain, shrunk] = [parameters(), parameters()];
      const optimizers = [
        make({ method: "sgd" }),
        make({ method: "sgd", weightDecay: 0.5, decayLatent }),
      ] as const;
      run(optimizers[0], plain, 1, 1);
      run(optimizers[1], shrunk, 1, 1);
      const moved = names.filter((name) => values(plain[name]).join() !== values(shrunk[name]).join());
      expect(moved).toEqual(decayed);
      for (const optimizer of optimizers) optimizer.dispose();
      tf.dispose([plain, shrunk]);
    },
  );

  it.each(["sgd", "adam"] as const)(
    "%s holds latent weights within their bound, and nothing else",
    (method) => {
      expectNoLeak(() => {
        const [free, held] = [parameters(), parameters()];
        const optimizers = [make({ method }), make({ method, latentBound: 0.5 })] as const;
        run(optimizers[0], free, 1, 3);
        run(optimizers[1], held, 1, 3);
        const [own, bound] = [values(free["conv.latent"]), values(held["conv.latent"])];
        expect(Math.max(...own.map(Math.abs))).toBeGreaterThan(0.5);
        expect(Math.max(...bound.map(Math.abs))).toBe(0.5);
        for (const name of names.slice(1)) expect(values(held[name])).toEqual(values(free[name]));
        for (const optimizer of optimizers) optimizer.dispose();
        tf.dispose([free, held]);
      });
    },
  );

  it("gives binary weights to Bop and everything else to Adam", () => {
    expectNoLeak(() => {
      const [mixed, adam] = [parameters(), parameters()];
      const optimizers = [make({ method: "bop", bopThreshold: 0.1 }), make({ method: "adam" })] as const;
      run(optimizers[0], mixed, 1, 3);
      run(optimizers[1], adam, 1, 3);
      expect(values(mixed["conv.latent"]).every((w) => Math.abs(w) === 1)).toBe(true);
      for (const name of names.slice(1)) expect(values(mixed[name])).toEqual(values(adam[name]));
      for (const optimizer of optimizers) optimizer.dispose();
      tf.dispose([mixed, adam]);
    });
  });

  it.each(["sgd", "adam", "bop"] as const)(
    "%s goes on after a restore exactly as without one",
    async (method) => {
      await expectNoLeakAsync(async () => {
        const [whole, broken] = [parameters(), parameters()];
        const [unbroken, first, second] = [make({ method }), make({ method }), make({ method })];
        run(unbroken, whole, 1, 5);
        run(first, broken, 1, 2);
        second.restore(await first.stored(), "here");
        first.dispose();
        run(second, broken, 3, 5);
        for (const name of names) expect(values(broken[name])).toEqual(values(whole[name]));
        unbroken.dispose();
        second.dispose();
        tf.dispose([whole, broken]);
      });
    },
  );

  it("clips what Adam and SGD get by one factor, and leaves no copies behind", () => {
    expectNoLeak(() => {
      const [plain, clipped] = [parameters(), parameters()];
      const optimizers = [make({ method: "sgd" }), make({ method: "sgd", clipNorm: 0.01 })] as const;
      const before = Object.fromEntries(names.map((name) => [name, values(plain[name])]));
      run(optimizers[0], plain, 1, 1);
      run(optimizers[1], clipped, 1, 1);
      const steps = (after: Record<string, tf.Variable>) =>
        names.flatMap((name) => values(after[name]).map((v, i) => v - (before[name]?.[i] as number)));
      const [long, short] = [steps(plain), steps(clipped)];
      const norm = (v: number[]) => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
      expect(norm(short)).toBeCloseTo(0.1 * 0.01, 5);
      expectClose(
        short.map((v) => (v * norm(long)) / norm(short)),
        long,
        2e-2,
      );
      for (const optimizer of optimizers) optimizer.dispose();
      tf.dispose([plain, clipped]);
    });
  });

  it.each(["sgd", "adam"] as const)(
    "%s moves every parameter as the rule for one parameter moves it",
    (method) => {
      const settings = { method, weightDecay: 0.3, decayLatent: true };
      const [together, alone] = [parameters(), parameters()];
      const optimizer = make(settings);
      const single = createOptimizer(
        { ...trainConfig({ optimizer: settings }).optimizer, method },
        (name) => ({ decays: name === "conv.latent" || name === "stem.kernel" }),
      );
      run(optimizer, together, 1, 4);
      for (let t = 1; t <= 4; t++) {
        tf.tidy(() => {
          const gradients = Object.fromEntries(
            names.map((name) => [name, tf.tensor1d(normal(fold(fold(key, name), t), 4))]),
          );
          single.step(alone, gradients, 0.1);
        });
      }
      for (const name of names) expectClose(together[name] as tf.Tensor, alone[name] as tf.Tensor, 1e-6);
      optimizer.dispose();
      single.dispose();
      tf.dispose([together, alone]);
    },
  );

  it("refuses the state of another rule, and a gradient that fits no parameter", async () => {
    const [adam, bop] = [make({ method: "adam" }), make({ method: "bop" })];
    const params = parameters();
    run(adam, params, 1, 1);
    const stored = await adam.stored();
    expect([...stored.tensors.keys()].sort()).toEqual(
      names.flatMap((name) => [`mean/${name}`, `square/${name}`]).sort(),
    );
    expect(() => bop.restore(stored, "here")).toThrow(
      'here: the checkpoint of a training by bop must hold "flip/conv.latent" with 4 numbers, got none.',
    );
    expect(() => adam.step(params, {}, { learningRate: 1, bopGamma: 0 })).toThrow(
      'optimizer: the gradient of "conv.latent" must have its shape [4], got none.',
    );
    adam.dispose();
    bop.dispose();
    tf.dispose(params);
  });
});
