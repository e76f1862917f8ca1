import { join, resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { builtInDatasets, datasets } from "../../lib/config/datasets";
import * as bars from "../../lib/index";
import { epochNumbers } from "../helpers/epochNumbers";
import { temporaryFolder } from "../helpers/tinySearch";
import { trainNumbers } from "../helpers/tinyTraining";

const root = temporaryFolder();
const folder = (name: string) => join(root, name);

/** Images whose class is told by the channel that is bright; every pixel differs from its neighbours. */
function images(count: number, size: number, channels: number, salt: number) {
  const labels = Array.from({ length: count }, (_, i) => i % 3);
  const bytes = Uint8Array.from({ length: count * size * size * channels }, (_, at) => {
    const image = Math.floor(at / (size * size * channels));
    return ((at * 7919 + salt) % 97) + (at % channels === (labels[image] as number) % channels ? 120 : 0);
  });
  return { images: bytes, labels };
}
const about = { classNames: ["a", "b", "c"], imageSize: 16, channels: 3 } as const;
const define = (name: string, salt = 0) =>
  bars.defineDataset({ name, ...about, train: images(48, 16, 3, salt), test: images(12, 16, 3, salt + 5) });

const searchOn = (dataset: string) =>
  bars.searchConfig({
    space: {
      initChannels: 2,
      cellLayout: [0, 1, 0],
      steps: 1,
      widthChoices: [0.5, 1],
      cellShortcut: "avg_pool",
    },
    data: { dataset },
    batchSize: 8,
    epochs: 2,
    warmupEpochs: 1,
    cost: { budget: 2e4 },
  });

afterEach(() => {
  for (const name of datasets.names) if (!Object.hasOwn(builtInDatasets, name)) datasets.forget(name);
});

/** Runs until a step of an epoch, then stops. */
async function stopped(run: (signal: AbortSignal, onStep: () => void) => Promise<unknown>, steps: number) {
  const controller = new AbortController();
  let left = steps;
  const onStep = () => {
    left -= 1;
    if (left === 0) controller.abort();
  };
  await expect(run(controller.signal, onStep)).rejects.toThrow("everything is saved");
}

describe("a data set of the user's own", () => {
  it("is searched, stopped and taken up bit-exactly; image size, channels and classes follow it", async () => {
    define("own");
    const config = searchOn("own");
    expect(config.space).toMatchObject({ imageSize: 16, imageChannels: 3, classes: 3 });
    const whole = await bars.search(config, { directory: folder("whole") });
    expect(whole.data).toMatchObject({ name: "own", contentHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const directory = folder("stopped");
    await stopped((signal, onStep) => bars.search(config, { directory, signal, onStep }), 4);
    const resumed = await bars.search(config, { directory });
    expect(epochNumbers(resumed)).toEqual(epochNumbers(whole));
    expect(bars.readSearchRecord(join(directory, "record.json"))).toEqual(resumed);
  });

  it("of one channel and 12x12 pixels is trained, stopped and taken up bit-exactly", async () => {
    const form = { classNames: ["a", "b", "c"], imageSize: 12, channels: 1 };
    const parts = { train: images(48, 12, 1, 0), test: images(12, 12, 1, 5) };
    bars.defineDataset({ name: "grey", version: 3, ...form, ...parts });
    const space = bars.space.spaceConfig({
      imageSize: 12,
      imageChannels: 1,
      classes: 3,
      initChannels: 2,
      cellLayout: [0, 1, 0],
      steps: 1,
      widthChoices: [1],
      cellShortcut: "avg_pool",
    });
    const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(1)), "grey");
    const config = bars.trainConfig({ data: { dataset: "grey" }, epochs: 2, batchSize: 8 });
    const whole = await bars.train(config, model, { directory: folder("trained") });
    const directory = folder("train-stopped");
    const controller = new AbortController();
    const interrupted = bars.train(config, model, {
      directory,
      signal: controller.signal,
      onEpoch: () => controller.abort(),
    });
    await expect(interrupted).rejects.toThrow("everything is saved");
    // Read anew for the second half: what counts is what the images are.
    bars.defineDataset({ name: "grey", version: 3, ...form, read: async () => parts });
    const resumed = await bars.train(config, model, { directory });
    expect(trainNumbers(resumed)).toEqual(trainNumbers(whole));
    expect(bars.readTrainRecord(join(directory, "record.json")).data.contentHash).toBe(
      whole.data.contentHash,
    );
  });

  it("does not go on with other images under the same name", async () => {
    define("changing");
    const config = searchOn("changing");
    const directory = folder("changing");
    await stopped((signal, onStep) => bars.search(config, { directory, signal, onStep }), 4);
    const { data } = bars.readSearchRecord(join(directory, "record.json"));
    define("changing", 1);
    const hash = data.contentHash?.slice(0, 16);
    await expect(bars.search(config, { directory })).rejects.toThrow(
      `this search began on changing (images ${hash}), the data found now are changing (images `,
    );
    define("changing");
    expect((await bars.search(config, { directory })).status).toBe("finished");
  });

  it("refuses a space for other images before the first step", async () => {
    define("own");
    const config = searchOn("own");
    const wrong = { ...config, space: { ...config.space, imageSize: 32 } };
    await expect(bars.search(wrong, { directory: folder("wrong") })).rejects.toThrow(
      "search: the space reads images of 32x32x3, own has 16x16x3. Choose other data or another model.",
    );
    expect(() =>
      bars.searchConfig({ data: { dataset: "own" }, space: { cellLayout: [0, 1, 1, 1, 1, 1] } }),
    ).toThrow(
      "searchConfig.space: imageSize must be divisible by 32 (the layout halves it 5 times), got 16.",
    );
  });

  it("is read from a folder that it gets as an absolute path, of the project where it is not absolute", async () => {
    const parts = { train: images(48, 16, 3, 0), test: images(12, 16, 3, 5) };
    const seen: string[] = [];
    const read = ({ directory }: { readonly directory: string }) => {
      seen.push(directory);
      return parts;
    };
    bars.defineDataset({ name: "placed", ...about, read });
    const load = (directory: string) =>
      bars.loadData(bars.config.dataConfig({ dataset: "placed", directory }), bars.randomKey(0));
    await load("data/raw");
    await load(root);
    expect(seen).toEqual([resolve(__dirname, "../../data/raw"), root]);
  });

  it("is normalised by the measured statistics, or by those it gives", async () => {
    const parts = { train: images(48, 16, 3, 0), test: images(12, 16, 3, 5) };
    const normalization = { mean: [0.5, 0.4, 0.3], std: [0.25, 0.2, 0.1] };
    bars.defineDataset({ name: "given", ...about, ...parts, normalization });
    define("measured");
    const load = (dataset: string) => bars.loadData(bars.config.dataConfig({ dataset }), bars.randomKey(0));
    expect((await load("given")).info).toMatchObject(normalization);
    const { info, train } = await load("measured");
    const mean = parts.train.images.filter((_, i) => i % 3 === 0).reduce((a, b) => a + b, 0) / (48 * 256);
    expect(info.mean[0]).toBeCloseTo(mean / 255, 10);
    expect(Buffer.from(train.images).equals(parts.train.images)).toBe(true);
  });

  it.each([
    [{ imageSize: 3 }, 'defineDataset: "bad": imageSize must be an integer of at least 4 (pixels), got 3.'],
    [{ channels: 0 }, 'defineDataset: "bad": channels must be an integer of at least 1, got 0.'],
    [{ classNames: ["a"] }, 'defineDataset: "bad": classNames must name 2 to 256 classes, got 1.'],
    [
      { classNames: ["a", "b", "a"] },
      'defineDataset: "bad": classNames must differ from each other, got "a" twice.',
    ],
    [
      { classNames: ["a", "b"] },
      'imageSet "bad": labels must be below 2 (the number of class names), got 2 at index 2.',
    ],
    [
      { imageSize: 15 },
      'defineDataset: train of "bad": images must hold 32400 numbers (48 labels, each an image of 15x15x3), got 36864.',
    ],
    [
      { test: { images: [], labels: [] } },
      'defineDataset: test of "bad": expected at least one image, got none.',
    ],
    [
      { test: { images: [0, 0.5], labels: [0] } },
      'defineDataset: test of "bad": images must be whole numbers from 0 to 255, got 0.5 at place 1.',
    ],
    [{ name: "cifar10" }, 'defineDataset: "cifar10" is a data set of the library; choose another name.'],
  ])("refuses %o", (change, message) => {
    const whole = { name: "bad", ...about, train: images(48, 16, 3, 0), test: images(12, 16, 3, 5) };
    expect(() => bars.defineDataset({ ...whole, ...change })).toThrow(message);
  });

  it("says what to define where a setting names an unknown one", () => {
    expect(() => bars.config.dataConfig({ dataset: "cifar_10" })).toThrow(
      'dataConfig: dataset must be one of "auto", "cifar10", "cifar100", "fashion-mnist", "mnist", "image-folder", "synthetic"',
    );
    expect(() => bars.config.dataConfig({ dataset: "cifar_10" })).toThrow(
      'or a data set of your own (defineDataset), got "cifar_10".',
    );
  });
});
