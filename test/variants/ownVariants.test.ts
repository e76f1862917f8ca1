import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as bars from "../../lib/index";
import { epochNumbers } from "../helpers/epochNumbers";
import { stoppedAfter } from "../helpers/stoppedRun";
import { temporaryFolder, tinySearch } from "../helpers/tinySearch";
import { tinyModel, trainNumbers } from "../helpers/tinyTraining";

const { tf } = bars;
const root = temporaryFolder();
const folder = (name: string) => join(root, name);

const tiny = (given: Parameters<typeof tinySearch>[0] = {}) => tinySearch({ epochs: 2, ...given });

/** Softmax of noisy logits, where noise is added to every second draw only as far as `amount` says. */
const defineNoisy = (version = 1) =>
  bars.defineSampler({
    name: "noisy",
    version,
    formula: "softmax((a + G / 2) / T)",
    draw: ({ alphas, temperature, key }) => {
      const noise = key
        ? tf.tensor(bars.engine.gumbel(key, alphas.size), alphas.shape)
        : tf.zerosLike(alphas);
      return tf.softmax(tf.div(tf.add(alphas, tf.div(noise, 2)), temperature));
    },
  });
const definePenalty = () =>
  bars.defineCostPenalty({
    name: "both_sides",
    formula: "c · (r − 1)²",
    latex: "(r - 1)^2",
    penalty: (r, { coefficient }) => tf.mul(coefficient, tf.square(tf.sub(r, 1))),
  });
const defineWave = () =>
  bars.defineSchedule({
    name: "wave",
    formula: "low + (high − low) · sin²(π e / period)",
    fields: { low: "level", high: "level", period: { above: 0 } },
    value: ({ low = 0, high = 0, period = 1 }, { epoch }) =>
      low + (high - low) * Math.sin((Math.PI * epoch) / period) ** 2,
  });
const defineSignSgd = () =>
  bars.defineOptimizer({
    name: "sign_sgd",
    version: 2,
    formula: "m ← momentum · m + g; w ← w − η sign(m)",
    source: "Bernstein et al. 2018, arXiv:1802.04434",
    memory: ["direction"],
    update: ({ param, gradient, memory: [direction], learningRate, settings }) => {
      const next = tf.add(tf.mul(direction as never, settings.momentum), gradient);
      return [tf.sub(param, tf.mul(tf.sign(next), learningRate)), next];
    },
  });

/** Searches at once, and again with a stop in the middle of an epoch. */
async function wholeAndResumed(name: string, config: ReturnType<typeof tiny>) {
  const whole = await bars.search(config, { directory: folder(`${name}-whole`) });
  const directory = folder(`${name}-stopped`);
  await stoppedAfter(4, (options) => bars.search(config, { directory, ...options }));
  return { whole, resumed: await bars.search(config, { directory }), directory };
}

describe("variants that a user defines outside of the library", () => {
  it("sampler, penalty, schedule and optimizer: a search with all of them resumes bit-exactly, and records name them", async () => {
    defineNoisy();
    definePenalty();
    defineWave();
    defineSignSgd();
    const config = tiny({
      samplers: { cell: { method: "noisy", temperature: { kind: "wave", low: 0.5, high: 2, period: 3 } } },
      cost: { method: "both_sides", budget: 2e4, coefficient: 3 },
      alphaOptimizer: { method: "sign_sgd", learningRate: 0.01, momentum: 0.5 },
    });
    const { whole, resumed, directory } = await wholeAndResumed("all", config);
    expect(epochNumbers(resumed)).toEqual(epochNumbers(whole));
    expect(whole.defined).toEqual([
      { kind: "sampler", name: "noisy", version: 1 },
      { kind: "schedule", name: "wave", version: 1 },
      { kind: "cost penalty", name: "both_sides", version: 1 },
      { kind: "optimizer", name: "sign_sgd", version: 2 },
    ]);
    expect(bars.readSearchRecord(join(directory, "record.json"))).toEqual(resumed);
    expect(whole.epochs[0]?.temperature.cell).toBe(0.5);
    expect(whole.epochs[1]?.temperature.cell).toBeCloseTo(0.5 + 1.5 * 0.75, 12);
    // sign(m) moves every alpha by the rate or not at all.
    const moved = whole.epochs.map(({ alphas }) => alphas.cells[0]?.[0] as number[]);
    const { cells } = whole.startAlphas;
    expect(moved[0]).toEqual(cells[0]?.[0]);
    for (const [i, alpha] of (moved[1] as number[]).entries()) {
      const steps = (alpha - (cells[0]?.[0]?.[i] as number)) / 0.01;
      expect(steps).toBeCloseTo(Math.round(steps), 3);
    }
    expect(moved[1]).not.toEqual(moved[0]);
    // The penalty is the user's: 3 (r − 1)² of the mean over steps is above 0 and of the size of the cost.
    expect(whole.epochs[1]?.alphaLoss?.costPenalty).toBeGreaterThan(0);
  });

  it("a run with none of them has no list of them", async () => {
    const record = await bars.search(tiny({ epochs: 1, warmupEpochs: 0 }), { directory: folder("plain") });
    expect("defined" in record).toBe(false);
  });

  it("a search does not go on with another version, and says which it began with", async () => {
    defineNoisy(1);
    const config = tiny({ samplers: { cell: { method: "noisy" } } });
    const directory = folder("versions");
    await stoppedAfter(4, (options) => bars.search(config, { directory, ...options }));
    defineNoisy(2);
    await expect(bars.search(config, { directory })).rejects.toThrow(
      'holds the sampler "noisy", version 1; here it is version 2. Call defineSampler({ name: "noisy", version: 1, ... }) before you read it',
    );
    defineNoisy(1);
    expect((await bars.search(config, { directory })).status).toBe("finished");
  });

  it("optimizer and schedule: a training stops and goes on bit-exactly, its checkpoint holds what is remembered", async () => {
    defineSignSgd();
    defineWave();
    const config = bars.trainConfig({
      data: { dataset: "synthetic", trainImages: 48, testImages: 20 },
      batchSize: 8,
      epochs: 2,
      optimizer: {
        method: "sign_sgd",
        learningRate: {
          kind: "warmup",
          epochs: 1,
          from: 0,
          after: { kind: "wave", low: 0, high: 0.01, period: 4 },
        },
      },
    });
    const whole = await bars.train(config, tinyModel(), { directory: folder("trained") });
    const directory = folder("train-stopped");
    const controller = new AbortController();
    const onEpoch = () => controller.abort();
    await expect(
      bars.train(config, tinyModel(), { directory, signal: controller.signal, onEpoch }),
    ).rejects.toThrow("everything is saved");
    const resumed = await bars.train(config, tinyModel(), { directory });
    expect(trainNumbers(resumed)).toEqual(trainNumbers(whole));
    expect(resumed.defined?.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      "optimizer sign_sgd",
      "schedule wave",
    ]);
  });

  const unknown: [string, Parameters<typeof tinySearch>[0], string][] = [
    [
      "sampler",
      { samplers: { cell: { method: "noisier" } } },
      "or a sampler of your own (defineSampler), got",
    ],
    ["penalty", { cost: { method: "cubic" } }, "or a cost penalty of your own (defineCostPenalty), got"],
    [
      "optimizer",
      { weightOptimizer: { method: "lion" } },
      "or an optimizer of your own (defineOptimizer), got",
    ],
    [
      "schedule",
      { entropy: { cell: { kind: "saw", low: 0 } } },
      "or of one of your own (defineSchedule), got",
    ],
    ["optimizer for searches", { weightOptimizer: { method: "bop" } }, 'must be one of "sgd", "adam"'],
  ];
  it.each(unknown)("an unknown %s is refused with what to define", (_, settings, message) => {
    expect(() => tiny(settings)).toThrow(message);
  });

  it("values of a schedule of one's own must stay within the setting's bounds in every epoch", () => {
    defineWave();
    const config = (high: number) =>
      tiny({ epochs: 3, strategies: { skipDropout: { kind: "wave", low: 0, high, period: 2 } } });
    expect(config(0.9).strategies.skipDropout).toEqual({ kind: "wave", low: 0, high: 0.9, period: 2 });
    bars.defineSchedule({
      name: "bump",
      formula: "top in the second epoch, else 0",
      fields: { top: { min: 0 } },
      value: ({ top = 0 }, { epoch }) => (epoch === 1 ? top : 0),
    });
    expect(() => tiny({ epochs: 3, strategies: { skipDropout: { kind: "bump", top: 2 } } })).toThrow(
      "skipDropout must be a schedule that stays finite and in [0, 0.95] over the 3 epochs of the search",
    );
    expect(() => tiny({ entropy: { cell: { kind: "wave", low: 0, high: 1 } } })).toThrow(
      "cell.period must be a finite number above 0, got undefined",
    );
    expect(() => tiny({ entropy: { cell: { kind: "wave", low: 0, high: 1, period: 2, top: 1 } } })).toThrow(
      "cell.top must be absent (a wave schedule has low, high, period), got 1.",
    );
  });

  it("what draws, penalises or updates must give tensors of the right shape", async () => {
    await bars.startBackend();
    const run = (name: string, settings: Parameters<typeof tinySearch>[0]) =>
      bars.search(tiny({ warmupEpochs: 0, ...settings }), { directory: folder(name) });
    bars.defineSampler({ name: "flat", formula: "a", draw: ({ alphas }) => tf.sum(alphas, -1) });
    await expect(run("flat", { samplers: { cell: { method: "flat" } } })).rejects.toThrow(
      /^sampler "flat": draw must return weights of the alphas' shape \[1, \d+\], got \[1\]\.$/,
    );
    bars.defineCostPenalty({ name: "row", formula: "r", penalty: (r) => tf.reshape(r, [1]) });
    await expect(run("row", { cost: { method: "row", budget: 2e4 } })).rejects.toThrow(
      'cost penalty "row": penalty must return a scalar, got shape [1].',
    );
    bars.defineOptimizer({
      name: "forgets",
      formula: "w",
      memory: ["m"],
      update: ({ param }) => [tf.clone(param)],
    });
    await expect(run("forgets", { alphaOptimizer: { method: "forgets" } })).rejects.toThrow(
      /^optimizer "forgets": update must return 2 tensors of shape \[[\d, ]+\] \(the new value, m\), got \[/,
    );
  });

  it.each([
    [
      () => bars.defineSampler({ name: "path", formula: "a", draw: ({ alphas }) => alphas }),
      'defineSampler: "path" is a sampler of the library; choose another name.',
    ],
    [
      () => bars.defineSampler({ name: "x", formula: "a" } as never),
      'defineSampler: "x": draw must be a function of { alphas, temperature, key }, got undefined.',
    ],
    [
      () => bars.defineSampler({ name: "x", formula: "a", draw: () => 0, probabilities: "tanh" } as never),
      'defineSampler: "x": probabilities must be "softmax" or "sigmoid", got "tanh".',
    ],
    [
      () => bars.defineOptimizer({ name: "adam", formula: "a", update: () => [] }),
      'defineOptimizer: "adam" is an optimizer of the library; choose another name.',
    ],
    [
      () => bars.defineOptimizer({ name: "x", formula: "a", memory: ["m", "m"], update: () => [] }),
      'defineOptimizer: "x": memory must be a list of different names of letters, digits and _, got ["m","m"].',
    ],
    [
      () => bars.defineCostPenalty({ name: "x", formula: "r" } as never),
      'defineCostPenalty: "x": penalty must be a function of (r, { coefficient, exponent }), got undefined.',
    ],
    [
      () => bars.defineSchedule({ name: "x", formula: "", fields: {}, value: () => 0 }),
      'defineSchedule: "x": formula must be a text, got "".',
    ],
    [
      () => bars.defineSchedule({ name: "x", formula: "a", fields: { kind: "level" }, value: () => 0 }),
      'defineSchedule: "x": fields must be an object of fields, none called "kind"',
    ],
  ])("%#: refused", (define, message) => {
    expect(define).toThrow(message);
  });
});

/** The second likeliest operation of every edge. */
function runnerUp({ space, probabilities }: bars.derivation.OwnRuleInput): bars.derivation.OwnRuleChoice {
  return {
    cells: probabilities.cells.map((rows) =>
      rows.flatMap((row, i) => {
        const order = row.map((_, k) => k).sort((a, b) => (row[b] as number) - (row[a] as number));
        const primitive = space.primitives[order[1] as number] as string;
        return primitive === "none" ? [] : [{ to: i + 1, from: 0, primitive }];
      }),
    ),
  };
}

describe("a derivation rule of the user's own", () => {
  it("derives as a function where a name would stand, and says so", async () => {
    const record = await bars.search(tiny({ epochs: 1, warmupEpochs: 0 }), { directory: folder("rule") });
    const input = bars.deriveInputOf(record);
    const derivation = bars.derive(input, { rule: runnerUp, temperature: 2 });
    expect(derivation.rule).toEqual({ rule: "runnerUp", own: true, method: "softmax", temperature: 2 });
    expect(bars.derive(input, runnerUp).genotype).toEqual(derivation.genotype);
    const likeliest = bars.derive(input, "argmax");
    expect(derivation.genotype.cells).not.toEqual(likeliest.genotype.cells);
    expect(derivation.genotype.depth).toEqual(likeliest.genotype.depth);
    expect(derivation.cost.ops).toBeGreaterThan(0);
    // What reads derivations reads this one.
    const rows = bars.derivation.ruleComparison(record, ["argmax", runnerUp]);
    expect(rows.map(({ rule }) => rule)).toEqual(["argmax", "runnerUp (own)"]);
    const stored = JSON.parse(JSON.stringify(derivation)) as bars.derivation.Derivation;
    const origin = {
      method: "search",
      recordHash: record.configHash,
      rule: stored.rule,
      epoch: 0,
      seed: 0,
    } as const;
    expect(bars.records.genotypeModel(stored.genotype, "own", origin).origin?.rule).toEqual(derivation.rule);
    expect(() => bars.derive(input, stored.rule as never)).toThrow(
      `derive: rule "runnerUp" is a function of the user's own, which a derivation names but does not hold; pass the function itself, { rule: runnerUp }.`,
    );
  });

  it("is refused without a name, with a name of the library, and where it gives no cells", async () => {
    const record = await bars.search(tiny({ epochs: 1, warmupEpochs: 0 }), { directory: folder("rule") });
    const named = (name: string, result: unknown) =>
      Object.defineProperty(() => result, "name", { value: name }) as bars.derivation.OwnRule;
    const refused = [
      [named("", { cells: [] }), "derive: a rule of your own must be a function with a name"],
      [
        named("argmax", { cells: [] }),
        'must not have the name of a rule of the library, got "argmax"; rename it.',
      ],
      [named("lost", undefined), 'derive: rule "lost" must return { cells, depth?, width? }'],
    ] as const;
    for (const [rule, message] of refused)
      expect(() => bars.derive(bars.deriveInputOf(record), rule)).toThrow(message);
  });
});
