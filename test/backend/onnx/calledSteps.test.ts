import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { computePending, tf } from "../../../lib/backend";
import { spaceConfig } from "../../../lib/config/spaceConfig";
import { definePrimitive } from "../../../lib/layers/definePrimitive";
import { StepReplay } from "../../../lib/loop/stepReplay";
import { clippedStep } from "../../../lib/optim/clipByGlobalNorm";
import { binaryConvolution } from "../../../lib/primitives/binaryConvolution";
import { primitives } from "../../../lib/primitives/primitives";
import { fold, integers, normal, type RandomKey, randomKey } from "../../../lib/random/randomKey";
import { genotypeModel } from "../../../lib/records/modelSpec";
import { epochSettings } from "../../../lib/search/epochSettings";
import { nextAlphaGradients, nextWeightGradients } from "../../../lib/search/replayedSteps";
import { SearchState } from "../../../lib/search/searchState";
import { genotype } from "../../../lib/space/genotype";
import { nextTrainGradients } from "../../../lib/train/replayedGradients";
import { TrainState } from "../../../lib/train/trainState";
import type { OnnxBackend } from "../../../packages/tfjs-onnxruntime/src/onnxBackend";
import { findNative } from "../../../packages/tfjs-onnxruntime/src/stages/findNative";
import { tinySearch } from "../../helpers/tinySearch";
import { tinyTraining } from "../../helpers/tinyTraining";
import { startOnnx } from "./onnxBench";

let backend: OnnxBackend;
beforeAll(async () => {
  backend = await startOnnx({ staged: true });
});

const key = randomKey(0);

function defineOwn(): void {
  definePrimitive({
    name: "bin_conv_7x7",
    ...binaryConvolution({ kernel: 7 }),
    look: { color: "#117733", dash: "10 2", side: "above" },
  });
}

const batchOf = (own: RandomKey) => ({
  images: tf.tensor4d(normal(own, 4 * 8 * 8 * 3), [4, 8, 8, 3]),
  labels: tf.tensor1d(Int32Array.from(integers(own, 4, 10)), "int32"),
});

describe("a step that is called each time", () => {
  it("is computed at once, as a graph of its own", async () => {
    const replay = new StepReplay();
    const x = tf.tensor1d([1, 2, 3]);
    for (let step = 0; step < 6; step++) {
      // No two calls are alike, so that it is called each time.
      const { y } = replay.run({
        identity: [],
        given: [x],
        key,
        compute: () => tf.tidy(() => ({ y: tf.mul(x, tf.scalar(step + 2)) })),
      });
      expect(backend.statistics().pending).toBe(0);
      expect(Array.from(await y.data())).toEqual([1, 2, 3].map((v) => v * (step + 2)));
      y.dispose();
    }
    expect(replay.reason).toBe("two calls of it differ");
    x.dispose();
  });

  it.runIf(findNative() !== undefined)(
    "runs as stages where a search has a primitive of the user's own",
    async () => {
      defineOwn();
      const config = tinySearch({
        space: {
          initChannels: 4,
          cellLayout: [0, 1],
          steps: 1,
          widthChoices: [0.5, 1],
          imageSize: 8,
          primitives: ["none", "skip_connect", "bin_conv_7x7"],
        },
        batchSize: 4,
      });
      const state = new SearchState(config, key);
      const settings = epochSettings(config, config.warmupEpochs);
      const { staged, replays } = backend.statistics();
      for (let step = 0; step < 3; step++) {
        const own = fold(key, step);
        const batch = batchOf(own);
        const alpha = nextAlphaGradients(state, batch, settings, fold(own, "alpha"));
        clippedStep(state.alphaOptimizer, state.alphas.named(), alpha.gradients, 1, 0.01);
        const statistics = state.supernet.statistics.collector();
        const weight = nextWeightGradients(state, batch, settings, fold(own, "weight"), statistics);
        clippedStep(
          state.weightOptimizer,
          Object.fromEntries(state.supernet.parameters.entries()),
          weight.gradients,
          5,
          0.02,
        );
        state.supernet.statistics.update(statistics);
        computePending();
        tf.dispose([alpha, weight, batch] as never);
      }
      const after = backend.statistics();
      expect({
        staged: after.staged - staged,
        unstaged: after.unstaged,
        replays: after.replays - replays,
      }).toEqual({ staged: 2, unstaged: null, replays: 0 });
      state.dispose();
    },
  );

  it.runIf(findNative() !== undefined)("runs as stages where a network that is trained has one", async () => {
    if (!primitives.names.includes("bin_conv_7x7")) defineOwn();
    const space = spaceConfig({
      ...{ imageSize: 8, initChannels: 4, cellLayout: [0, 1], steps: 1, widthChoices: [1] },
      primitives: ["none", "bin_conv_7x7"],
    });
    const cells = [0, 1].map(() => [{ to: 1, from: 0, primitive: "bin_conv_7x7" }]);
    const model = genotypeModel(genotype(space, { cells }));
    const config = tinyTraining();
    const state = new TrainState(config, model, key);
    const before = backend.statistics();
    for (let step = 0; step < 3; step++) {
      const batch = batchOf(fold(key, step));
      const statistics = state.network.statistics.collector();
      const how = { edeT: 1, dropRate: 0, key };
      const made = nextTrainGradients({ config, teacher: null, model }, state, batch, how, statistics);
      state.network.statistics.update(statistics);
      const parameters = Object.fromEntries(state.network.parameters.entries());
      state.optimizer.step(parameters, made.gradients, { learningRate: 0.01, bopGamma: 0 });
      computePending();
      tf.dispose([made, batch] as never);
    }
    const { staged, unstaged, replays } = backend.statistics();
    expect({ staged: staged - before.staged, unstaged, replays: replays - before.replays }).toEqual({
      staged: 1,
      unstaged: null,
      replays: 0,
    });
    state.dispose();
  });

  afterAll(() => primitives.forget("bin_conv_7x7"));
});
