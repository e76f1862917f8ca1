import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { trainPresetConfig } from "../../lib/config/trainPresets";
import { forDataset, trainTarget } from "../../lib/experiments/trainTarget";
import { genotypeJson } from "../../lib/space/genotypeJson";
import { barsHere, cli } from "../helpers/shell";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyModel, trainNumbers } from "../helpers/tinyTraining";

const folder = temporaryFolder();

const bars = barsHere(folder);

const settings = {
  data: { dataset: "synthetic", trainImages: 48, testImages: 20 },
  batchSize: 8,
  epochs: 2,
  validationShare: 0,
  checkpointSteps: 1,
};
writeFileSync(join(folder, "s.json"), JSON.stringify(settings));
writeFileSync(join(folder, "g.json"), genotypeJson(tinyModel().genotype));
const stored = JSON.parse(genotypeJson(tinyModel().genotype));
writeFileSync(join(folder, "later.json"), JSON.stringify({ ...stored, schema: 2 }));
const wider = { ...stored, space: { ...stored.space, kernels: [3, 5] } };
writeFileSync(join(folder, "wider.json"), JSON.stringify(wider));
const json = (path: string) => JSON.parse(readFileSync(join(folder, path), "utf8"));

describe("trainTarget", () => {
  it("knows hand-made networks by name", () => {
    expect(trainTarget("nin-xnor-x0.25").model).toMatchObject({ family: "nin", block: "xnor", width: 0.25 });
    expect(trainTarget("vgg_small-real").model).toMatchObject({ name: "vgg_small-real-x1", width: 1 });
  });

  it("gives a network known by name the classes of its data set, and leaves others alone", () => {
    expect(forDataset(trainTarget("nin-xnor"), "cifar100")).toMatchObject({
      name: "nin-xnor-x1",
      classes: 100,
    });
    expect(forDataset(trainTarget("nin-xnor"), "synthetic")).toMatchObject({ classes: 10 });
    const target = trainTarget("nin-xnor");
    const config = trainPresetConfig("smoke");
    expect(forDataset({ ...target, config }, "cifar100")).toBe(target.model);
    const model = tinyModel();
    expect(forDataset({ ...target, model }, "cifar100")).toBe(model);
  });

  it.each([
    [
      "resnet21-bireal",
      "resnet21-bireal: expected a genotype file, the folder, record or checkpoint of a search, an evolution, a race or a training, or a network's name such as resnet20-bireal-x0.5 (families resnet20, resnet18, vgg_small, nin, resnet18_imagenet, resnet34_imagenet, reactnet_a; blocks xnor, bireal, irnet, reactnet, real); found neither file nor network of that name. Near names: resnet20-bireal, resnet18-bireal, resnet20-real.",
    ],
    ["resnet20-bireal-x0", "resnet20-bireal-x0: width must be a finite number above 0, got 0."],
    [
      folder,
      `${folder}: expected a folder with the record of a search, an evolution, a race or a training, found no record.json in it.`,
    ],
    [join(folder, "s.json"), 's.json: kind must be "bars.genotype", got nothing.'],
    [
      join(folder, "later.json"),
      "later.json: schema must be 1, the only version this release reads, got 2; read it with the release that wrote it.",
    ],
    [join(folder, "wider.json"), 'wider.json.space: unknown field "kernels". Known fields: '],
  ])("refuses %s", (text, message) => {
    expect(() => trainTarget(text)).toThrow(message);
  });
});

describe("bars train", () => {
  it.each([
    { args: [], message: "bars train: expected a network, got nothing. Give one, or --list." },
    {
      args: ["g.json", "--preset", "hasty"],
      message: 'unknown preset "hasty". Known presets: smoke, laptop,',
    },
    { args: ["g.json", "--set", "epoch=1"], message: 'smoke: unknown key "epoch". Known keys:' },
  ])("exits with 2 and says what is wrong: $args", async ({ args, message }) => {
    const { code, err } = await bars("train", ...args);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  it("lists presets with their sources", async () => {
    expect((await bars("train", "--list")).out).toMatch(
      /irnet\n {2}SGD 0\.1.*\n {2}source: Qin et al\. 2020/,
    );
  });

  it("trains a genotype, prints its accuracy with interval, and gives the same record back when run again", async () => {
    const run = () => bars("train", "g.json", "--config", "s.json", "--seed", "3", "--out", "runs/a");
    const { out, err, code } = await run();
    expect(err).not.toContain("error");
    expect(code).toBe(0);
    const record = json("runs/a/record.json");
    expect(record).toMatchObject({
      status: "finished",
      config: { seed: 3, epochs: 2 },
      model: { kind: "genotype", origin: null },
    });
    const [{ accuracy, interval }] = record.tests;
    const text = [accuracy, ...interval].map((share: number) => (100 * share).toFixed(1));
    expect(out).toContain(
      `test accuracy  ${text[0]} % (95 % interval ${text[1]} to ${text[2]} %) on 20 images, last epoch`,
    );
    expect(out).toContain("they hold nothing of the spread over seeds");
    expect(existsSync(join(folder, "runs/a/last.safetensors"))).toBe(true);
    expect((await run()).code).toBe(0);
    expect(json("runs/a/record.json")).toEqual(record);
    const from = await bars("train", "runs/a/last.safetensors", "--seed", "4", "--out", "runs/b");
    expect(from.code).toBe(0);
    expect(json("runs/b/record.json")).toMatchObject({ model: record.model, config: { seed: 4, epochs: 2 } });
    expect((await bars("train", "runs/a", "--seed", "5")).err).toContain(
      "holds a training with other settings or of another model",
    );
  });

  it("saves on Ctrl-C, exits with 130, and goes on from its folder to the numbers of an unbroken run", async () => {
    const args = ["train", "resnet20-bireal-x0.125", "--config", "s.json", "--epochs", "3", "--out"];
    const child = spawn(process.execPath, [cli, ...args, "runs/broken"], { cwd: folder, stdio: "pipe" });
    const ended = new Promise((done) => {
      child.once("exit", done);
    });
    let err = "";
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    const record = join(folder, "runs/broken/record.json");
    const begun = () => existsSync(record) && JSON.parse(readFileSync(record, "utf8")).epochs.length > 0;
    while (!begun()) await new Promise((done) => setTimeout(done, 10));
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(err).toContain("train: stopped in epoch");
    expect((await bars(...args, "runs/whole")).code).toBe(0);
    const rest = await bars("train", "runs/broken");
    expect(rest.code).toBe(0);
    expect(trainNumbers(json("runs/broken/record.json"))).toEqual(
      trainNumbers(json("runs/whole/record.json")),
    );
  });

  it("trains what a search derived, from its supernet's weights where they are asked for", async () => {
    const space = { initChannels: 2, cellLayout: [0, 1], steps: 1, widthChoices: [0.5, 1] };
    const search = { space, data: settings.data, batchSize: 8, epochs: 1, warmupEpochs: 0 };
    writeFileSync(join(folder, "search.json"), JSON.stringify(search));
    expect((await bars("search", "--config", "search.json", "--out", "runs/s")).code).toBe(0);
    const { code, err } = await bars(
      ...["train", "runs/s", "--config", "s.json", "--set", "start=supernet", "--out", "runs/t"],
    );
    expect(err).not.toContain("error");
    expect(code).toBe(0);
    expect(json("runs/t/record.json").model.origin).toMatchObject({
      method: "search",
      recordHash: json("runs/s/record.json").configHash,
      rule: "argmax",
      epoch: 0,
    });
  });
});
