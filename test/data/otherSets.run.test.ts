import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { startBackend } from "../../lib/backend";
import { readCifar100 } from "../../lib/data/cifar100";
import { cifarContents } from "../../lib/data/cifarContent";
import { cifar100 } from "../../lib/data/datasets/cifar100";
import { imageFolderSettings } from "../../lib/data/datasets/imageFolderSettings";
import { deriveInputOf } from "../../lib/derive/alphasAt";
import { derive } from "../../lib/derive/derive";
import { checkModelSpec, genotypeModel } from "../../lib/records/modelSpec";
import { readTrainRecord } from "../../lib/records/trainRecordFile";
import { search } from "../../lib/search/search";
import { train } from "../../lib/train/train";
import { temporaryFolder, tinySearch } from "../helpers/tinySearch";
import { tinyTraining } from "../helpers/tinyTraining";
import { hundredth, writeCifar } from "./cifarFixture";
import { pictureFolder } from "./pictures/folderFixture";

const root = temporaryFolder();
beforeAll(async () => {
  await startBackend();
});

describe("a search and a training", () => {
  it("run on files of CIFAR-100's form: 100 classes, and top-5 beside top-1", async () => {
    const directory = join(root, "cifar-100");
    mkdirSync(directory);
    // The official form, a hundredth of the images.
    const content = hundredth(cifarContents.cifar100);
    writeCifar(directory, content);
    const read = vi
      .spyOn(cifar100, "read")
      .mockImplementation(({ directory: at }) => readCifar100(at, { content }));
    const data = { dataset: "cifar100", directory, download: false, trainImages: 100, testImages: 100 };
    const config = tinySearch({ data, epochs: 2 });
    expect(config.space.classes).toBe(100);
    const record = await search(config, { directory: join(root, "search-100") });
    const { genotype } = derive(deriveInputOf(record));
    const trained = await train(tinyTraining({ data, epochs: 1 }), genotypeModel(genotype), {
      directory: join(root, "train-100"),
    });
    const [test] = trained.tests;
    expect(test?.images).toBe(100);
    expect(test?.topFive).toBeGreaterThanOrEqual(test?.accuracy ?? 1);
    expect(readTrainRecord(join(root, "train-100/record.json")).tests).toEqual(trained.tests);
    expect(read).toHaveBeenCalledTimes(2);
    read.mockRestore();
  }, 120_000);

  it("run on a folder of pictures behind ImageNet's stem, and go on after a stop bit by bit", async () => {
    const pictures = await pictureFolder(6);
    const folder = imageFolderSettings(pictures, { imageSize: 16, threads: 1 });
    const augment = {
      cropBorder: 0,
      resizedCrop: 0.3,
      colourJitter: 0.4,
      randomOperations: 1,
      mixup: 0.2,
      cutmix: 1,
    };
    const data = { ...folder, directory: join(root, "stores"), augment };
    const config = tinySearch({
      data,
      epochs: 2,
      batchSize: 4,
      space: {
        initChannels: 2,
        cellLayout: [0, 1, 0],
        steps: 1,
        stem: "imagenet_7x7",
        widthChoices: [0.5, 1],
        cellShortcut: "avg_pool",
      },
    });
    expect([config.space.imageSize, config.space.classes]).toEqual([16, 2]);
    const record = await search(config, { directory: join(root, "search-folder") });
    expect(record.data.contentHash).toMatch(/^[0-9a-f]{64}$/);
    const { genotype } = derive(deriveInputOf(record));
    const model = genotypeModel(genotype);
    const settings = tinyTraining({ data, epochs: 2, batchSize: 4, checkpointSteps: 1 });
    const whole = await train(settings, model, { directory: join(root, "whole") });
    const controller = new AbortController();
    const directory = join(root, "stopped");
    await expect(
      train(settings, model, { directory, signal: controller.signal, onEpoch: () => controller.abort() }),
    ).rejects.toThrow();
    const resumed = await train(settings, model, { directory });
    expect(resumed.epochs.map(({ trainLoss }) => trainLoss)).toEqual(
      whole.epochs.map(({ trainLoss }) => trainLoss),
    );
    expect(resumed.tests).toEqual(whole.tests);
    // Other pictures are other data: the run does not go on with them.
    writeFileSync(join(pictures, "train/day/new.png"), "");
    const more = { ...data, folder: { ...folder.folder, allowedFaults: 1 } };
    await expect(train(tinyTraining({ ...settings, data: more }), model, { directory })).rejects.toThrow();
    rmSync(pictures, { recursive: true });
  }, 120_000);

  it("run on grey pictures with one channel", async () => {
    const pictures = await pictureFolder(4);
    const data = {
      ...imageFolderSettings(pictures, { imageSize: 16, channels: 1, threads: 1 }),
      directory: join(root, "stores"),
    };
    const spec = {
      kind: "baseline",
      family: "resnet20",
      width: 0.125,
      imageSize: 16,
      imageChannels: 1,
      classes: 2,
    };
    const record = await train(tinyTraining({ data, epochs: 1, batchSize: 4 }), checkModelSpec(spec), {
      directory: join(root, "grey"),
    });
    expect(record.status).toBe("finished");
    rmSync(pictures, { recursive: true });
  }, 60_000);
});
