import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { randomKey } from "../../lib/random/randomKey";
import { genotypeJson } from "../../lib/space/genotypeJson";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { rewriteRecord } from "../helpers/rewriteRecord";
import { barsHere, barsProcess } from "../helpers/shell";
import { temporaryFolder } from "../helpers/tinySearch";

const folder = temporaryFolder();

const bars = barsHere(folder);

const genotype = randomGenotype(spaceConfig(), randomKey(0));
const genotypePath = join(folder, "g.json");
writeFileSync(genotypePath, genotypeJson(genotype));

describe("bars, as a process", () => {
  const start = barsProcess(folder);
  it.each([
    { args: ["--help"], code: 0, says: "Usage: bars" },
    { args: ["cost", "resnet20-bireal"], code: 0, says: "40,108,032" },
    { args: ["search", "--sed", "1"], code: 2, says: "unknown option '--sed'" },
    {
      args: ["derive", "."],
      code: 2,
      says: ".: expected a folder with the record of a search or of a race, found no record.json in it.",
    },
  ])("ends with $code and says so: $args", async ({ args, code, says }) => {
    const { out, err, ...ended } = await start(...args);
    expect(code === 0 ? out : err).toContain(says);
    expect(code === 0 ? err : out).toBe("");
    expect(ended).toEqual({ code });
  });

  it("says which engine it uses and why it passed over the others", async () => {
    expect((await start("backend", "--backend", "wasm")).out).toMatch(/^wasm 4\.22\.0/);
  });
});

describe("bars", () => {
  it("lists its commands and options, and exits with 0", async () => {
    const { code, out } = await bars("--help");
    expect(code).toBe(0);
    for (const command of ["search", "derive", "cost", "draw", "data", "backend", "bench"])
      expect(out).toContain(`  ${command}`);
    expect((await bars("search", "--help")).out).toContain("--preset <name>");
  });

  it("lists settings from their declarations, in help too", async () => {
    const { code, out } = await bars("settings", "cost.budget");
    expect(code).toBe(0);
    expect(out).toContain(
      "number above 0 (operations per image); default 5000000, smoke 400000, laptop 4000000,",
    );
    const all = JSON.parse((await bars("settings", "--json")).out);
    expect(all.find((row: { path: string }) => row.path === "cost.budget")).toMatchObject({ default: 5e6 });
    const help = (await bars("search", "--help")).out;
    for (const { path, meaning } of all.filter((row: { config: string }) => row.config === "search")) {
      expect(help).toContain(`\n${path}\n`);
      expect(help.replace(/\s+/g, " ")).toContain(meaning);
    }
    expect((await bars("train", "--help")).out).toContain("\ndistillation.teacherEpochs\n");
    expect((await bars("evolve", "--help")).out).toContain("\nvalidationShare\n");
    expect((await bars("analyze", "--help")).out).toContain("\nprobeImages\n");
  });

  it("shortens a preset's warm-up for few epochs and says so, but not one that was given", async () => {
    // The settings are made before the data are looked for, which here are not there.
    const without = ["--dataset", "cifar10", "--data-dir", "none", "--set", "data.download=false"];
    const few = await bars("search", "--epochs", "3", ...without);
    expect(few.err).toContain(
      "smoke: a warm-up of 3 epochs leaves none of 3 to search in; it is 2 here (warmupEpochs).",
    );
    const given = await bars("search", "--epochs", "3", "--set", "warmupEpochs=3", ...without);
    expect(given.code).toBe(2);
    expect(given.err).toContain("smoke: warmupEpochs must be less than epochs (3), got 3.");
  });

  it.each([
    { args: ["settings", "cots.budget"], message: "Near paths: budget, cost.budget." },
    {
      args: ["search", "--set", "cost.budget=4e5x"],
      message: 'budget must be a finite number above 0, got "4e5x".',
    },
    { args: ["search", "--set", "toString=1"], message: 'smoke: unknown key "toString". Known keys:' },
    {
      args: ["search", "--dataset", "cifar100", "--set", "space.classes=10"],
      message: 'smoke.space: classes must be 100, the classes of data set "cifar100"',
    },
    { args: ["search", "--seed", "99999999999999999999"], message: "expected a whole number" },
    { args: ["serch"], message: "unknown command 'serch'" },
    { args: ["search", "--sed", "1"], message: "unknown option '--sed'" },
    { args: ["search", "--seed", "x"], message: 'expected a whole number, got "x".' },
    {
      args: ["search", "--preset", "huge"],
      message: 'unknown preset "huge". Known presets: smoke, laptop, paper, paper-imagenet.',
    },
    { args: ["search", "--set", "epoch=1"], message: 'smoke: unknown key "epoch". Known keys:' },
    {
      args: ["search", "--set", "epochs"],
      message: "--set epochs: expected path=value, e.g. cost.budget=2e6.",
    },
    {
      args: ["search", "--set", "seed.x=1", "--set", "seed=1", "--set", "seed.x=2"],
      message: '"seed" is a value, not a section.',
    },
    { args: ["search", "--config", "none.json"], message: "--config none.json: could not be read: ENOENT" },
    {
      args: ["cost", "resnet20-birael"],
      message: "found neither file nor network of that name. Near names: resnet20-bireal, ",
    },
    { args: ["cost", "nin-xnor-x0"], message: "nin-xnor-x0: width must be a finite number above 0, got 0." },
    {
      args: ["derive"],
      message: "bars derive: expected the folder of a run, got nothing. Give one, or --list.",
    },
  ])("exits with 2 and says what is wrong: $args", async ({ args, message }) => {
    const { code, err } = await bars(...args);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  mkdirSync(join(folder, "empty"));
  it.each([{ args: ["data", "--offline", "--data-dir", "nowhere"], message: "nowhere" }])(
    "exits with 1 when the work fails: $args",
    async ({ args, message }) => {
      const { code, err } = await bars(...args);
      expect(err).toContain(`error: `);
      expect(err).toContain(message);
      expect(code).toBe(1);
    },
  );

  it("costs a genotype, as a report and as JSON with the convention stated", async () => {
    const text = (await bars("cost", genotypePath)).out;
    expect(text).toMatch(/^genotype-[0-9a-f]{8}\n\nlayer +output +FLOPs +BOPs +OPs/);
    expect(text).toMatch(/\nPer image; one multiply-accumulate = 1 operation; OPs = FLOPs \+ BOPs \/ 64\./);
    const { out, code } = await bars("cost", genotypePath, "--json");
    const { convention, total, layers } = JSON.parse(out);
    expect(code).toBe(0);
    expect(convention).toBe("one multiply-accumulate = 1 operation; OPs = FLOPs + BOPs / 64");
    expect(total.bops).toBe(layers.reduce((sum: number, layer: { bops: number }) => sum + layer.bops, 0));
    expect(total.ops).toBe(total.flops + total.bops / 64);
  });

  it("costs a hand-made network by its name, at any width and in either convention", async () => {
    const of = async (...args: string[]) => JSON.parse((await bars("cost", ...args, "--json")).out);
    // A full ResNet-20 has 40,108,032 one-bit multiply-accumulates (test/complexity/baselines.test.ts).
    expect((await of("resnet20-bireal")).total.bops).toBe(40_108_032);
    const twice = await of("resnet20-bireal", "--convention", "awnas");
    expect(twice).toMatchObject({ network: "resnet20-bireal-x1", total: { bops: 80_216_064 } });
    const narrow = await of("resnet20-bireal-x0.125");
    expect(narrow.total.bops).toBe(40_108_032 / 64);
    const { out } = await bars("cost", "resnet20-bireal-x0.125", "--parts");
    expect(out).toMatch(/^resnet20-bireal-x0\.125\n\nlayer .*\n-+\nstem +32x32x2 .*\nstage0 /);
    expect(out).toMatch(/\ntotal +[\d,]+ +626,688 /);
  });

  it.each([
    ["cells.svg", "<svg"],
    ["cells.pdf", "%PDF-"],
    ["cells.png", "\x89PNG"],
    ["cells.tex", "%"],
  ])("draws a genotype as what the extension says: %s", async (name, start) => {
    const { code, out } = await bars("draw", genotypePath, "--out", name);
    expect(code).toBe(0);
    expect(out.split("\n")[0]).toBe(name);
    expect(readFileSync(join(folder, name), "latin1").slice(0, start.length)).toBe(start);
  });

  it("draws what a run's folder holds, and several as a sheet or as a file each", async () => {
    mkdirSync(join(folder, "two/a"), { recursive: true });
    mkdirSync(join(folder, "two/b/candidates/c"), { recursive: true });
    writeFileSync(join(folder, "two/a/genotype.json"), genotypeJson(genotype));
    const other = genotypeJson(randomGenotype(spaceConfig(), randomKey(1)));
    writeFileSync(join(folder, "two/b/genotype.json"), other);
    writeFileSync(join(folder, "two/b/candidates/c/genotype.json"), other);
    expect((await bars("draw", "two/a", "--out", "a.svg")).code).toBe(0);
    await bars("draw", "two/a/genotype.json", "--out", "a2.svg");
    const drawn = (name: string) => readFileSync(join(folder, name), "utf8").match(/<path.*/s)?.[0];
    expect(drawn("a.svg")).toBe(drawn("a2.svg"));
    expect((await bars("draw", "two", "--out", "drawings/", "--format", "pdf")).out).toBe(
      "drawings/a.pdf\ndrawings/b.pdf\n",
    );
    expect((await bars("draw", "two")).out).toBe("genotypes.svg\n");
    expect(readFileSync(join(folder, "genotypes.svg"), "utf8")).toContain("Genotypes");
  });

  it("lists derivation rules with formula and source", async () => {
    const { out } = await bars("derive", "--list");
    expect(out).toContain("options of every rule: prune=true leaves out operations");
    for (const rule of ["argmax", "sample", "top_k_none", "threshold", "entropy_guard", "budget", "best_of"])
      expect(out).toContain(`${rule}\n  `);
    expect(out).toContain("source: ");
    expect(out).toContain("needs the checkpoint of the search");
    // Rules that read a supernet take the search's own method.
    expect(out).toMatch(/^best_of\n.*\n.*\n {2}options: \{"temperature":1,/m);
  });

  it("names operations of nodes that nothing feeds, and leaves them out where asked", async () => {
    const record = resolve(__dirname, "../../data/records/frontier/searches/bars-12M-s0.json");
    const whole = await bars("derive", record, "--out", "whole.json");
    expect(whole.out).toContain(
      "cell group 0: bin_conv_3x3 1->2, bin_conv_3x3 1->3 start at a node nothing feeds",
    );
    expect(whole.out).toContain("BOPs 16908288");
    const pruned = await bars("derive", record, "--out", "pruned.json", "--option", "prune=true");
    expect(pruned.out).not.toContain("nothing feeds");
    expect(pruned.out).toContain("BOPs 7471104");
    expect(pruned.out).toContain(
      "62 % of the 12000000 BOPs that the search held its expected cost to; rule budget, with atLeast, decides by cost",
    );
    const scaled = await bars("derive", record, "--out", "scaled.json", "--option", "initChannels=24");
    expect(scaled.out).not.toContain("the search held its expected cost to");
    const options = ["measure=bops", "budget=12e6", "atLeast=0.9"].flatMap((option) => ["--option", option]);
    const spent = await bars("derive", record, "--out", "spent.json", "--rule", "budget", ...options);
    expect(spent.out).toMatch(/\ncosts \d+ BOPs: 9\d % of the 12000000 BOPs that rule budget held it to\n/);
    const own = await bars(
      "derive",
      record,
      "--out",
      "own.json",
      "--rule",
      "budget",
      "--option",
      "budget=6e6",
    );
    expect(own.out).toMatch(/\ncosts \d+ BOPs: \d+ % of the 6000000 BOPs that rule budget held it to\n/);
    const early = await bars("derive", record, "--out", "early.json", "--epoch", "start");
    expect(early.out).toContain("\nwarning: the search was still warming up: ");
  });

  it("searches from a settings file, resumes to the same record, derives, and costs what it derived", async () => {
    const settings = {
      space: { initChannels: 2, cellLayout: [0, 1], steps: 1, widthChoices: [0.5, 1] },
      data: { dataset: "synthetic", trainImages: 40, testImages: 20 },
      batchSize: 10,
      epochs: 2,
      warmupEpochs: 1,
      evaluationImages: 0,
    };
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "sub/settings.json"), JSON.stringify(settings));
    const run = () => bars("search", "--config", "sub/settings.json", "--seed", "3", "--out", "runs/a");
    const first = await run();
    expect(first.err).not.toContain("error");
    expect(first.code).toBe(0);
    expect(first.out).toContain("OPs");
    expect(first.out).toContain("synthetic");
    const record = readFileSync(join(folder, "runs/a/record.json"), "utf8");
    expect(JSON.parse(record).config).toMatchObject({ seed: 3, epochs: 2, batchSize: 10 });
    expect((await run()).code).toBe(0);
    expect(readFileSync(join(folder, "runs/a/record.json"), "utf8")).toBe(record);
    const derived = await bars("derive", "runs/a", "--rule", "top_k", "--option", "k=1", "--epoch", "1");
    expect(derived.code).toBe(0);
    expect(existsSync(join(folder, "runs/a/genotype-top_k.json"))).toBe(true);
    expect((await bars("cost", "runs/a/genotype-top_k.json")).code).toBe(0);
    const topOne = readFileSync(join(folder, "runs/a/genotype-top_k.json"), "utf8");
    expect((await bars("derive", "runs/a", "--rule", "best")).err).toContain(
      'derive: unknown rule "best". Known rules: argmax,',
    );
    expect((await bars("derive", "runs/a", "--epoch", "9")).err).toContain(
      "bars derive: --epoch must be start, last or an epoch from 1 to 2, got 9.",
    );
    const budget = (value: string) =>
      bars("derive", "runs/a", "--rule", "budget", "--option", `budget=${value}`, "--epoch", "1..2");
    expect((await budget("null")).out).toMatch(/OPs \d+ .*\nmargin: mean -?[\d.]+, smallest/);
    expect((await budget("1")).err).toMatch(/at most 1 BOPs an image; the cheapest one costs \d+\./);
    const again = await bars(
      ...["derive", "runs/a", "--rule", "top_k", "--option", "k=2", "--option", "prune=true"],
    );
    const kept = /kept in (runs\/a\/genotype-top_k-[0-9a-f]{8}\.json)\n/.exec(again.out)?.[1] as string;
    expect(readFileSync(join(folder, kept), "utf8")).toBe(topOne);
    expect(readFileSync(join(folder, "runs/a/genotype-top_k.json"), "utf8")).not.toBe(topOne);
    writeFileSync(join(folder, "stopped.json"), record);
    rewriteRecord(join(folder, "stopped.json"), (whole) => ({
      ...whole,
      chosen: { epoch: 0, reason: "it was flatter" },
    }));
    const chosen = await bars("derive", "stopped.json", "--out", "stopped-genotype.json");
    expect(chosen.out).toContain("alphas of epoch 1, which the search chose: it was flatter");
    expect((await bars("derive", "stopped.json", "--rule", "best_of")).err).toContain(
      'checkpoint.safetensors: rule "best_of" ranks its samples by the supernet\'s accuracy and needs the checkpoint of the search, found none.',
    );
    const ranked = await bars(
      "derive",
      "runs/a",
      "--rule",
      "best_of",
      "--option",
      "samples=3",
      "--option",
      "prune=true",
    );
    expect(ranked.err).not.toContain("error");
    expect(ranked.out).toMatch(/accuracies of the samples in the supernet: [\d.]+, [\d.]+, [\d.]+\n/);
    writeFileSync(join(folder, "old.json"), record);
    rewriteRecord(join(folder, "old.json"), (whole) => ({ ...whole, schema: 9 }));
    expect((await bars("derive", "old.json")).err).toContain(
      "old.json: expected schema 4, got 9; it was written by",
    );
  });
});
