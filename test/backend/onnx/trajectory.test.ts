import { beforeAll, expect, it } from "vitest";
import { tf } from "../../../lib/backend";
import { clipByGlobalNorm } from "../../../lib/optim/clipByGlobalNorm";
import { fold, integers, normal, randomKey } from "../../../lib/random/randomKey";
import { epochSettings } from "../../../lib/search/epochSettings";
import { SearchState } from "../../../lib/search/searchState";
import { alphaGradients, weightGradients } from "../../../lib/search/steps";
import { tinySearch } from "../../helpers/tinySearch";
import { startOnnx } from "./onnxBench";

beforeAll(() => startOnnx({ thread: true }));

/** Losses of alpha and weight steps of a search in smooth mode on random images. */
async function losses(backend: string, steps: number): Promise<number[]> {
  await tf.setBackend(backend);
  const config = tinySearch({
    space: { initChannels: 2, cellLayout: [0, 1], steps: 2, widthChoices: [0.5, 1], imageSize: 8 },
    binarization: { activation: "tanh", weight: "identity" },
    batchSize: 4,
  });
  const key = randomKey(0);
  const state = new SearchState(config, key);
  const settings = epochSettings(config, config.warmupEpochs);
  const { imageSize, imageChannels, classes } = config.space;
  const shape: [number, number, number, number] = [4, imageSize, imageSize, imageChannels];
  const found: number[] = [];
  for (let step = 0; step < steps; step++) {
    const batch = (name: string) => ({
      images: tf.tensor4d(
        normal(fold(fold(key, name), step), 4 * imageSize * imageSize * imageChannels),
        shape,
      ),
      labels: tf.tensor1d(Int32Array.from(integers(fold(fold(key, name), step), 4, classes)), "int32"),
    });
    const [forAlphas, forWeights] = [batch("alpha"), batch("weight")];
    const alpha = alphaGradients(
      state.supernet,
      state.alphas,
      forAlphas,
      settings,
      state.expectedCost,
      fold(key, step),
    );
    state.alphaOptimizer.step(state.alphas.named(), alpha.gradients, 0.01);
    const statistics = state.supernet.statistics.collector();
    const weight = weightGradients(
      state.supernet,
      state.alphas,
      forWeights,
      settings,
      fold(key, step),
      statistics,
    );
    tf.tidy(() => {
      const clipped = clipByGlobalNorm(weight.gradients, 5).gradients;
      state.weightOptimizer.step(Object.fromEntries(state.supernet.parameters.entries()), clipped, 0.02);
    });
    state.supernet.statistics.update(statistics);
    found.push((await alpha.total.data())[0] as number, (await weight.loss.data())[0] as number);
    tf.dispose([alpha, weight, forAlphas, forWeights] as never);
  }
  state.dispose();
  return found;
}

it("a search in smooth mode takes the same path as on the cpu back end for 25 steps", async () => {
  const own = await losses("onnx", 25);
  const reference = await losses("cpu", 25);
  expect(Math.abs((reference[1] as number) - (reference[49] as number)), "the search moves").toBeGreaterThan(
    0.05,
  );
  const worst = Math.max(...own.map((loss, i) => Math.abs(loss - (reference[i] as number))));
  expect(worst).toBeLessThan(1e-3);
});
