import { execFile } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import * as bars from "../../lib/index";
import { activationBinarizers } from "../../lib/primitives/binarizers";
import { epochNumbers } from "../helpers/epochNumbers";
import { temporaryFolder } from "../helpers/tinySearch";

const folder = temporaryFolder();
const look = { color: "#117733", dash: "10 2", side: "above" } as const;
const { primitives, binaryConvolution, weightless, skipLayers } = bars.space;

function defineBoth(version = 1): void {
  bars.definePrimitive({ name: "bin_conv_7x7", version, ...binaryConvolution({ kernel: 7 }), look });
  bars.definePrimitive({
    name: "sign_only",
    traits: { ...weightless("skip"), readsBits: true },
    layers: (shape) => [{ layer: "sign" }, ...skipLayers(shape)],
    look: { color: "#aa4499", dash: "1 3", side: "below" },
    operation: ({ stride }) => ({
      parameters: [],
      conv: null,
      apply: ({ bits }) =>
        bars.tf.tidy(() => {
          if (stride === 1) return bars.tf.clone(bits);
          const pooled = bars.tf.avgPool(bits, 2, 2, "same");
          return bars.tf.concat([pooled, pooled], 3);
        }),
    }),
  });
}
const names = ["none", "skip_connect", "bin_conv_7x7", "sign_only"];
const tinySpace = { initChannels: 2, cellLayout: [0, 1, 0], steps: 1, widthChoices: [0.5, 1] };
const configOf = (space: object) =>
  bars.searchConfig({
    space,
    data: { dataset: "synthetic", trainImages: 48, testImages: 16 },
    batchSize: 8,
    epochs: 3,
    warmupEpochs: 1,
    cost: { budget: 2e4 },
  });

beforeAll(async () => {
  await bars.startBackend();
});
afterEach(() => {
  for (const name of names.slice(2)) primitives.forget(name);
});

describe("primitives of a user", () => {
  it("are searched, stopped and taken up bit-exactly, derived, costed, drawn, trained and read again", async () => {
    defineBoth();
    const config = configOf({ ...tinySpace, primitives: names });
    const whole = await bars.search(config, { directory: join(folder, "whole") });
    const stop = new AbortController();
    await expect(
      bars.search(config, {
        directory: join(folder, "stopped"),
        signal: stop.signal,
        onEpoch: ({ epochs }: { epochs: readonly unknown[] }) => {
          if (epochs.length === 2) stop.abort();
        },
      } as never),
    ).rejects.toThrow("stopped");
    // As in another process: the cell that defines them runs again.
    defineBoth();
    const resumed = await bars.search(config, { directory: join(folder, "stopped") });
    expect(epochNumbers(resumed)).toEqual(epochNumbers(whole));
    expect(whole.defined).toEqual([
      { kind: "primitive", name: "bin_conv_7x7", version: 1 },
      { kind: "primitive", name: "sign_only", version: 1 },
    ]);
    const choice = { cells: [names.slice(2).map((primitive) => ({ to: 1, from: 0, primitive })), []] };
    const random = bars.space.randomGenotype(config.space, bars.randomKey(1));
    const genotype = bars.space.genotype(
      config.space,
      { ...random, cells: [choice.cells[0] as never, random.cells[1] as never] },
      "here",
    );
    const rows = bars.costTable(genotype);
    expect(rows.filter(({ name }) => /bin_conv_7x7.*conv$/.test(name)).length).toBeGreaterThan(0);
    expect(bars.drawGenotype(genotype)).toContain("#117733");
    const text = bars.space.genotypeJson(genotype);
    expect(bars.space.parseGenotype(text)).toEqual(genotype);
    const training = await bars.train(
      bars.trainConfig({ data: config.data, batchSize: 8, epochs: 1 }),
      bars.records.genotypeModel(genotype, "mine"),
      { directory: join(folder, "train") },
    );
    expect(training.defined).toEqual(whole.defined);
    expect(training.tests.at(-1)?.images).toBe(16);
    expect(bars.readSearchRecord(join(folder, "whole", "record.json"))).toEqual(whole);

    for (const name of names.slice(2)) primitives.forget(name);
    const path = join(folder, "whole", "record.json");
    expect(() => bars.readSearchRecord(path)).toThrow(
      `${path}: holds the primitive "bin_conv_7x7", version 1; which is not defined here. ` +
        'Call definePrimitive({ name: "bin_conv_7x7", version: 1, ... }) before you read it',
    );
    expect(() => bars.space.parseGenotype(text)).toThrow(
      'genotype: holds the primitive "bin_conv_7x7", version 1;',
    );
    defineBoth(2);
    expect(() => bars.readSearchRecord(path)).toThrow(
      "version 1; here it is version 2. Call definePrimitive",
    );
  });

  it("that give another shape than their place needs are named when they are applied", async () => {
    bars.definePrimitive({
      name: "sign_only",
      traits: weightless("skip"),
      layers: (shape) => skipLayers(shape),
      look,
      operation: () => ({ parameters: [], conv: null, apply: ({ raw }) => bars.tf.clone(raw) }),
    });
    const space = { ...tinySpace, primitives: ["none", "sign_only"] };
    await expect(bars.search(configOf(space), { directory: join(folder, "shape") })).rejects.toThrow(
      /sign_only: the operation of the primitive must give \[8, 16, 16, 4\], got \[8, 32, 32, 2\]\./,
    );
  });

  it("that return nothing, as where a return was forgotten, are named; null is nothing on purpose", async () => {
    const search = (value: unknown) => {
      bars.definePrimitive({
        name: "sign_only",
        traits: weightless("skip"),
        layers: (shape) => skipLayers(shape),
        look,
        operation: () => ({ parameters: [], conv: null, apply: () => value as null }),
      });
      const space = { ...tinySpace, primitives: ["none", "sign_only"] };
      return bars.search(configOf(space), { directory: join(folder, `gives ${value}`) });
    };
    await expect(search(undefined)).rejects.toThrow(
      /sign_only: the operation of the primitive must give \[8, 32, 32, 2\], or null for nothing, got undefined\. Return what it computes\./,
    );
    expect((await search(null)).status).toBe("finished");
  });

  it("are evolved, and named in the record with the binarizer of the trainings", async () => {
    defineBoth();
    bars.defineBinarizer.activation({
      name: "triangle",
      gradient: (x) => bars.tf.relu(bars.tf.sub(1, bars.tf.abs(x))),
    });
    const { space, data } = configOf({ ...tinySpace, primitives: names });
    const train = bars.trainConfig({
      data,
      batchSize: 8,
      epochs: 1,
      validationShare: 0.5,
      binarization: { activation: "triangle" },
    });
    const evolution = bars.config.evolutionConfig(
      { kind: "training", space, train },
      { population: 1, sample: 1, evaluations: 2 },
    );
    const record = await bars.evolve(evolution, { directory: join(folder, "evolution") });
    expect(record.history.length).toBe(2);
    expect(record.defined?.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      "primitive bin_conv_7x7",
      "primitive sign_only",
      "activation binarizer triangle",
    ]);
    activationBinarizers.forget("triangle");
  });

  it("reach the shell by a module, and are refused where there is none", async () => {
    writeFileSync(
      join(folder, "mine.mjs"),
      `import * as bars from "bars";\nbars.definePrimitive({ name: "bin_conv_7x7", ...bars.space.binaryConvolution({ kernel: 7 }), look: ${JSON.stringify(look)} });\n`,
    );
    const root = resolve(__dirname, "../..");
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const shell = (...args: string[]) =>
      new Promise<{ code: number; out: string; err: string }>((done) => {
        execFile(
          process.execPath,
          [join(root, "lib/bin/bars.cjs"), ...args],
          { cwd: folder },
          (error, out, err) => done({ code: error ? (error.code as never) : 0, out, err }),
        );
      });
    defineBoth();
    const space = bars.space.spaceConfig({ primitives: ["none", "bin_conv_7x7"] });
    const genotype = bars.space.randomGenotype(space, bars.randomKey(0));
    writeFileSync(join(folder, "g.json"), bars.space.genotypeJson(genotype));
    const known = await shell("--define", "mine.mjs", "cost", "g.json");
    expect([known.code, known.err]).toEqual([0, ""]);
    expect(known.out).toContain("BOPs");
    const unknown = await shell("cost", "g.json");
    expect(unknown.code).toBe(1);
    expect(unknown.err).toContain(
      'holds the primitive "bin_conv_7x7", version 1; which is not defined here.',
    );
    const missing = await shell("--define", "none.mjs", "cost", "g.json");
    expect([missing.code, missing.err]).toEqual([2, "error: --define none.mjs: there is no such file.\n"]);
    expect(readFileSync(join(folder, "g.json"), "utf8")).toContain('"defined":[{"kind":"primitive"');
  });

  it.each([
    [{ look: { color: "red", dash: "", side: "above" } }, 'must have a look: a colour "#rrggbb"'],
    [
      { traits: { ...weightless("pool"), kernel: 3 } },
      'is no binary convolution (traits.kind "pool"), so it must bring its operation.',
    ],
    [
      binaryConvolution({ kernel: 4 }),
      "must have an odd kernel and a dilation from 1, got kernel 4 and dilation 1.",
    ],
    [{ name: "bin_conv_3x3" }, '"bin_conv_3x3" is a primitive of the library; choose another name.'],
    [{ layers: [] }, "must have layers, a function that lists what it costs, got object."],
  ])("are refused: %o", (change, message) => {
    const whole = { name: "mine", ...binaryConvolution({ kernel: 7 }), look, ...change };
    expect(() => bars.definePrimitive(whole as never)).toThrow(message);
    expect(primitives.has("mine")).toBe(false);
  });

  it("have no name in aw_nas's strings", () => {
    defineBoth();
    const space = bars.space.spaceConfig({ primitives: ["none", "bin_conv_7x7"] });
    const genotype = bars.space.randomGenotype(space, bars.randomKey(0));
    expect(() => bars.space.toAwnas(genotype)).toThrow(
      "bin_conv_7x7 has no counterpart among aw_nas's operations.",
    );
  });
});
