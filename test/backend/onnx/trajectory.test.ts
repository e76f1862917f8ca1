import { describe, expect, it } from "vitest";
import { computePending, tf } from "../../../lib/backend";
import type { Overrides } from "../../../lib/config/check";
import type { SearchConfig } from "../../../lib/config/searchConfig";
import { clipByGlobalNorm } from "../../../lib/optim/clipByGlobalNorm";
import { fold, integers, normal, randomKey } from "../../../lib/random/randomKey";
import { epochSettings } from "../../../lib/search/epochSettings";
import { nextAlphaGradients, nextWeightGradients } from "../../../lib/search/replayedSteps";
import { SearchState } from "../../../lib/search/searchState";
import { findNative } from "../../../packages/tfjs-onnxruntime/src/stages/findNative";
import { tinySearch } from "../../helpers/tinySearch";
import { startOnnx } from "./onnxBench";

const key = randomKey(0);
const steps = 20;

/** Losses of alpha and weight steps of a search on random images. */
async function losses({ space, ...settings }: Overrides<SearchConfig>): Promise<number[]> {
  const config = tinySearch({
    space: { initChannels: 4, cellLayout: [0, 1], steps: 1, widthChoices: [0.5, 1], imageSize: 8, ...space },
    batchSize: 4,
    ...settings,
  });
  const state = new SearchState(config, key);
  const now = epochSettings(config, config.warmupEpochs);
  const { imageSize, imageChannels, classes } = config.space;
  const shape: [number, number, number, number] = [4, imageSize, imageSize, imageChannels];
  const batch = (name: string, step: number) => {
    const own = fold(fold(key, name), step);
    return {
      images: tf.tensor4d(
        normal(
          own,
          shape.reduce((a, b) => a * b),
        ),
        shape,
      ),
      labels: tf.tensor1d(Int32Array.from(integers(own, 4, classes)), "int32"),
    };
  };
  const found: number[] = [];
  for (let step = 0; step < steps; step++) {
    const [forAlphas, forWeights] = [batch("alpha", step), batch("weight", step)];
    const alpha = nextAlphaGradients(state, forAlphas, now, fold(key, step));
    state.alphaOptimizer.step(state.alphas.named(), alpha.gradients, 0.01);
    const statistics = state.supernet.statistics.collector();
    const weight = nextWeightGradients(state, forWeights, now, fold(key, step), statistics);
    tf.tidy(() => {
      const clipped = clipByGlobalNorm(weight.gradients, 5).gradients;
      state.weightOptimizer.step(Object.fromEntries(state.supernet.parameters.entries()), clipped, 0.02);
    });
    state.supernet.statistics.update(statistics);
    computePending();
    found.push((await alpha.total.data())[0] as number, (await weight.loss.data())[0] as number);
    tf.dispose([alpha, weight, forAlphas, forWeights] as never);
  }
  state.dispose();
  return found;
}

const graphs = { of: "in graphs", settings: { thread: true } };
const stages = { of: "as stages", settings: { thread: true, staged: true, threads: 2 } };
const engines = [graphs, ...(findNative() ? [stages] : [])];
const smooth = { activation: "identity", weight: "identity" } as const;
const path = { method: "path" } as const;

/**
 * Searches in which numbers seldom lie within rounding of where a sign turns: else two engines part after some steps. Sums of signs
 * are exact in stages and on the cpu back end; graphs round them, so that they part.
 */
const searches: [string, Overrides<SearchConfig>, typeof engines][] = [
  ["in smooth mode", { binarization: { ...smooth, activation: "tanh" } }, engines],
  ["of signs", { binarization: { weight: "sign" }, space: { widthChoices: [1] } }, engines.slice(1)],
  ["by sampled paths", { binarization: smooth, samplers: { cell: path, depth: path, width: path } }, engines],
];

describe.each(searches)("a search %s", (_, config, own) => {
  let reference: Promise<number[]> | undefined;
  it.each(own)(`takes the same path as on the cpu back end for ${steps} steps, $of`, async (engine) => {
    const backend = await startOnnx(engine.settings);
    await tf.setBackend("cpu");
    reference ??= losses(config);
    const expected = await reference;
    await tf.setBackend("onnx");
    const found = await losses(config);
    const { staged, unstaged } = backend.statistics();
    if ("staged" in engine.settings) expect({ staged, unstaged }).toEqual({ staged: 2, unstaged: null });
    const weightLosses = expected.filter((_, i) => i % 2 === 1);
    expect(Math.max(...weightLosses) - Math.min(...weightLosses), "the search moves").toBeGreaterThan(0.05);
    const worst = Math.max(...found.map((loss, i) => Math.abs(loss - (expected[i] as number))));
    expect(worst).toBeLessThan(1e-4);
  });
});
