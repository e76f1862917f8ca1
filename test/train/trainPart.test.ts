import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type BackendInfo, startBackend } from "../../lib/backend";
import { train } from "../../lib/train/train";
import { loadTrainingData, type TrainingData } from "../../lib/train/trainContext";
import { trainFiles } from "../../lib/train/trainFiles";
import { type TrainPlace, trainPart, trainPartFiles } from "../../lib/train/trainPart";
import { InterruptedError, RecordError } from "../../lib/util/errors";
import { silentProgress } from "../../lib/util/progress";
import { readTensorFile } from "../../lib/util/tensorFile";
import { rewriteRecord } from "../helpers/rewriteRecord";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyModel, tinyTraining } from "../helpers/tinyTraining";

const root = temporaryFolder();
let next = 0;
const folder = () => join(root, `run${next++}`);
const model = tinyModel();
const config = tinyTraining({
  validationShare: 0.25,
  optimizer: { rateChanges: "step" },
  evaluation: { recalibrationBatches: 2 },
});
let backend: BackendInfo;
let images: TrainingData;
beforeAll(async () => {
  backend = await startBackend("wasm");
  images = await loadTrainingData(config, silentProgress);
});

const never = new AbortController().signal;
/** Steps of an epoch: 36 of 48 images train, in batches of 8. */
const steps = 4;

interface Part {
  readonly directory: string;
  readonly until: TrainPlace;
  readonly heldOut?: boolean;
  readonly signal?: AbortSignal;
  readonly onStep?: (steps: number) => void;
}
const part = ({ heldOut = false, signal = never, ...rest }: Part) =>
  trainPart(config, model, { images, backend, heldOut, test: false, signal, ...rest });

/** Weights, statistics and optimizer of a checkpoint, to the last bit. */
function stateIn(directory: string): string {
  const { tensors } = readTensorFile(trainPartFiles(directory).checkpoint);
  return JSON.stringify([...tensors].map(([name, { values }]) => [name, ...values]));
}

describe("trainPart", () => {
  it("in parts that stop anywhere takes the steps of a training in one piece, to the last bit", async () => {
    const [whole, parts] = [folder(), folder()];
    const one = await part({ directory: whole, until: { epoch: 3, step: 0 } });
    for (const until of [
      { epoch: 0, step: 3 },
      { epoch: 1, step: 0 },
      { epoch: 1, step: 0 },
      { epoch: 2, step: 1 },
    ])
      await part({ directory: parts, until, heldOut: true });
    const taken: number[] = [];
    const last = await part({
      directory: parts,
      until: { epoch: 3, step: 0 },
      onStep: (step) => taken.push(step),
    });
    // It goes on: it does not begin anew.
    expect(taken).toEqual([10, 11, 12]);
    expect(one.losses).toHaveLength(3 * steps);
    expect(last.losses).toEqual(one.losses);
    expect(stateIn(parts)).toBe(stateIn(whole));
  });

  it("ends with the weights of train, and measures what train measures", async () => {
    const [whole, parts] = [folder(), folder()];
    await part({ directory: parts, until: { epoch: 0, step: 2 } });
    const mine = await trainPart(config, model, {
      ...{ images, backend, directory: parts, until: { epoch: 3, step: 0 }, signal: never },
      ...{ heldOut: true, test: true },
    });
    const record = await train(config, model, { directory: whole, images });
    const weights = (path: string) =>
      JSON.stringify([...readTensorFile(path).tensors].map(([n, t]) => [n, ...t.values]));
    expect(weights(trainPartFiles(parts).weights)).toBe(weights(trainFiles(whole).last));
    expect(mine.tests).toEqual(record.tests.filter(({ checkpoint }) => checkpoint === "last"));
    expect(mine.heldOut?.images).toBe(12);
    const perEpoch = [0, 1, 2].map((epoch) =>
      mine.losses.slice(epoch * steps, (epoch + 1) * steps).reduce((sum, loss) => sum + loss / steps, 0),
    );
    perEpoch.forEach((loss, epoch) => {
      expect(loss).toBeCloseTo(record.epochs[epoch]?.trainLoss as number, 6);
    });
  });

  it("asked to stop saves and goes on to the same state; a checkpoint without its losses is passed over", async () => {
    const [whole, broken] = [folder(), folder()];
    const until = { epoch: 1, step: 2 };
    await part({ directory: whole, until });
    const stop = new AbortController();
    const stopped = part({
      directory: broken,
      until,
      signal: stop.signal,
      onStep: (n) => n === 2 && stop.abort(),
    });
    await expect(stopped).rejects.toThrow(InterruptedError);
    await expect(stopped).rejects.toThrow(
      /^train: stopped in epoch 1 after step [23]; everything is saved\.$/,
    );
    expect(existsSync(trainPartFiles(broken).checkpoint)).toBe(true);
    await part({ directory: broken, until });
    expect(stateIn(broken)).toBe(stateIn(whole));
    rmSync(trainPartFiles(broken).losses);
    const again = await part({ directory: broken, until });
    expect(again.losses).toHaveLength(steps + 2);
    expect(stateIn(broken)).toBe(stateIn(whole));
  });

  it("that stands beyond the place begins anew, and comes to the same state and numbers", async () => {
    const [short, long] = [folder(), folder()];
    const until = { epoch: 1, step: 0 };
    const expected = await part({ directory: short, until, heldOut: true });
    await part({ directory: long, until: { epoch: 2, step: 0 }, heldOut: true });
    const again = await part({ directory: long, until, heldOut: true });
    expect([again.losses, again.heldOut]).toEqual([expected.losses, expected.heldOut]);
    expect(stateIn(long)).toBe(stateIn(short));
  });

  it("refuses losses of another training, and losses that lack steps of the checkpoint", async () => {
    const directory = folder();
    await part({ directory, until: { epoch: 0, step: 2 } });
    const { losses } = trainPartFiles(directory);
    rewriteRecord(losses, (stored) => ({ ...stored, losses: [1] }));
    await expect(part({ directory, until: { epoch: 1, step: 0 } })).rejects.toThrow(
      `${losses}: expected the losses of the 2 steps of the checkpoint beside it, got 1. Remove both: the training then begins anew, and takes the same steps.`,
    );
    rewriteRecord(losses, (stored) => ({ ...stored, configHash: "ab".repeat(32) }));
    await expect(part({ directory, until: { epoch: 1, step: 0 } })).rejects.toThrow(
      /holds the losses of another training \(abababababab, this one is [0-9a-f]{12}\)/,
    );
    writeFileSync(losses, "{}");
    await expect(part({ directory, until: { epoch: 1, step: 0 } })).rejects.toThrow(RecordError);
  });
});
