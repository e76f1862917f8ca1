import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readProvenance } from "../../lib/figures/export/provenanceFile";
import { fileLayout } from "../../lib/packed/fileLayout";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import { genotypeJson } from "../../lib/space/genotypeJson";
import { hashJson } from "../../lib/util/canonicalJson";
import { writeTensorFile } from "../../lib/util/tensorFile";
import { rewriteRecord } from "../helpers/rewriteRecord";
import { barsHere } from "../helpers/shell";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyModel } from "../helpers/tinyTraining";

const folder = temporaryFolder();
process.env["BARS_BACKEND"] = "wasm";
const bars = barsHere(folder);

const write = (name: string, content: unknown) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
};
const json = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));

beforeAll(async () => {
  const space = { initChannels: 2, cellLayout: [0, 1], steps: 1, widthChoices: [0.5, 1] };
  const data = { dataset: "synthetic", trainImages: 40, testImages: 20 };
  write("search.json", { space, data, batchSize: 10, epochs: 1, warmupEpochs: 0 });
  write("train.json", { data, batchSize: 10, epochs: 1, validationShare: 0 });
  write("sets/drawn/g.json", genotypeJson(tinyModel().genotype));
  const { code, out, err } = await bars("search", "--config", "search.json", "--out", "runs/s/");
  expect(err).not.toContain("error");
  expect(out).toContain("record    runs/s/record.json\n");
  expect(code).toBe(0);
  const record = json("runs/s/record.json");
  write("begun/a/record.json", record);
  rewriteRecord(join(folder, "begun/a/record.json"), (whole) => ({
    ...whole,
    ...{ status: "running", epochs: [], test: null },
  }));
  write("begun/b/record.json", record);
  write("begun/c/record.json", "{");
});

describe("paths in messages are as seen from where the user stands", () => {
  it.each([
    { args: ["data", "--folder", "sets"], says: "image-folder: sets must have at least 2 classes" },
    {
      args: ["data", "--folder", "sets", "--dataset", "synthetic"],
      says: '--dataset: expected none beside --folder and --list, or "image-folder", got "synthetic".',
    },
    { args: ["data", "--list", "sets"], says: "expected a file, found a folder." },
    { args: ["pack", "runs/s", "--names", "sets"], says: "expected a file, found a folder." },
    {
      args: ["derive", "runs/s", "--out", "runs/s/record.json"],
      says: "expected the name of a file to write, found a file of a run there; name another.",
    },
    {
      args: ["frontier", "runs/s", "--reference-cost", "1e7", "--reference-accuracy", "5"],
      says: 'expected a share from 0 to 1, e.g. 0.6, got "5".',
    },
    { args: ["data", "--list", "train.json"], says: "image-folder: line 1 of train.json must be path,class" },
    { args: ["--define", "none.mjs", "cost", "runs/s"], says: "--define none.mjs: there is no such file." },
    { args: ["--define", "own.cjs", "cost", "runs/s"], says: "--define own.cjs: the module does not load" },
    {
      args: ["--define", "apart.mjs", "cost", "runs/s"],
      says: '--define apart.mjs: the module imports "bars", which is not found from where it lies. Put it into the folder of the project',
    },
    { args: ["search", "--config", "search.json", "--out", "busy"], says: "search: busy is in use by" },
    {
      args: ["search", "--config", "search.json", "--out", "own.cjs"],
      says: "expected a path through folders, found a file: own.cjs.",
    },
    {
      args: ["figures", "runs/s/checkpoint.safetensors"],
      says: "got weights or a checkpoint (safetensors). Give the folder of the run, or its record.json.",
    },
    {
      args: ["cost", "model.bars"],
      says: 'expected a genotype or a record, got a packed model. "bars inspect" says what is in it.',
    },
    {
      args: ["bench", "--net", "binary", "--start", "start.safetensors"],
      says: "bars bench: --start has no effect with --net binary. Leave it out.",
    },
    { args: ["sweep", "plan", "sweep.json"], says: ": begun/c/record.json: expected a search record" },
  ])("bars $args: $says", async ({ args, says }) => {
    write("model.bars", `${fileLayout.magic}\u0002\u0000{`);
    write("own.cjs", 'require("./missing.cjs");');
    write("apart.mjs", 'import * as bars from "bars";');
    const owner = { pid: 1, host: `not ${hostname()}`, since: "2026-01-01T00:00:00.000Z" };
    write("busy/owner.lock", owner);
    const run = { name: "r", stage: "derive+train", record: join(folder, "begun/c/record.json") };
    write("sweep.json", { kind: "bars.sweep", schema: 1, name: "s", runs: [run] });
    const { err, code } = await bars(...args);
    expect(code).toBeGreaterThan(0);
    expect(err).toContain(says);
    expect(err).not.toContain(folder);
  });
});

describe("a file to write", () => {
  it.each(["record.json", "genotype.json", "checkpoint.safetensors"])(
    "may not be the %s of a run",
    async (name) => {
      const before = readFileSync(join(folder, "runs/s", name));
      const { err, code } = await bars("derive", "runs/s", "--out", `runs/s/${name}`);
      expect(err).toContain("found a file of a run there; name another.");
      expect(code).toBe(2);
      expect((await bars("draw", "runs/s", "--out", `runs/s/${name}`)).code).toBe(2);
      expect(readFileSync(join(folder, "runs/s", name)).equals(before)).toBe(true);
    },
  );

  it("may be what was written there before, whatever it is called", async () => {
    mkdirSync(join(folder, "own"), { recursive: true });
    writeTensorFile(join(folder, "own/start.safetensors"), new Map(), { kind: "bars.bench-start" });
    for (const name of ["record.json", "record.json", "start.safetensors"])
      expect((await bars("derive", "runs/s", "--out", `own/${name}`)).code, name).toBe(0);
    expect(readFileSync(join(folder, "own/start.safetensors"), "utf8")).not.toContain("bench-start");
  });
});

describe("drawings", () => {
  it("name the record they were drawn from, and a genotype's file none", async () => {
    const { out, code } = await bars("draw", "runs/s/record.json", "--out", "of-record.pdf");
    expect([out, code]).toEqual(["of-record.pdf\n", 0]);
    const record = readSearchRecord(join(folder, "runs/s/record.json"));
    const sources = {
      configHashes: [record.configHash],
      seeds: [record.config.seed],
      recordHashes: [hashJson(record)],
    };
    expect(readProvenance(join(folder, "of-record.pdf"))).toMatchObject(sources);
    await bars("draw", "runs/s", "--out", "of-run.svg");
    expect(readProvenance(join(folder, "of-run.svg"))).toMatchObject(sources);
    await bars("draw", "runs/s/record.json", "sets/drawn/g.json", "--out", "sheet.svg");
    expect(readProvenance(join(folder, "sheet.svg"))).toMatchObject(sources);
    await bars("draw", "runs/s/record.json", "--out", "each/", "--format", "svg");
    expect(readProvenance(join(folder, "each/s.svg"))).toMatchObject(sources);
    await bars("draw", "sets/drawn/g.json", "--out", "of-genotype.svg");
    expect(readProvenance(join(folder, "of-genotype.svg"))).toMatchObject({
      configHashes: [],
      recordHashes: [],
    });
  });
});

describe("a search of which no epoch has ended", () => {
  it.each(["draw", "cost", "train", "derive"])("is named by its path in bars %s", async (command) => {
    const { err, code } = await bars(command, "begun/a");
    expect(err).toContain(
      'begun/a/record.json: epoch must be start (no epoch of this search has ended; run it on for others), got "last".',
    );
    expect(code).toBe(2);
  });

  it("is left out, as a damaged record is, of the drawing of a folder, which says so", async () => {
    const { out, err, code } = await bars("draw", "begun", "--out", "cells.svg");
    expect(err).toMatch(/^left out: begun\/a\/record\.json: epoch must be start .*$/m);
    expect(err).toMatch(
      /^left out: begun\/c\/record\.json: expected the record of .*, got text that is not JSON/m,
    );
    expect(out).toBe("cells.svg\n");
    expect(code).toBe(0);
  });
});

describe("a finished run in its folder", () => {
  it("of a search is said to be read, not run", async () => {
    const { updatedAt } = json("runs/s/record.json");
    const { out, code } = await bars("search", "--config", "search.json", "--out", "runs/s");
    expect(out).toContain(
      `runs/s: was finished before (${updatedAt}) with the same settings, so it was read, not run. To run it anew, give another --out.\n`,
    );
    expect(code).toBe(0);
  });

  it("of a training likewise; one that runs is not said to be read", async () => {
    const train = () => bars("train", "sets/drawn/g.json", "--config", "train.json", "--out", "runs/t");
    expect((await train()).out).not.toContain("read, not run");
    expect((await train()).out).toContain("runs/t: was finished before (");
  });
});

it.each([
  {
    args: ["search", "--config", "search.json"],
    what: "search: batchSize must be at most 20, the images of the weight split",
  },
  {
    args: ["train", "sets/drawn/g.json", "--config", "train.json"],
    what: "train: batchSize must be at most 40, the images of the training part",
  },
])(
  "a batch that the images do not fill is refused before anything is written: bars $args.0",
  async ({ args, what }) => {
    const { err, code } = await bars(...args, "--set", "batchSize=41", "--out", "wide");
    expect(err).toContain(`error: ${what}, got 41. Set a smaller one, or use more images.`);
    expect(code).toBe(2);
    expect(existsSync(join(folder, "wide"))).toBe(false);
  },
);

it("a refused run leaves no empty folder", async () => {
  const none = ["--dataset", "image-folder", "--set", "data.folder.path=none"];
  const { code } = await bars("search", "--config", "search.json", ...none, "--out", "new/run");
  expect(code).toBeGreaterThan(0);
  expect(existsSync(join(folder, "new"))).toBe(false);
  expect(readdirSync(join(folder, "runs/s"))).not.toContain("owner.lock");
});
