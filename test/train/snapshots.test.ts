import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { trainConfig } from "../../lib/config/trainConfig";
import { recipeHash } from "../../lib/experiments/frontierRuns";
import { train, trainHash } from "../../lib/train/train";
import { trainedNetwork } from "../../lib/train/trainedNetwork";
import { snapshotEpochs } from "../../lib/train/trainFiles";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyModel, tinyTraining, trainNumbers } from "../helpers/tinyTraining";

const root = temporaryFolder();
const few = { dataset: "synthetic", trainImages: 24, testImages: 10 } as const;

/** All weights of a run's checkpoint, one after the other. */
async function weightsOf(directory: string, checkpoint: "last" | number): Promise<number[]> {
  const { network, epoch } = await trainedNetwork(directory, checkpoint);
  expect(epoch).toBe(checkpoint === "last" ? 2 : checkpoint);
  const stored = await network.parameters.stored();
  network.dispose();
  return [...stored.values()].flatMap(({ values }) => [...values]);
}

describe("snapshots of a training", () => {
  it("keep the weights after the chosen epochs and change no result", async () => {
    const [plain, kept] = [join(root, "plain"), join(root, "kept")];
    const without = await train(tinyTraining({ data: few }), tinyModel(), { directory: plain });
    const config = tinyTraining({ data: few, snapshotEpochs: [0, 2] });
    const record = await train(config, tinyModel(), { directory: kept });
    expect(snapshotEpochs(plain)).toEqual([]);
    expect(snapshotEpochs(kept)).toEqual([0, 2]);
    expect(trainNumbers(record)).toEqual(trainNumbers(without));
    const [first, end, last] = [
      await weightsOf(kept, 0),
      await weightsOf(kept, 2),
      await weightsOf(kept, "last"),
    ];
    expect(end).toEqual(last);
    expect(first).not.toEqual(last);
    await expect(trainedNetwork(kept, 1)).rejects.toThrow(
      "expected the weights after epoch 2, found no file. Epochs kept in this run: 1, 3. Train with snapshotEpochs, whose entries count from 0, in another folder to keep others.",
    );
    await expect(trainedNetwork(plain, 0)).rejects.toThrow("Epochs kept in this run: none.");
  });

  it("are off by default, and settings without them keep their hash", () => {
    const off = trainConfig({ snapshotEpochs: [] });
    expect(trainConfig()).not.toHaveProperty("snapshotEpochs");
    expect(trainHash(off, tinyModel())).toBe(trainHash(trainConfig(), tinyModel()));
    expect(recipeHash(trainConfig({ snapshotEpochs: [3] }))).toBe(recipeHash(trainConfig()));
  });

  it.each([
    { epochs: [-1], message: "snapshotEpochs[0] must be an integer of at least 0, got -1." },
    { epochs: [0.5], message: "snapshotEpochs[0] must be an integer of at least 0, got 0.5." },
    { epochs: [3], message: "snapshotEpochs must be a list of epochs from 0 to 2, got [3]." },
    { epochs: "all", message: 'snapshotEpochs must be a list of integers of at least 0, got "all".' },
  ])("refuse $epochs as epochs of three", ({ epochs, message }) => {
    expect(() => trainConfig({ epochs: 3, snapshotEpochs: epochs as number[] })).toThrow(
      `trainConfig: ${message}`,
    );
  });
});
