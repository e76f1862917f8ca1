import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import * as bars from "../../lib/index";
import { epochNumbers } from "../helpers/epochNumbers";
import { stoppedAfter } from "../helpers/stoppedRun";
import { temporaryFolder, tinySearch } from "../helpers/tinySearch";

const { tf } = bars;
const { settings } = bars.config;
const root = temporaryFolder();
const folder = (name: string) => join(root, name);

const tiny = tinySearch;

/** Pulls probabilities together, dims mixture weights, and ends a search; each part as far as it is asked for. */
const defineLeash = (seen: string[] = []) =>
  bars.defineStrategy({
    name: "leash",
    version: 3,
    formula: "L + c(e) · mean p²; mixture weights times 1 − d; ends after epoch `end`",
    use: "To see that hooks run.",
    turnsOn: ["strategies.leash.pull=1"],
    setting: settings.section(
      { meaning: "Keeps choices together." },
      {
        pull: settings.schedule({ default: 0, min: 0, meaning: "c." }),
        dim: settings.number({ default: 0, min: 0, below: 1, meaning: "d." }),
        end: settings.integer({
          default: 0,
          min: 0,
          meaning: "Epochs after which the search ends; 0 never.",
        }),
      },
    ),
    checkOwn: (place, { dim, end }) => {
      if (dim > 0 && end > 0)
        throw new bars.errors.ConfigError(`${place}: dim and end must not both be above 0.`);
    },
    checkAround: (place, { end }, { epochs }) => {
      if (end > epochs)
        throw new bars.errors.ConfigError(`${place}: leash.end must be at most ${epochs}, got ${end}.`);
    },
    hooks: {
      epochStart: (own, { epoch }) => seen.push(`start ${epoch} ${own.pull}`),
      mixture: ({ dim }, draw) =>
        dim === 0
          ? draw
          : {
              ...draw,
              weights: { ...draw.weights, cells: draw.weights.cells.map((cell) => tf.mul(cell, 1 - dim)) },
            },
      objective: ({ pull }, { probabilities: { cells } }) =>
        pull === 0
          ? null
          : tf.mul(pull, tf.mean(tf.concat(cells.map((p) => tf.reshape(tf.square(p), [-1]))))),
      epochEnd: ({ end }, { state, record }) => {
        seen.push(`end ${record.epochs.length}`);
        const epoch = state.position.epoch - 1;
        return end > 0 && epoch + 1 >= end && record.chosen === null
          ? { chosen: { epoch, reason: "the leash ends" } }
          : {};
      },
      finished: () => seen.push("finished"),
    },
  });
afterEach(() => bars.config.strategies.forget("leash"));

describe("a search strategy that a user defines", () => {
  it("runs its hooks with schedules at each epoch's value, is named by the record, and resumes bit-exactly", async () => {
    const seen: string[] = [];
    defineLeash(seen);
    const config = tiny({ strategies: { leash: { pull: { kind: "linear", from: 0, to: 40 }, dim: 0.5 } } });
    expect(config.strategies["leash"]).toEqual({
      pull: { kind: "linear", from: 0, to: 40 },
      dim: 0.5,
      end: 0,
    });
    const whole = await bars.search(config, { directory: folder("whole") });
    expect(seen).toEqual(["start 0 0", "end 1", "start 1 20", "end 2", "start 2 40", "end 3", "finished"]);
    expect(whole.defined).toEqual([{ kind: "strategy", name: "leash", version: 3 }]);
    const directory = folder("stopped");
    await stoppedAfter(4, (options) => bars.search(config, { directory, ...options }));
    const resumed = await bars.search(config, { directory });
    expect(epochNumbers(resumed)).toEqual(epochNumbers(whole));
    expect(bars.readSearchRecord(join(directory, "record.json"))).toEqual(resumed);
    // Without it the search is another one: its term is in the loss, and its weights are in the passes.
    const plain = await bars.search(tiny(), { directory: folder("plain") });
    expect(plain.epochs[0]?.weightLoss).not.toBe(whole.epochs[0]?.weightLoss);
    expect(plain.epochs[2]?.alphaLoss?.entropy).toBe(0);
    expect(whole.epochs[2]?.alphaLoss?.entropy).toBeGreaterThan(1);
  });

  it("may end a search, as the eigenvalue stop does", async () => {
    defineLeash();
    const config = tiny({ epochs: 4, strategies: { leash: { end: 2 } } });
    const record = await bars.search(config, { directory: folder("ended") });
    expect(record.chosen).toEqual({ epoch: 1, reason: "the leash ends" });
    expect(record.epochs).toHaveLength(2);
    expect(record.status).toBe("finished");
  });

  it("acts once at the start of an epoch, also where the search is stopped before the first step of it", async () => {
    bars.defineStrategy({
      name: "leash",
      formula: "a := s a",
      setting: settings.number({ default: 1, min: 0, meaning: "s." }),
      hooks: {
        epochStart: (by, { alphas: { cells } }) => {
          for (const cell of cells) tf.tidy(() => cell.assign(tf.mul(cell, by)));
        },
      },
    });
    const config = tiny({ epochs: 2, strategies: { leash: 0.5 } });
    const whole = await bars.search(config, { directory: folder("shrunk") });
    const directory = folder("between");
    const stop = new AbortController();
    await expect(
      bars.search(config, { directory, signal: stop.signal, onEpoch: () => stop.abort() }),
    ).rejects.toThrow("search: stopped in epoch 2 after step 0; everything is saved.");
    expect(epochNumbers(await bars.search(config, { directory }))).toEqual(epochNumbers(whole));
  });

  it("must give a scalar to the loss", async () => {
    bars.defineStrategy({
      name: "leash",
      formula: "p",
      setting: settings.number({ default: 0, meaning: "c." }),
      hooks: { objective: (_, { probabilities: { cells } }) => cells[0] as never },
    });
    const config = tiny({ strategies: { leash: 1 }, warmupEpochs: 0 });
    await expect(bars.search(config, { directory: folder("row") })).rejects.toThrow(
      /^strategy "leash": objective must return a scalar, got shape \[1, \d+\]\.$/,
    );
  });

  it("leaves the settings of searches that do not use it as they were", () => {
    const before = JSON.stringify(tiny());
    defineLeash();
    expect(JSON.stringify(tiny())).toBe(before);
    expect(Object.keys(tiny({ strategies: { leash: {} } }).strategies)).toContain("leash");
  });

  it("is in the guide with what turns it on", () => {
    expect(bars.config.strategyText()).not.toContain("leash");
    defineLeash();
    expect(bars.config.strategyText()).toContain(
      "leash\n  formula   L + c(e) · mean p²; mixture weights times 1 − d; ends after epoch `end`",
    );
    expect(bars.config.strategyText()).toContain("--set     'strategies.leash.pull=1'");
  });

  it("is checked: its settings, what they ask of each other and of the search", () => {
    expect(() => tiny({ strategies: { leash: { pull: 1 } } })).toThrow(
      'searchConfig.strategies: unknown key "leash". Known keys: skipDropout, auxiliarySkip, partialChannels, zeroOne, perturbation, biSampling, pruning, eigenvalueStop; a strategy of your own must be defined first (defineStrategy({ name: "leash", ... })).',
    );
    defineLeash();
    const refused = [
      [{ dim: 1 }, "searchConfig.strategies.leash: dim must be a finite number in [0, 1), got 1."],
      [{ length: 1 }, 'searchConfig.strategies.leash: unknown key "length". Known keys: pull, dim, end.'],
      [{ pull: { kind: "linear", from: 0, to: -1 } }, "searchConfig.strategies.leash: pull.to must be"],
      [
        { pull: { kind: "warmup", epochs: 9, from: 0, after: 1 } },
        "pull.epochs must be at most 3, the epochs of the search, got 9.",
      ],
      [{ dim: 0.5, end: 1 }, "searchConfig.strategies.leash: dim and end must not both be above 0."],
      [{ end: 9 }, "searchConfig: leash.end must be at most 3, got 9."],
    ] as const;
    for (const [leash, message] of refused) expect(() => tiny({ strategies: { leash } })).toThrow(message);
  });

  const spec = {
    name: "x",
    formula: "f",
    setting: settings.number({ default: 0, meaning: "m" }),
    hooks: { pass: (_: number, o: object) => o as never },
  };
  it.each([
    [{ name: "pruning" }, 'defineStrategy: "pruning" is a strategy of the library; choose another name.'],
    [
      { hooks: {} },
      'defineStrategy: "x": hooks must be one or more of build, epochStart, draw, mixture, leavesOut, pass, objective, epochEnd, resumed, finished, got none.',
    ],
    [{ hooks: { step: () => 0 } }, 'defineStrategy: "x": no hook is called "step". Hooks: build,'],
    [{ hooks: { pass: 1 } }, 'defineStrategy: "x": hook "pass" must be a function, got number.'],
    [
      { setting: 1 },
      'defineStrategy: "x": setting must be a setting or a section of them (config.settings), got 1.',
    ],
    [{ formula: "" }, 'defineStrategy: "x": formula must be a text, got "".'],
    [{ version: 0 }, 'defineStrategy: version of "x" must be an integer from 1, got 0.'],
  ])("is refused with %j", (change, message) => {
    expect(() => bars.defineStrategy({ ...spec, ...change } as never)).toThrow(message);
  });
});
