import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { lossGradients, softmaxCrossEntropy, tf } from "../../../lib/backend";
import type { Overrides } from "../../../lib/config/check";
import type { SearchConfig } from "../../../lib/config/searchConfig";
import { fold, integers, normal, randomKey } from "../../../lib/random/randomKey";
import { drawWeights } from "../../../lib/search/draws";
import { epochSettings } from "../../../lib/search/epochSettings";
import { SearchState } from "../../../lib/search/searchState";
import { passOptions } from "../../../lib/search/steps";
import type { LazyKernel } from "../../../packages/tfjs-onnxruntime/src/lazyGraph";
import { lazyKernels } from "../../../packages/tfjs-onnxruntime/src/registerOnnxKernels";
import { tinySearch } from "../../helpers/tinySearch";
import { startOnnx } from "./onnxBench";

beforeAll(() => startOnnx());
afterEach(() => {
  vi.restoreAllMocks();
});

const key = randomKey(0);

/** Value and gradients of the loss in the alphas, and how many gradients of kernels the graph has. */
async function alphaLoss(overrides: Overrides<SearchConfig>, alphasOnly: boolean) {
  const config = tinySearch({ batchSize: 4, alphaInit: 0.5, ...overrides });
  const state = new SearchState(config, key);
  const settings = epochSettings(config, config.warmupEpochs);
  const kernel = lazyKernels.find(({ name }) => name === "Conv2DBackpropFilter") as LazyKernel;
  const lower = vi.spyOn(kernel, "lower");
  const images = tf.tensor4d(normal(fold(key, "images"), 4 * 8 * 8 * 3), [4, 8, 8, 3]);
  const labels = tf.tensor1d(Int32Array.from(integers(key, 4, 10)), "int32");
  const named = state.alphas.named();
  const { value, gradients } = lossGradients(() => {
    const draw = drawWeights(state.alphas, settings, key);
    const options = { ...passOptions(settings, draw, key), alphasOnly };
    return softmaxCrossEntropy(state.supernet.logits(images, draw.weights, options), labels, 0);
  }, Object.values(named));
  const numbers = [(await value.data())[0] as number];
  for (const gradient of gradients) numbers.push(...((await gradient?.data()) ?? [0]));
  const filterGradients = lower.mock.calls.length;
  lower.mockRestore();
  tf.dispose([images, labels, value, gradients] as never);
  state.dispose();
  return { numbers, filterGradients };
}

describe("a step that asks for gradients in alphas alone", () => {
  const space = { initChannels: 4, cellLayout: [0, 1, 0], steps: 2, widthChoices: [0.5, 1], imageSize: 8 };
  const smooth = { activation: "tanh" } as const;
  it.each<[string, Overrides<SearchConfig>, boolean]>([
    ["bireal", { space, binarization: { ...smooth, weight: "bireal" } }, true],
    ["scale_filter", { space, binarization: { ...smooth, weight: "scale_filter" } }, true],
    ["scale_tensor", { space, binarization: { ...smooth, weight: "scale_tensor" } }, true],
    ["sign", { space, binarization: { ...smooth, weight: "sign" } }, true],
    ["border 0", { space, binarization: { ...smooth, border: 0 } }, true],
    ["plain strides", { space: { ...space, stridedConv: "plain" }, binarization: smooth }, true],
    [
      "xnor, whose scale moves with the weights",
      { space, binarization: { ...smooth, weight: "xnor" } },
      false,
    ],
    [
      "widths drawn as one choice",
      { space, binarization: smooth, samplers: { width: { method: "hard_gumbel" } } },
      true,
    ],
    [
      "partial channels",
      { space, binarization: smooth, strategies: { partialChannels: { divisor: 2 } } } as never,
      true,
    ],
  ])("gives the same with %s", async (_, overrides, none) => {
    const fast = await alphaLoss(overrides, true);
    const slow = await alphaLoss(overrides, false);
    expect(slow.filterGradients).toBeGreaterThan(0);
    if (none) expect(fast.filterGradients).toBe(0);
    else expect(fast.filterGradients).toBeLessThanOrEqual(slow.filterGradients);
    const largest = Math.max(...slow.numbers.map(Math.abs));
    for (const [i, value] of slow.numbers.entries())
      expect(Math.abs((fast.numbers[i] as number) - value)).toBeLessThan(2e-5 * largest);
  });
});
