import type { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { augmentBatch } from "../../lib/data/augmentBatch";
import { BatchWorker } from "../../lib/data/batchWorker";
import { type EpochOptions, epochBatches } from "../../lib/data/epochBatches";
import type { ImageSet } from "../../lib/data/imageSet";
import { imageBytes } from "../../lib/data/imageSet";
import { normalizationTable } from "../../lib/data/normalizationTable";
import type { EpochBatch } from "../../lib/data/runPlans";
import { sequentialBatches } from "../../lib/data/sequentialBatches";
import { fold, integers, randomKey } from "../../lib/random/randomKey";

const count = 23;
const set: ImageSet = {
  name: "made up",
  images: Uint8Array.from(integers(randomKey(1), count * 8 * 8 * 3, 256)),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 4),
  classNames: ["a", "b", "c", "d"],
  imageSize: 8,
  channels: 3,
  note: "",
};
const key = fold(randomKey(0), 0);
const indices = Array.from({ length: 20 }, (_, i) => 22 - i);
const options: EpochOptions = {
  set,
  indices,
  batchSize: 6,
  augment: { cropBorder: 2, flip: true, cutout: 3 },
  mean: [0.5, 0.4, 0.3],
  std: [0.2, 0.3, 0.25],
  dropLast: false,
  key,
};

async function collect(batches: AsyncIterable<EpochBatch>): Promise<EpochBatch[]> {
  const all: EpochBatch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

describe("epochBatches", () => {
  it("gives bit-identical batches with and without the worker thread", async () => {
    const here = await collect(epochBatches({ ...options, worker: false }));
    const there = await collect(epochBatches(options));
    expect(there).toEqual(here);
    expect(here.map((batch) => batch.images.length / imageBytes(set))).toEqual([6, 6, 6, 2]);
  });

  it("shows every image of the epoch once, with its own label, in an order that another key changes", async () => {
    const batches = await collect(epochBatches(options));
    const seen = batches.flatMap((batch) => [...batch.indices]);
    expect([...seen].sort((a, b) => a - b)).toEqual([...indices].sort((a, b) => a - b));
    expect(seen).not.toEqual(indices);
    expect(batches.flatMap((batch) => [...batch.labels])).toEqual(seen.map((index) => set.labels[index]));
    const others = await collect(epochBatches({ ...options, key: fold(randomKey(0), 1) }));
    expect(others.flatMap((batch) => [...batch.indices])).not.toEqual(seen);
  });

  it.each([0, 1, 3, 4])("resumed at step %i gives the rest of the uninterrupted epoch", async (startStep) => {
    for (const worker of [true, false]) {
      const whole = await collect(epochBatches({ ...options, worker }));
      const rest = await collect(epochBatches({ ...options, worker, startStep }));
      expect(rest).toEqual(whole.slice(startStep));
    }
  });

  it("augments an image by its place in the epoch, whatever the batch size", async () => {
    const small = await collect(epochBatches({ ...options, batchSize: 5 }));
    const large = await collect(epochBatches({ ...options, batchSize: 10 }));
    const join = (batches: EpochBatch[]) => batches.flatMap((batch) => [...batch.images]);
    expect(join(small)).toEqual(join(large));
  });

  it("leaves out an incomplete last batch with dropLast, and only then", async () => {
    const dropped = await collect(epochBatches({ ...options, dropLast: true }));
    const whole = await collect(epochBatches(options));
    expect(dropped).toEqual(whole.slice(0, 3));
    const even = await collect(epochBatches({ ...options, batchSize: 5, dropLast: true }));
    expect(even.length).toBe(4);
  });

  it("gives the images of augmentBatch", async () => {
    const table = normalizationTable(options, 3);
    for (const batch of await collect(epochBatches(options))) {
      const out = new Float32Array(6 * imageBytes(set)).fill(7);
      const request = {
        set,
        indices: batch.indices,
        augment: options.augment,
        table,
        firstPlace: 6 * batch.step,
      };
      augmentBatch(request, out, fold(key, "augment"));
      expect(out.subarray(0, batch.images.length)).toEqual(batch.images);
      expect(out.subarray(batch.images.length).every((value) => value === 7)).toBe(true);
    }
  });

  it("gives arrays that later batches do not overwrite", async () => {
    const batches: EpochBatch[] = [];
    const copies: Float32Array[] = [];
    for await (const batch of epochBatches(options)) {
      batches.push(batch);
      copies.push(batch.images.slice());
    }
    expect(batches.map((batch) => batch.images)).toEqual(copies);
  });

  it("starts a thread by itself only for a pass that is longer than the start of one", async () => {
    const started: Worker[] = [];
    const note = (worker: Worker) => started.push(worker);
    process.on("worker", note);
    const pass = async (images: number) => {
      const large: ImageSet = {
        ...set,
        images: new Uint8Array(images * 3072),
        labels: new Uint8Array(images),
        imageSize: 32,
      };
      for await (const _ of sequentialBatches({
        set: large,
        batchSize: 64,
        mean: options.mean,
        std: options.std,
      }));
    };
    try {
      await pass(1024);
      expect(started).toEqual([]);
      await pass(1025);
      expect(started.length).toBe(1);
    } finally {
      process.off("worker", note);
    }
  });

  it("ends its thread when the loop ends, is left early or throws", async () => {
    const threaded = { ...options, worker: true };
    const started: Worker[] = [];
    const note = (worker: Worker) => started.push(worker);
    process.on("worker", note);
    const failing = async () => {
      for await (const batch of epochBatches(threaded)) throw new Error(`stopped at ${batch.step}`);
    };
    try {
      await collect(epochBatches(threaded));
      for await (const batch of epochBatches(threaded)) if (batch.step === 1) break;
      await expect(failing()).rejects.toThrow("stopped at 0");
    } finally {
      process.off("worker", note);
    }
    // A thread that has ended has the number -1.
    expect(started.map((worker) => worker.threadId)).toEqual([-1, -1, -1]);
  });

  it.each([
    [
      { indices: [3, 23] },
      "epochBatches: indices of made up must be integers from 0 to 22, got 23 at place 1.",
    ],
    [
      { indices: [1.5] },
      "epochBatches: indices of made up must be integers from 0 to 22, got 1.5 at place 0.",
    ],
    [{ batchSize: 0 }, "epochBatches: batchSize must be an integer of at least 1, got 0."],
    [
      { batchSize: 21, dropLast: true },
      "epochBatches: expected at least one batch of 21 images, got 20 images and dropLast; use a smaller batch or more images.",
    ],
    [{ indices: [] }, "epochBatches: expected at least one batch of 6 images, got 0 images."],
    [{ startStep: 5 }, "epochBatches: startStep must be an integer from 0 to 4 (the epoch's steps), got 5."],
    [
      { std: [1, 0, 1] },
      "normalizationTable: channel 1 must have a finite mean and a standard deviation above 0, got 0.4 and 0.",
    ],
    [
      { mean: [1] },
      "normalizationTable: expected 3 means and standard deviations, one a channel, got 1 and 3.",
    ],
  ])("refuses %j at the call", (wrong, message) => {
    expect(() => epochBatches({ ...options, ...wrong })).toThrow(message);
  });
});

describe("BatchWorker", () => {
  const geometry = { imageSize: 8, channels: 3, cutout: 0 };
  const data = { pixels: set.images, table: normalizationTable(options, 3), geometry };

  it("passes an error of its thread to everyone who waits, and to later requests", async () => {
    const worker = new BatchWorker(data, "() => { throw new Error('no such pixel'); }");
    const first = worker.request(new Int32Array(6));
    const second = worker.request(new Int32Array(6));
    const message = "batchWorker: the thread that prepares batches failed: no such pixel.";
    await expect(worker.wait(first)).rejects.toThrow(message);
    await expect(worker.wait(second)).rejects.toThrow(message);
    await expect(worker.wait(worker.request(new Int32Array(6)))).rejects.toThrow(message);
    await worker.close();
  });

  it("reports a thread that stops by itself instead of waiting for ever", async () => {
    const worker = new BatchWorker(data, "() => process.exit(3)");
    await expect(worker.wait(worker.request(new Int32Array(6)))).rejects.toThrow(
      "batchWorker: the thread that prepares batches stopped with code 3 before its work was done.",
    );
    await worker.close();
  });

  it("rejects what is still asked for when it is closed", async () => {
    const worker = new BatchWorker(data);
    const answer = worker.request(new Int32Array(6));
    await worker.close();
    await expect(worker.wait(answer)).rejects.toThrow(
      "batchWorker: the thread that prepares batches was closed.",
    );
  });
});

describe("sequentialBatches", () => {
  it.each([true, false])(
    "gives every image once, in order, normalised and unchanged (worker: %s)",
    async (worker) => {
      const batches = await collect(
        sequentialBatches({ set, batchSize: 10, mean: options.mean, std: options.std, worker }),
      );
      expect(batches.map((batch) => batch.labels.length)).toEqual([10, 10, 3]);
      expect(batches.map((batch) => batch.step)).toEqual([0, 1, 2]);
      expect(batches.flatMap((batch) => [...batch.indices])).toEqual(
        Array.from({ length: count }, (_, i) => i),
      );
      const values = batches.flatMap((batch) => [...batch.images]);
      const expected = Array.from(set.images, (pixel, i) =>
        Math.fround((pixel / 255 - (options.mean[i % 3] as number)) / (options.std[i % 3] as number)),
      );
      expect(values).toEqual(expected);
    },
  );

  it("takes a list of images in its own order, and ends at once when it is empty", async () => {
    const base = { set, batchSize: 2, mean: options.mean, std: options.std };
    const batches = await collect(sequentialBatches({ ...base, indices: [5, 2, 5] }));
    expect(batches.map((batch) => [...batch.labels])).toEqual([[1, 2], [1]]);
    expect(await collect(sequentialBatches({ ...base, indices: [] }))).toEqual([]);
  });

  it.each([
    [{ batchSize: -1 }, "sequentialBatches: batchSize must be an integer of at least 1, got -1."],
    [
      { indices: [-1] },
      "sequentialBatches: indices of made up must be integers from 0 to 22, got -1 at place 0.",
    ],
  ])("refuses %j at the call", (wrong, message) => {
    const base = { set, batchSize: 2, mean: options.mean, std: options.std };
    expect(() => sequentialBatches({ ...base, ...wrong })).toThrow(message);
  });
});
