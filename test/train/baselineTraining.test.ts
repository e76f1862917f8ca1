import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { baselineLayers } from "../../lib/cost/baselineSpecs";
import { ops } from "../../lib/cost/cost";
import { sumCosts } from "../../lib/cost/layerCost";
import { normal, randomKey } from "../../lib/random/randomKey";
import { checkModelSpec } from "../../lib/records/modelSpec";
import { train } from "../../lib/train/train";
import { trainedNetwork } from "../../lib/train/trainedNetwork";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyTraining } from "../helpers/tinyTraining";

const root = temporaryFolder();
beforeAll(async () => {
  await startBackend();
});

it("trains a hand-made network like any other: record, cost, two steps, teacher, weights that come back", async () => {
  const model = checkModelSpec({ kind: "baseline", family: "vgg_small", block: "reactnet", width: 0.03125 });
  const config = tinyTraining({
    epochs: 2,
    data: { dataset: "synthetic", trainImages: 32, testImages: 10 },
    twoStep: { firstEpochs: 1 },
    distillation: { method: "soft_labels", teacherEpochs: 1 },
    auxiliaryWeight: 0.4,
  });
  const directory = join(root, "baseline");
  const record = await train(config, model, { directory });
  expect(record.status).toBe("finished");
  expect(record.epochs.map(({ phase }) => phase)).toEqual([1, 2, 2]);
  expect(record.teacher?.name).toBe("teacher-vgg_small-x0.03125");
  if (model.kind !== "baseline") throw new Error("a baseline was asked for");
  const cost = sumCosts(baselineLayers(model));
  expect(record.cost).toEqual({
    flops: cost.flops,
    bops: cost.bops,
    ops: ops(cost),
    binaryParameters: cost.binaryParams,
    realParameters: cost.realParams,
    bits: cost.bits,
  });
  const images = tf.tensor4d(normal(randomKey(0), 2 * 32 * 32 * 3), [2, 32, 32, 3]);
  const logits = async () => {
    const { network } = await trainedNetwork(directory);
    const values = tf.tidy(() => network.outputs(images, { training: false, edeT: 10 }).logits.arraySync());
    network.dispose();
    return values;
  };
  const first = await logits();
  expect(first.flat().every(Number.isFinite)).toBe(true);
  expect(await logits()).toEqual(first);
  images.dispose();
});

it("refuses Bop for blocks that standardise their weights", async () => {
  const model = checkModelSpec({ kind: "baseline", block: "irnet", name: "mine" });
  const config = tinyTraining({ optimizer: { method: "bop" } });
  await expect(train(config, model, { directory: join(root, "bop") })).rejects.toThrow(
    'train: optimizer.method "bop" keeps weights at −1 and +1, the blocks "irnet" of "mine" standardise theirs. Choose another optimizer or other blocks.',
  );
});
