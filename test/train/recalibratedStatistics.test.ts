import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { startBackend } from "../../lib/backend";
import type { AugmentConfig } from "../../lib/config/dataConfig";
import { calibrationBatches } from "../../lib/data/calibrationBatches";
import { fold, randomKey } from "../../lib/random/randomKey";
import { recalibrateNetwork } from "../../lib/train/recalibrateNetwork";
import { train } from "../../lib/train/train";
import { loadTrainingData } from "../../lib/train/trainContext";
import { trainedNetwork } from "../../lib/train/trainedNetwork";
import { silentProgress } from "../../lib/util/progress";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyModel, tinyTraining } from "../helpers/tinyTraining";

const root = temporaryFolder();

beforeAll(async () => {
  await startBackend();
});

it("a training leaves statistics of images augmented as its own, not of images as they are", async () => {
  const directory = join(root, "run");
  const augment = { cropBorder: 4, flip: true };
  const config = tinyTraining({
    data: { dataset: "synthetic", trainImages: 48, testImages: 20, augment },
    epochs: 1,
    evaluation: { recalibrationBatches: 3 },
  });
  await train(config, tinyModel(), { directory });
  const { network } = await trainedNetwork(directory);
  const values = () => network.statistics.entries().flatMap(([, value]) => [...value.dataSync()]);
  const left = values();
  const images = await loadTrainingData(config, silentProgress);
  const again = async (how: AugmentConfig | null) => {
    const batches = calibrationBatches({
      set: images.data.train,
      indices: images.trainImages,
      augment: how,
      batches: 3,
      batchSize: config.batchSize,
      mean: images.data.info.mean,
      std: images.data.info.std,
      key: fold(randomKey(config.seed), "recalibration"),
    });
    await recalibrateNetwork(network, batches, { edeT: 1 });
    return values();
  };
  const distance = (other: readonly number[]) =>
    Math.max(...other.map((value, i) => Math.abs(value - (left[i] as number))));
  expect(distance(await again(config.data.augment))).toBeLessThan(1e-5);
  expect(distance(await again(null))).toBeGreaterThan(1e-3);
  network.dispose();
});
