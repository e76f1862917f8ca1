import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { lossGradients, softmaxCrossEntropy, tf } from "../../../lib/backend";
import type { Overrides } from "../../../lib/config/check";
import type { SearchConfig } from "../../../lib/config/searchConfig";
import { fold, integers, normal, randomKey } from "../../../lib/random/randomKey";
import { drawWeights } from "../../../lib/search/draws";
import { epochSettings } from "../../../lib/search/epochSettings";
import { search } from "../../../lib/search/search";
import { SearchState } from "../../../lib/search/searchState";
import { passOptions } from "../../../lib/search/steps";
import type { OnnxBackend } from "../../../packages/tfjs-onnxruntime/src/onnxBackend";
import { findNative } from "../../../packages/tfjs-onnxruntime/src/stages/findNative";
import { epochNumbers } from "../../helpers/epochNumbers";
import { temporaryFolder, tinySearch } from "../../helpers/tinySearch";
import { startOnnx } from "./onnxBench";

let backend: OnnxBackend;

const paths = { cell: { method: "path" }, depth: { method: "path" }, width: { method: "path" } } as const;
const narrow = { initChannels: 4, cellLayout: [0, 1, 0], steps: 2, widthChoices: [0.5, 1], imageSize: 8 };

/** Loss, statistics and gradients in weights and alphas of a draw, behind gates or all computed. */
async function lossOf(
  state: SearchState,
  config: SearchConfig,
  draw: number,
  gates: boolean,
  alphasOnly: boolean,
) {
  const settings = epochSettings(config, config.warmupEpochs);
  const key = fold(randomKey(0), draw);
  const images = tf.tensor4d(normal(fold(key, "images"), 4 * 8 * 8 * 3), [4, 8, 8, 3]);
  const labels = tf.tensor1d(Int32Array.from(integers(key, 4, 10)), "int32");
  const statistics = state.supernet.statistics.collector();
  const variables = {
    ...state.alphas.named(),
    ...(alphasOnly ? {} : Object.fromEntries(state.supernet.parameters.entries())),
  };
  const { value, gradients } = lossGradients(() => {
    const { weights, active } = drawWeights(state.alphas, settings, key);
    const skips = gates ? { operations: true, cells: true, widths: true } : undefined;
    const options = { ...passOptions(settings, { active }, key), collect: statistics, skips, alphasOnly };
    return softmaxCrossEntropy(state.supernet.logits(images, weights, options), labels, 0);
  }, Object.values(variables));
  const tensors = new Map<string, tf.Tensor>([["loss", value]]);
  for (const [i, name] of Object.keys(variables).entries()) if (gradients[i]) tensors.set(name, gradients[i]);
  const found = new Map<string, number[]>();
  for (const [name, tensor] of tensors) found.set(name, Array.from(await tensor.data()));
  const seen = new Map<string, { seen: number[]; mean: number[] }>();
  for (const [name, { mean, seen: flag }] of statistics)
    seen.set(name, {
      seen: flag ? Array.from(await flag.data()) : [1],
      mean: Array.from(await mean.data()),
    });
  for (const norm of statistics.values())
    tf.dispose(Object.values(norm).filter((t) => t !== undefined) as tf.Tensor[]);
  tf.dispose([images, labels, ...tensors.values()]);
  return { found, seen };
}

// Stages compute convolutions of four channels and more.
const kinds = [
  { name: "in a graph with branches", staged: false, space: narrow },
  ...(findNative() ? [{ name: "as stages", staged: true, space: { ...narrow, initChannels: 8 } }] : []),
];

describe.each(kinds)("a step of sampled paths $name", ({ staged, space }) => {
  beforeAll(async () => {
    backend = await startOnnx({ staged });
  });

  it.each<[string, Overrides<SearchConfig>]>([
    // Sums of bits without scales are integers: ties of ReLU stay ties in whatever order they are summed.
    ["batch norms before signs, kernels of bits alone", { binarization: { weight: "sign" } }],
    [
      "batch norms on edges, the 1x1 behind the nodes, masks once",
      {
        binarization: { blockOrder: "conv_bn_relu" },
        space: { ...space, process: "postprocess" },
        mixture: { widthMasks: "once" },
      },
    ],
    [
      "a head behind batch norm and ReLU",
      { binarization: { weight: "sign" }, space: { ...space, headActivation: "bn_relu" } },
    ],
  ])("has the values and gradients of the whole mixture, with %s", async (_, overrides) => {
    const config = tinySearch({ space, batchSize: 4, samplers: paths, ...overrides });
    const state = new SearchState(config, randomKey(1));
    let mixed = false;
    for (const alphasOnly of [false, true]) {
      let compiles = 0;
      for (let draw = 0; draw < 2; draw++) {
        const before = backend.statistics().compiles;
        const fast = await lossOf(state, config, draw, true, alphasOnly);
        if (draw > 0) compiles += backend.statistics().compiles - before;
        const slow = await lossOf(state, config, draw, false, alphasOnly);
        const largest = Math.max(...[...slow.found.values()].flat().map(Math.abs));
        for (const [name, values] of slow.found)
          for (const [i, value] of values.entries())
            expect(Math.abs((fast.found.get(name)?.[i] ?? 0) - value), `${name} ${i}`).toBeLessThan(
              3e-5 * largest,
            );
        expect([...fast.seen.keys()].sort()).toEqual([...slow.seen.keys()].sort());
        mixed ||= [...fast.seen.values()].some(({ seen }) => seen.includes(0) && seen.includes(1));
        for (const [name, { seen, mean }] of fast.seen)
          for (const [i, value] of mean.entries())
            expect(value, `${name} ${seen} ${draw} ${mean} / ${slow.seen.get(name)?.mean}`).toBeCloseTo(
              (seen[i % seen.length] as number) * (slow.seen.get(name)?.mean[i] as number),
              4,
            );
      }
      expect(compiles).toBe(0);
    }
    // Of batch norms of a narrow cell some channels were there and others were not.
    expect(mixed).toBe(true);
    if (staged) expect(backend.statistics().unstaged).toBeNull();
    state.dispose();
  });
});

it("a search by sampled paths that is stopped within an epoch goes on to the same bits", async () => {
  const config = tinySearch({ samplers: paths, epochs: 2 });
  const root = temporaryFolder();
  const whole = await search(config, { directory: join(root, "whole") });
  const stop = new AbortController();
  let steps = 0;
  const progress = {
    start() {},
    stop() {},
    update: (_: number, figures?: object) => figures && ++steps === 4 && stop.abort(),
  };
  const directory = join(root, "stopped");
  const first = search(config, { directory, signal: stop.signal, progress: progress as never });
  await expect(first).rejects.toThrow("search: stopped in epoch 2 after step 1");
  expect(epochNumbers(await search(config, { directory }))).toEqual(epochNumbers(whole));
});
