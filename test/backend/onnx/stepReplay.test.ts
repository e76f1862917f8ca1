import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { computePending, tf } from "../../../lib/backend";
import type { Overrides } from "../../../lib/config/check";
import type { SearchConfig } from "../../../lib/config/searchConfig";
import { StepReplay } from "../../../lib/loop/stepReplay";
import { clippedStep } from "../../../lib/optim/clipByGlobalNorm";
import {
  fold,
  gumbel,
  integers,
  keptShares,
  normal,
  randomKey,
  uniform,
} from "../../../lib/random/randomKey";
import { epochSettings } from "../../../lib/search/epochSettings";
import { nextAlphaGradients, nextWeightGradients } from "../../../lib/search/replayedSteps";
import { SearchState } from "../../../lib/search/searchState";
import type { OnnxBackend } from "../../../packages/tfjs-onnxruntime/src/onnxBackend";
import { tinySearch } from "../../helpers/tinySearch";
import { startOnnx } from "./onnxBench";

let backend: OnnxBackend;
beforeAll(async () => {
  backend = await startOnnx();
});

type Tensors = Record<string, tf.Tensor>;
type Samplers = NonNullable<Overrides<SearchConfig>["samplers"]>;
const key = randomKey(0);

/** Runs steps of a function of a vector and a key, and gives the numbers of each. */
async function numbers(
  replay: StepReplay,
  steps: number,
  compute: (x: tf.Tensor1D, own: ReturnType<typeof randomKey>, step: number) => Tensors,
  identity: (step: number) => unknown = () => 0,
): Promise<number[][]> {
  const found: number[][] = [];
  for (let step = 0; step < steps; step++) {
    const x = tf.tensor1d([step, 1, 2]);
    const own = fold(key, step);
    const made = replay.run({
      identity: [identity(step)],
      given: [x],
      key: own,
      compute: () => compute(x, own, step),
    });
    found.push(Object.values(made).flatMap((tensor) => Array.from(tensor.dataSync())));
    tf.dispose([x, made]);
  }
  return found;
}

const replays = () => backend.statistics().replays;

describe("StepReplay", () => {
  let before: number;
  beforeEach(() => {
    before = replays();
  });

  it("calls a step twice and then runs its graph with what it is given and its own noise", async () => {
    const replay = new StepReplay();
    let calls = 0;
    const expected: number[] = [];
    const found = await numbers(replay, 5, (x, own, step) => {
      calls++;
      expected.push(step);
      return tf.tidy(() => {
        const noise = tf.tensor(gumbel(fold(fold(own, "cell"), 3), 3), [3]);
        const kept = tf.tensor(keptShares(fold(own, "drop"), 3, 0.5), [3]);
        return { y: tf.add(tf.mul(x, 2), noise), z: tf.mul(x, kept), none: tf.zeros([2]) };
      });
    });
    expect({ calls, replays: replays() - before, reason: replay.reason }).toEqual({
      calls: 2,
      replays: 3,
      reason: null,
    });
    for (const [step, values] of found.entries()) {
      const own = fold(key, step);
      const noise = gumbel(fold(fold(own, "cell"), 3), 3);
      const kept = keptShares(fold(own, "drop"), 3, 0.5);
      const x = [step, 1, 2];
      expect(values).toEqual([
        ...x.map((v, i) => Math.fround(2 * v + (noise[i] as number))),
        ...x.map((v, i) => v * (kept[i] as number)),
        0,
        0,
      ]);
    }
  });

  it("gives a value that is there twice to two tensors, each of which lasts until it is disposed of", async () => {
    const replay = new StepReplay();
    const x = tf.tensor1d(Array.from({ length: 300 }, (_, i) => i));
    for (let step = 0; step < 5; step++) {
      const { a, b } = replay.run({
        identity: [],
        given: [x],
        key,
        compute: () =>
          tf.tidy(() => {
            const squares = tf.square(x);
            return { a: squares, b: tf.reshape(squares, [3, 100]) };
          }),
      });
      a.dispose();
      expect(b.shape).toEqual([3, 100]);
      expect(b.dataSync()[299]).toBe(299 ** 2);
      const next = tf.add(b, 1);
      expect(next.dataSync()[2]).toBe(5);
      tf.dispose([b, next]);
    }
    expect(replays() - before).toBe(3);
    x.dispose();
  });

  it("draws noise that a step gives back anew, as it does what it reads", async () => {
    const steps = 40;
    const made = await numbers(new StepReplay(), steps, (x, own) => {
      const kept = tf.tensor1d(keptShares(fold(own, "drop"), 3, 0.2));
      return { y: tf.mul(x, kept), kept };
    });
    for (const [step, all] of made.entries()) {
      const kept = Array.from(keptShares(fold(fold(key, step), "drop"), 3, 0.2));
      expect(all.slice(3)).toEqual(kept);
      expect(all.slice(0, 3)).toEqual(
        [step, 1, 2].map((value, i) => Math.fround(value * (kept[i] as number))),
      );
    }
    expect(replays() - before).toBe(steps - 2);
  });

  it("records anew when the identity changes", async () => {
    const replay = new StepReplay();
    const found = await numbers(
      replay,
      8,
      (x, _, step) => tf.tidy(() => ({ y: step < 4 ? tf.mul(x, 2) : tf.square(x) })),
      (step) => step < 4,
    );
    expect(replays() - before).toBe(4);
    expect(found[3]).toEqual([6, 2, 4]);
    expect(found[7]).toEqual([49, 1, 4]);
  });

  it.each<[string, Parameters<typeof numbers>[2], string]>([
    [
      "reads a value",
      (x) => tf.tidy(() => ({ y: tf.mul(x, Math.max(...x.dataSync())) })),
      "it reads a value",
    ],
    [
      "uses numbers it draws itself",
      (x, own) => tf.tidy(() => ({ y: tf.mul(x, uniform(own, 1)[0] as number) })),
      "it draws numbers and uses them itself",
    ],
    [
      "draws from another key",
      (x, _, step) => tf.tidy(() => ({ y: tf.add(x, tf.tensor(uniform(fold(randomKey(7), step), 3), [3])) })),
      "it draws from a key that is not its own",
    ],
    [
      "depends on what nobody hands it",
      (x, _, step) => tf.tidy(() => ({ y: tf.mul(x, tf.scalar(step + 2)) })),
      "two calls of it differ",
    ],
    [
      "keeps what it does not give",
      (x) => tf.tidy(() => ({ y: tf.add(tf.keep(tf.mul(x, 3)), 1) })),
      "it keeps a tensor that it does not give",
    ],
  ])("calls a step each time that %s", async (_, compute, reason) => {
    const replay = new StepReplay();
    const called = await numbers(new StepReplay(), 1, compute);
    const found = await numbers(replay, 6, compute);
    expect(replay.reason).toBe(reason);
    expect(replays() - before).toBe(0);
    expect(found[0]).toEqual(called[0]);
    expect(found.length).toBe(6);
  });

  it("calls again once a tensor it held is gone", async () => {
    const replay = new StepReplay();
    let held = tf.tensor1d([1, 2, 3]);
    const step = (x: tf.Tensor1D) => tf.tidy(() => ({ y: tf.mul(x, held) }));
    await numbers(replay, 3, step);
    expect(replays() - before).toBe(1);
    held.dispose();
    held = tf.tensor1d([5, 5, 5]);
    expect((await numbers(replay, 1, step))[0]).toEqual([0, 5, 10]);
    held.dispose();
  });

  /** Labels and the share of images that are mixed in, others in every step. */
  const mixOf = (own: ReturnType<typeof randomKey>) => ({
    labels: tf.tensor1d(Int32Array.from(integers(fold(own, "mix"), 4, 10)), "int32"),
    share: tf.scalar(uniform(fold(own, "share"), 1)[0] as number),
  });

  const mixing = { cell: { method: "gumbel" }, depth: {}, width: { method: "hard_gumbel" } } as Samplers;
  const paths = {
    cell: { method: "path" },
    depth: { method: "path" },
    width: { method: "path" },
  } as Samplers;
  /** Losses and the last weights of a search on random images. */
  async function searched(replayed: boolean, steps: number, mixed = false, samplers = mixing) {
    const config = tinySearch({
      space: { initChannels: 2, cellLayout: [0, 1], steps: 2, widthChoices: [0.5, 1], imageSize: 8 },
      batchSize: 4,
      samplers,
    });
    const state = new SearchState(config, key);
    const settings = epochSettings(config, config.warmupEpochs);
    const found: number[] = [];
    for (let step = 0; step < steps; step++) {
      if (!replayed) for (const replay of Object.values(state.replays)) replay.forget();
      const own = fold(key, step);
      const batch = {
        images: tf.tensor4d(normal(own, 4 * 8 * 8 * 3), [4, 8, 8, 3]),
        labels: tf.tensor1d(Int32Array.from(integers(own, 4, 10)), "int32"),
        ...(mixed ? { mix: mixOf(own) } : {}),
      };
      const alpha = nextAlphaGradients(state, batch, settings, fold(own, "alpha"));
      clippedStep(state.alphaOptimizer, state.alphas.named(), alpha.gradients, 1, 0.01);
      const statistics = state.supernet.statistics.collector();
      const weight = nextWeightGradients(state, batch, settings, fold(own, "weight"), statistics);
      const parameters = Object.fromEntries(state.supernet.parameters.entries());
      clippedStep(state.weightOptimizer, parameters, weight.gradients, 5, 0.02);
      state.supernet.statistics.update(statistics);
      computePending();
      found.push((await alpha.total.data())[0] as number, (await weight.loss.data())[0] as number);
      tf.dispose([alpha, weight, batch] as never);
    }
    const numbersOf = async (entries: [string, tf.Tensor][]) =>
      (await Promise.all(entries.map(async ([, value]) => Array.from(await value.data())))).flat();
    const weights = await numbersOf(state.supernet.parameters.entries());
    const statistics = await numbersOf(state.supernet.statistics.entries());
    const alphas = JSON.stringify(state.alphas.values());
    state.dispose();
    return { found, weights, statistics, alphas };
  }

  it("leaves a search with the same bits, and compiles no graph of gradients twice", async () => {
    const called = await searched(false, 6);
    const middle = {
      replays: replays(),
      compiles: backend.statistics().compiles,
      tensors: tf.memory().numTensors,
    };
    const found = await searched(true, 6);
    expect(found).toEqual(called);
    expect(replays() - middle.replays).toBe(8);
    expect(backend.statistics().compiles).toBe(middle.compiles);
    expect(tf.memory().numTensors).toBe(middle.tensors);
  });

  it("leaves a search by sampled paths with the same bits, a new path every step", async () => {
    const called = await searched(false, 4, false, paths);
    const start = { replays: replays(), compiles: backend.statistics().compiles };
    expect(await searched(true, 4, false, paths)).toEqual(called);
    expect(replays() - start.replays).toBe(4);
    expect(backend.statistics().compiles).toBe(start.compiles);
  });

  it("replays steps on mixed images, with the labels and the share of each", async () => {
    const called = await searched(false, 5, true);
    const start = replays();
    expect(await searched(true, 5, true)).toEqual(called);
    expect(replays() - start).toBe(6);
    const plain = await searched(true, 5);
    expect(called.found.every((loss, i) => loss !== plain.found[i])).toBe(true);
  });
});
