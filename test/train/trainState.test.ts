import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildNetwork } from "../../lib/network/buildNetwork";
import { randomKey } from "../../lib/random/randomKey";
import { train, trainHash } from "../../lib/train/train";
import { readTrainedWeights } from "../../lib/train/trainedWeights";
import { trainFiles } from "../../lib/train/trainFiles";
import { TrainState } from "../../lib/train/trainState";
import { RecordError } from "../../lib/util/errors";
import { readTensorFile, type StoredTensor, writeTensorFile } from "../../lib/util/tensorFile";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyModel, tinyTraining } from "../helpers/tinyTraining";
import { withoutHash } from "../helpers/unhashedTensors";

const directory = temporaryFolder();
const config = tinyTraining({ epochs: 2, validationShare: 0.25 });
const model = tinyModel();
const hash = trainHash(config, model);
const { checkpoint, best } = trainFiles(directory);
const other = `${checkpoint}.other`;
const steps = 4;
let state: TrainState;
let tensors: Map<string, StoredTensor>;
let metadata: Record<string, string>;

const numbers = async () =>
  JSON.stringify([
    [...(await state.network.parameters.stored())].map(([name, { values }]) => [name, [...values]]),
    state.position,
    (await state.optimizer.stored()).steps,
  ]);

beforeAll(async () => {
  const stop = new AbortController();
  const options = { directory, signal: stop.signal, onEpoch: () => stop.abort() };
  await train(config, model, options).catch(() => undefined);
  state = new TrainState(config, model, randomKey(7));
  ({ tensors, metadata } = readTensorFile(checkpoint));
});
afterAll(() => state.dispose());

const position = (changes: object) => ({
  ...metadata,
  position: JSON.stringify({ ...JSON.parse(metadata["position"] as string), ...changes }),
});
const without = (name: string) => new Map([...tensors].filter(([key]) => key !== name));
const first = (start: string) => [...tensors.keys()].find((name) => name.startsWith(start)) as string;
const restore = () => state.restore(other, hash, steps);

describe("TrainState.restore", () => {
  it.each<[string, () => void, string]>([
    [
      "a position beyond the training",
      () => writeTensorFile(other, tensors, position({ epoch: 99 })),
      "position.epoch must be from 0 to 2 (the epochs of this training), got 99.",
    ],
    [
      "a step beyond its epoch",
      () => writeTensorFile(other, tensors, position({ step: 4 })),
      "position.step must be from 0 to 3 (steps before the last of epoch 1), got 4.",
    ],
    [
      "more images at once than a batch has",
      () => writeTensorFile(other, tensors, position({ microBatch: 9 })),
      "position.microBatch must be from 1 to 8 (the batch size), got 9.",
    ],
    [
      "a parameter that is not there",
      () => writeTensorFile(other, without(first("weights/")), metadata),
      "the checkpoint lacks the tensor",
    ],
    [
      "an optimizer's memory that is not there",
      () => writeTensorFile(other, without(first("optimizer/")), metadata),
      "the checkpoint of a training by adam must hold",
    ],
    [
      "an optimizer's memory before its first step",
      () => writeTensorFile(other, tensors, { ...metadata, optimizerSteps: "0" }),
      "the checkpoint of a training after 0 steps holds",
    ],
    [
      "weights that are not finite",
      () => {
        const name = first("weights/");
        const { shape, values } = tensors.get(name) as StoredTensor;
        const broken = new Float32Array(values.length).fill(Number.POSITIVE_INFINITY);
        writeTensorFile(other, new Map([...tensors, [name, { shape, values: broken }]]), metadata);
      },
      "should hold finite numbers, got Infinity at place 0.",
    ],
    [
      "no hash, though its schema has one",
      () => withoutHash(checkpoint, other),
      'its metadata should state the hash of its content as "contentHash", got nothing',
    ],
  ])("refuses %s, and changes no weight", async (_what, write, message) => {
    write();
    const before = JSON.stringify(JSON.parse(await numbers())[0]);
    expect(restore).toThrow(RecordError);
    expect(restore).toThrow(`${other}: `);
    expect(restore).toThrow(message);
    expect(JSON.stringify(JSON.parse(await numbers())[0])).toBe(before);
  });

  it("reads a checkpoint of the schema before, which has no hash", async () => {
    withoutHash(checkpoint, other, "1");
    restore();
    const read = await numbers();
    state.restore(checkpoint, hash, steps);
    expect(read).toBe(await numbers());
  });
});

it("readTrainedWeights reads a file of the schema before, and refuses one without its hash", async () => {
  const network = buildNetwork(model, config, randomKey(3));
  try {
    withoutHash(best, other, "1");
    expect(readTrainedWeights(other, network, hash)).toEqual(readTrainedWeights(best, network, hash));
    withoutHash(best, other);
    expect(() => readTrainedWeights(other, network, hash)).toThrow(
      "its metadata should state the hash of its content",
    );
    const file = readTensorFile(best);
    writeTensorFile(other, file.tensors, { ...file.metadata, epoch: "-1" });
    expect(() => readTrainedWeights(other, network, hash)).toThrow(
      `${other}: epoch must be a whole number of at least 0, got -1.`,
    );
    writeTensorFile(other, file.tensors, { ...file.metadata, recalibrated: '"true"' });
    expect(() => readTrainedWeights(other, network, hash)).toThrow(
      'recalibrated must be true or false, got "true".',
    );
  } finally {
    network.dispose();
  }
});
