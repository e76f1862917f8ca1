import { describe, expect, it } from "vitest";
import { searchConfig } from "../../lib/config/searchConfig";
import { ConfigError } from "../../lib/util/errors";

const make = (overrides: object) => () => searchConfig(overrides as never);
const sigmoid = { cell: { method: "plain_sigmoid" } };

describe("combinations that are refused", () => {
  it.each([
    [
      { strategies: { zeroOne: { coefficient: 10 } } },
      'searchConfig.strategies.zeroOne: coefficient must be 0 unless samplers.cell.method is "plain_sigmoid" or "sigmoid" (it is "softmax"), got 10.',
    ],
    [
      { samplers: { cell: { method: "path" } }, strategies: { perturbation: { method: "random" } } },
      'searchConfig.strategies.perturbation: method must be "none" where samplers.cell.method is "path" (a single choice has no neighbourhood), got "random".',
    ],
    [
      { order: "second", strategies: { perturbation: { method: "adversarial" } } },
      'searchConfig.strategies.perturbation: method must be "none" where order is "second" (the unrolled weight step takes one unperturbed draw), got "adversarial".',
    ],
    [
      { order: "second", strategies: { biSampling: { width: true } } },
      'searchConfig.strategies.biSampling: width must be false where order is "second" (the unrolled weight step takes one unperturbed draw), got true.',
    ],
    [
      { strategies: { eigenvalueStop: { method: "stop" } } },
      'searchConfig.diagnostics: eigenvalueEvery must be 1 where strategies.eigenvalueStop is "stop", got 0.',
    ],
    [
      {
        diagnostics: { eigenvalueEvery: 1 },
        strategies: { eigenvalueStop: { method: "adapt" } },
        weightOptimizer: { weightDecay: 0 },
      },
      'searchConfig.weightOptimizer: weightDecay must be above 0 where strategies.eigenvalueStop is "adapt" (which multiplies it), got 0.',
    ],
    [
      { space: { initChannels: 6, widthChoices: [0.5, 1] }, strategies: { partialChannels: { divisor: 4 } } },
      "searchConfig.strategies.partialChannels: divisor must be a divisor of initChannels 6, got 4.",
    ],
    [
      { epochs: 8, strategies: { pruning: { stages: [[8, 1]] } } },
      "searchConfig.strategies.pruning: stages must be at epochs below 8, got 8.",
    ],
    [
      {
        strategies: {
          pruning: {
            stages: [
              [5, 1],
              [6, 2],
            ],
          },
        },
      },
      "searchConfig.strategies.pruning: stages must be ascending in epoch and descending in keep, got [[5,1],[6,2]].",
    ],
    [
      { samplers: { depth: { method: "plain_sigmoid" } } },
      'searchConfig.samplers.depth: method must be one of "softmax", "gumbel", "hard_gumbel", "path", or a sampler of your own (defineSampler), got "plain_sigmoid".',
    ],
    [
      { strategies: { skipDropout: 1 } },
      /^searchConfig\.strategies: skipDropout must be .*0\.95.*, got 1\.$/,
    ],
  ])("%j", (overrides, message) => {
    expect(make(overrides)).toThrow(ConfigError);
    expect(make(overrides)).toThrow(message);
  });

  it("lets through what may be combined", () => {
    const all = {
      samplers: sigmoid,
      entropy: { cell: { kind: "linear", from: -0.1, to: 0.1 } },
      weightOptimizer: { weightDecay: 1e-4 },
      diagnostics: { eigenvalueEvery: 1 },
      space: { initChannels: 8 },
      strategies: {
        skipDropout: 0.3,
        auxiliarySkip: { kind: "cosine", from: 1, to: 0 },
        partialChannels: { divisor: 2, edgeNormalization: true },
        zeroOne: { coefficient: 10 },
        perturbation: { method: "adversarial" },
        biSampling: { depth: true, width: true },
        pruning: { stages: [[20, 2]] },
        eigenvalueStop: { method: "adapt" },
      },
    };
    expect(make(all)).not.toThrow();
  });
});
