import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { datasets } from "../../lib/config/datasets";
import { defineDataset } from "../../lib/data/datasets/defineDataset";
import { expandSweep } from "../../lib/sweep/expandSweep";
import { checkSweep } from "../../lib/sweep/sweepFile";
import { ConfigError } from "../../lib/util/errors";
import { baseline, chain, expand, file, folder } from "./sweepFixtures";

const checked = (value: unknown) => () => checkSweep(value, "sweep.json", folder);
const run = { name: "a", stage: "search" };

/** Keys of a sweep file with the types their values have. */
const keys: readonly [string, readonly string[], (value: unknown) => unknown][] = [
  ["kind", [], (kind) => ({ ...file([run]), kind })],
  ["schema", ["number"], (schema) => ({ ...file([run]), schema })],
  ["name", ["string"], (name) => ({ ...file([run]), name })],
  ["note", ["string"], (note) => file([run], { note })],
  ["runs", [], (runs) => ({ ...file([]), runs })],
  ["common", ["object"], (common) => file([run], { common })],
  ["common: search", ["object"], (search) => file([run], { common: { search } })],
  ["common: train", ["object"], (train) => file([run], { common: { train } })],
  ["common: derive", ["object"], (derive) => file([run], { common: { derive } })],
  ["seeds", ["numbers"], (seeds) => file([{ ...run, seeds: [1] }], { common: { seeds } })],
  ["budgets", ["numbers"], (budgets) => file([{ ...run, budgets: [1] }], { common: { budgets } })],
  ["measure", [], (measure) => file([{ ...run, measure: "ops" }], { common: { measure } })],
  ["runs[0]", ["object"], (one) => file([one as object])],
  ["name", ["string"], (name) => file([{ ...run, name }])],
  ["note", ["string"], (note) => file([{ ...run, note }])],
  ["stage", [], (stage) => file([{ ...run, stage }])],
  ["grid", ["object"], (grid) => file([{ ...run, grid }])],
  [
    "search.overrides.epochs",
    ["list", "numbers"],
    (values) => file([{ ...run, grid: { "search.overrides.epochs": values } }]),
  ],
  ["seeds", ["numbers"], (seeds) => file([{ ...run, seeds }])],
  ["budgets", ["numbers"], (budgets) => file([{ ...run, budgets }])],
  ["measure", [], (measure) => file([{ ...run, measure }])],
  ["search", ["object"], (search) => file([{ ...run, search }])],
  ["preset", ["string", "null"], (preset) => file([{ ...run, search: { preset } }])],
  ["overrides", ["object"], (overrides) => file([{ ...run, search: { overrides } }])],
  ["record", ["string"], (record) => file([{ name: "a", stage: "derive+train", record }])],
  ["genotype", ["string"], (genotype) => file([{ name: "a", stage: "train", genotype }])],
];

const values: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: fc.constantFrom("", "1", "toString", "__proto__"),
  number: fc.constantFrom(0, 1, -1, 1.5, Number.NaN, Infinity),
  boolean: fc.boolean(),
  null: fc.constant(null),
  numbers: fc.constantFrom([1], [2, 3]),
  list: fc.constantFrom([], ["1"], [null], [{}], [[1]], [true]),
  object: fc.constantFrom({}, { a: 1 }),
};

describe("a sweep file", () => {
  it("with a value of another type under any key is refused, naming the key", () => {
    const wrong = fc.constantFrom(...keys).chain(([key, types, make]) => {
      const others = Object.entries(values).filter(([type]) => !types.includes(type));
      return fc.oneof(...others.map(([, value]) => value)).map((value) => ({ key, value: make(value) }));
    });
    fc.assert(
      fc.property(wrong, ({ key, value }) => {
        let thrown: unknown;
        try {
          checked(value)();
        } catch (error) {
          thrown = error;
        }
        expect(thrown, key).toBeInstanceOf(ConfigError);
        expect((thrown as ConfigError).message, key).toContain(key);
      }),
      { seed: 0, numRuns: 3000 },
    );
  });

  it.each(["toString", "constructor", "__proto__"])("does not know the inherited name %s as a key", (key) => {
    const odd = JSON.parse(`{ "${key}": 1 }`);
    const unknown = `unknown key "${key}". Known keys: `;
    // A spread would set the prototype instead of the key.
    const joined = (given: object) => JSON.parse(`{ "${key}": 1, ${JSON.stringify(given).slice(1)}`);
    expect(checked(joined(file([run])))).toThrow(unknown);
    expect(checked(file([run], { common: odd }))).toThrow(unknown);
    expect(checked(file([joined(run)]))).toThrow(unknown);
    expect(checked(file([{ ...run, search: odd }]))).toThrow(unknown);
    expect(() => expand([{ ...run, search: { overrides: odd } }])).toThrow(unknown);
    expect(() => expand([{ ...run, search: { preset: "smoke", overrides: { cost: odd } } }])).toThrow(
      unknown,
    );
    expect(() => expand([{ ...baseline, baseline: odd }])).toThrow(unknown);
    expect(() => expand([{ name: "r", stage: "random", budgets: [1e6], random: odd }])).toThrow(unknown);
    expect(() => expand([{ name: "e", stage: "evolution", evolution: odd }])).toThrow(unknown);
    expect(() => expand([{ ...run, grid: { [`search.${key}.x`]: [1] } }])).toThrow(unknown);
  });

  it.each([
    [
      { preset: 5 },
      "random: preset must be a text of at least one letter, or null for the library's defaults, got 5.",
    ],
    [{ space: [] }, "random: space must be an object of settings, got []."],
    [{ atLeast: "0.8" }, 'random: atLeast must be a finite number in [0, 1], got "0.8".'],
    [{ draws: 0 }, "random: draws must be an integer of at least 1, got 0."],
    [{ space: { steps: "2" } }, 'random.space: steps must be an integer of at least 1, got "2".'],
  ])("refuses the part random %j", (random, message) => {
    expect(() => expand([{ name: "r", stage: "random", budgets: [1e6], random }])).toThrow(
      `"r-1M-s0": ${message}`,
    );
  });
});

describe("a sweep over CIFAR-100", () => {
  const train = { preset: "smoke", overrides: { data: { dataset: "cifar100" } } };

  it("has architectures of 100 classes without being told", () => {
    const jobs = expand([
      { ...baseline, train },
      { name: "r", stage: "random", budgets: [2e6], random: { preset: "smoke", atLeast: 0 }, train },
      { ...chain, search: { ...chain.search, overrides: train.overrides }, train },
      { name: "e", stage: "evolution", evolution: { preset: "smoke", train }, train },
    ]);
    const text = JSON.stringify(jobs);
    expect(text.match(/"classes":100/g)?.length).toBeGreaterThanOrEqual(4);
    expect(text).not.toContain('"classes":10,');
  });

  it("refuses other classes, said of a baseline, of a space or by the search before it", () => {
    expect(() => expand([{ ...baseline, baseline: { classes: 10 }, train }])).toThrow(
      '"r20-s3": baseline: classes must be 100, the classes of data set "cifar100" (left out, it follows the data set), got 10.',
    );
    expect(() =>
      expand([{ name: "r", stage: "random", budgets: [2e6], random: { space: { classes: 10 } }, train }]),
    ).toThrow('"r-2M-s0": random.space: classes must be 100, the classes of data set "cifar100"');
    expect(() => expand([{ ...chain, train }])).toThrow(
      '"bars-200k-s0": train.overrides.data: dataset must be one with at most the 10 classes of the architecture, got "cifar100".',
    );
  });

  it("refuses data whose images the architecture does not read", () => {
    const part = { images: new Uint8Array(2 * 8 * 8), labels: [0, 1] };
    const about = { name: "small", classNames: ["a", "b"], imageSize: 8, channels: 1 };
    defineDataset({ ...about, train: part, test: part });
    const small = { overrides: { data: { dataset: "small" } } };
    expect(() => expand([{ ...chain, train: small }])).toThrow(
      '"bars-200k-s0": train.overrides.data: dataset must be one of images of 32x32x3, which the architecture reads, got "small".',
    );
    datasets.forget("small");
  });
});

describe("a sweep whose preset is cut short", () => {
  it("says once that the warm-up is shorter", () => {
    const said: string[] = [];
    const value = file([{ ...run, search: { preset: "smoke", overrides: { epochs: 2 } }, seeds: [0, 1, 2] }]);
    const jobs = expandSweep(checkSweep(value, "sweep.json", folder), (line) => said.push(line));
    expect(
      jobs.map(({ steps }) => (steps[0] as { config: { warmupEpochs: number } }).config.warmupEpochs),
    ).toEqual([1, 1, 1]);
    expect(said).toEqual([
      "smoke: a warm-up of 3 epochs leaves none of 2 to search in; it is 1 here (warmupEpochs).",
    ]);
  });
});
