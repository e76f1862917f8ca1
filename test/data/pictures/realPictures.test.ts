import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import * as bars from "../../../lib/index";
import { temporaryFolder } from "../../helpers/tinySearch";

const photos = resolve(__dirname, "../../../data/raw/imagefolder-sample");
const root = temporaryFolder();

// 24 photographs to train on and some to test, 500 pixels wide, of ants and of bees: `.ci/run` unpacks them where it has them.
describe.skipIf(!existsSync(photos))("real photographs in folders", () => {
  const data = () => ({
    ...bars.data.imageFolderSettings(photos, { imageSize: 32, threads: 1 }),
    directory: join(root, "stores"),
    augment: { cropBorder: 0, resizedCrop: 0.3, colourJitter: 0.2 },
  });

  it("are searched on, and the cells found are trained on them", async () => {
    const config = bars.presetConfig("smoke", {
      data: { ...data(), trainImages: 16, testImages: 8 },
      space: { initChannels: 2, cellLayout: [0, 1, 0], steps: 1, widthChoices: [0.5, 1] },
      epochs: 2,
      warmupEpochs: 1,
      batchSize: 4,
      evaluationImages: 8,
      cost: { method: "none" },
    });
    const record = await bars.search(config, { directory: join(root, "search") });
    expect(record.status).toBe("finished");
    expect(record.data.name).toContain("imagefolder-sample");
    expect(record.config.space.classes).toBe(2);
    const { genotype } = bars.derive(bars.deriveInputOf(record), "argmax");
    const train = bars.trainConfig({ data: config.data, epochs: 2, batchSize: 8 });
    const trained = await bars.train(train, bars.records.genotypeModel(genotype, "photos"), {
      directory: join(root, "train"),
    });
    expect(trained.status).toBe("finished");
    expect(trained.data.contentHash).toBe(record.data.contentHash);
    expect(trained.tests.at(-1)?.images).toBe(trained.data.testImages);
    expect(trained.epochs.every(({ trainLoss }) => Number.isFinite(trainLoss))).toBe(true);
  });
});
