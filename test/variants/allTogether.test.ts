import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import * as bars from "../../lib/index";
import { epochNumbers } from "../helpers/epochNumbers";
import { stoppedAfter } from "../helpers/stoppedRun";
import { temporaryFolder } from "../helpers/tinySearch";

const { tf } = bars;
const { settings } = bars.config;
const root = temporaryFolder();
afterAll(() => bars.figures.useTheme("okabe_ito"));

/** Grey pictures of 8x8 pixels, dark ones and bright ones in turn, none like another. */
const shades = (count: number) => ({
  images: Array.from(
    { length: 64 * count },
    (_, i) => (Math.floor(i / 64) % 2 ? 160 : 40) + ((i * 7919) % 61),
  ),
  labels: Array.from({ length: count }, (_, i) => i % 2),
});

/** One of every kind that a search takes by its name, all defined through the public face. */
function defineAll(): void {
  bars.definePrimitive({
    name: "bin_conv_7x7",
    ...bars.space.binaryConvolution({ kernel: 7 }),
    look: { color: "#117733", dash: "10 2", side: "above" },
  });
  bars.defineDataset({
    name: "shades",
    classNames: ["dark", "bright"],
    imageSize: 8,
    channels: 1,
    train: shades(48),
    test: shades(16),
  });
  bars.defineSampler({
    name: "floored",
    formula: "0.9 softmax((a + G) / T) + 0.1 / n",
    draw: ({ alphas, temperature, key }) => {
      const noisy = key
        ? tf.add(alphas, tf.tensor(bars.engine.gumbel(key, alphas.size), alphas.shape))
        : alphas;
      const choices = alphas.shape.at(-1) as number;
      return tf.add(tf.mul(tf.softmax(tf.div(noisy, temperature)), 0.9), 0.1 / choices);
    },
  });
  bars.defineStrategy({
    name: "decide",
    formula: "L + c · mean p (1 − p)",
    setting: settings.schedule({ default: 0, min: 0, meaning: "c." }),
    hooks: {
      objective: (c, { probabilities: { cells } }) =>
        c === 0
          ? null
          : tf.mul(c, tf.mean(tf.concat(cells.map((p) => tf.reshape(tf.mul(p, tf.sub(1, p)), [-1]))))),
    },
  });
  bars.defineCostPenalty({
    name: "both_sides",
    formula: "c · (r − 1)²",
    penalty: (r, { coefficient }) => tf.mul(coefficient, tf.square(tf.sub(r, 1))),
  });
  bars.defineSchedule({
    name: "steps_down",
    formula: "top / (1 + epoch)",
    fields: { top: "level" },
    value: ({ top = 0 }, { epoch }) => top / (1 + epoch),
  });
  bars.defineOptimizer({
    name: "sign_descent",
    formula: "w ← w − η sign(g)",
    memory: [],
    update: ({ param, gradient, learningRate }) => [tf.sub(param, tf.mul(tf.sign(gradient), learningRate))],
  });
  bars.defineBinarizer.activation({
    name: "tent",
    gradient: (x) => tf.relu(tf.sub(1, tf.abs(x))),
    reach: () => 1,
  });
  bars.definePreset({
    name: "house",
    about: "A small search of everything defined here.",
    search: {
      space: {
        initChannels: 2,
        cellLayout: [0, 1],
        steps: 1,
        widthChoices: [0.5, 1],
        primitives: ["none", "skip_connect", "bin_conv_7x7"],
      },
      data: { dataset: "shades" },
      samplers: { cell: { method: "floored", temperature: { kind: "steps_down", top: 2 } } },
      strategies: { decide: 0.1 },
      cost: { method: "both_sides", budget: 2e4, coefficient: 3 },
      alphaOptimizer: { method: "sign_descent", learningRate: 0.01 },
      binarization: { activation: "tent" },
      batchSize: 8,
      epochs: 2,
      warmupEpochs: 1,
    },
  });
  bars.defineTheme({ name: "house", palette: { blue: "#123456" } });
}

/** The operation of least probability that computes something. */
function underdog({ space, probabilities }: bars.derivation.OwnRuleInput): bars.derivation.OwnRuleChoice {
  return {
    cells: probabilities.cells.map((rows) =>
      rows.map((row, i) => {
        const [least] = space.primitives
          .map((primitive, k) => ({ primitive, p: row[k] as number }))
          .filter(({ primitive }) => primitive !== "none")
          .sort((a, b) => a.p - b.p);
        return { to: i + 1, from: 0, primitive: least?.primitive as string };
      }),
    ),
  };
}

it("one search with a primitive, data set, sampler, strategy, penalty, schedule, optimizer, binarizer and preset of a user's own: bit-exact on resume, derived by a rule of theirs, drawn in their theme", async () => {
  defineAll();
  const config = bars.presetConfig("house", { seed: 5 });
  const whole = await bars.search(config, { directory: join(root, "whole") });
  const directory = join(root, "stopped");
  await stoppedAfter(4, (options) => bars.search(config, { directory, ...options }));
  // As in a process that begins anew: everything is defined again before the search goes on.
  defineAll();
  const resumed = await bars.search(config, { directory });
  expect(resumed.epochs).toHaveLength(2);
  expect(epochNumbers(resumed)).toEqual(epochNumbers(whole));
  expect(whole.defined?.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
    "activation binarizer tent",
    "cost penalty both_sides",
    "data set shades",
    "optimizer sign_descent",
    "primitive bin_conv_7x7",
    "sampler floored",
    "schedule steps_down",
    "strategy decide",
  ]);
  expect([whole.data.name, config.space.imageSize, config.space.classes]).toEqual(["shades", 8, 2]);
  expect(whole.data.contentHash).toMatch(/^[0-9a-f]{64}$/);

  const stored = bars.readSearchRecord(join(directory, "record.json"));
  const derivation = bars.derive(bars.deriveInputOf(stored), underdog);
  expect(derivation.rule).toMatchObject({ rule: "underdog", own: true });
  expect(derivation.genotype).toEqual(bars.derive(bars.deriveInputOf(whole), underdog).genotype);
  expect(bars.costReport(derivation.genotype).text).toContain("BOPs");

  expect(JSON.stringify(bars.figures.lossFigure(stored))).not.toContain("#123456");
  bars.figures.useTheme("house");
  expect(JSON.stringify(bars.figures.lossFigure(stored))).toContain("#123456");
});
