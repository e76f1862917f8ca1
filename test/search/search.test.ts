import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { searchRecalibration } from "../../lib/records/recalibration";
import type { SearchRecord } from "../../lib/records/searchRecord";
import { readSearchRecord, writeSearchRecord } from "../../lib/records/searchRecordFile";
import { search } from "../../lib/search/search";
import { searchFiles } from "../../lib/search/searchFiles";
import { readTensorFile, writeTensorFile } from "../../lib/util/tensorFile";
import { epochNumbers } from "../helpers/epochNumbers";
import { temporaryFolder, tinySearch } from "../helpers/tinySearch";

beforeAll(async () => {
  await startBackend();
});

const root = temporaryFolder();
const folder = (name: string) => join(root, name);
/** The search of the default tiny settings that nothing disturbs, run once for all that is held against it. */
let run: Promise<SearchRecord> | undefined;
const undisturbed = () => {
  run ??= search(tinySearch(), { directory: folder("undisturbed") });
  return run;
};

describe("search", () => {
  it("runs warm-up and alpha epochs, writes a whole record, and leaves no tensor behind", async () => {
    const before = tf.memory().numTensors;
    const config = tinySearch();
    const record = await search(config, { directory: folder("whole") });
    expect(tf.memory().numTensors).toBe(before);
    expect(record.status).toBe("finished");
    expect(record.epochs.map(({ epoch, warmup }) => [epoch, warmup])).toEqual([
      [0, true],
      [1, false],
      [2, false],
    ]);
    expect(readSearchRecord(searchFiles(folder("whole")).record)).toEqual(record);
    const [first, second] = record.epochs;
    expect(first?.alphas).toEqual(record.startAlphas);
    expect(first?.alphaLoss).toBeNull();
    expect(second?.alphas).not.toEqual(record.startAlphas);
    expect(second?.alphaLoss?.crossEntropy).toBeGreaterThan(0);
    expect(second?.alphaLoss?.total).toBeCloseTo(
      (second?.alphaLoss?.crossEntropy ?? 0) +
        (second?.alphaLoss?.costPenalty ?? 0) +
        (second?.alphaLoss?.entropy ?? 0),
      5,
    );
    expect(record.test?.images).toBe(16);
    expect(record.data).toMatchObject({ weightImages: 24, alphaImages: 24 });
  });

  it("leaks no tensor from step to step", async () => {
    const counts: number[] = [];
    await search(tinySearch({ epochs: 4 }), {
      directory: folder("leak"),
      onEpoch: () => void counts.push(tf.memory().numTensors),
    });
    // The alpha optimizer's state appears in the first epoch after warm-up and stays.
    expect(counts[2]).toBe(counts[1]);
    expect(counts[3]).toBe(counts[1]);
  });

  it("gives bit-identical numbers for the same seed and others for another seed", async () => {
    const a = await undisturbed();
    const b = await search(tinySearch(), { directory: folder("same-b") });
    const c = await search(tinySearch({ seed: 1 }), { directory: folder("other") });
    expect(epochNumbers(a)).toEqual(epochNumbers(b));
    expect(epochNumbers(c)).not.toEqual(epochNumbers(a));
  });

  it.each(["softmax", "gumbel", "hard_gumbel", "sigmoid"] as const)(
    "searches with the %s sampler",
    async (method) => {
      const other = method === "sigmoid" ? "softmax" : method;
      const samplers = { cell: { method }, depth: { method: other }, width: { method: other } };
      const record = await search(tinySearch({ samplers, epochs: 2 }), {
        directory: folder(`sampler-${method}`),
      });
      expect(record.epochs[1]?.alphas).not.toEqual(record.startAlphas);
    },
  );

  it("goes the second order when asked, restoring the weights between", async () => {
    const first = await search(tinySearch({ epochs: 2 }), { directory: folder("order-1") });
    const second = await search(tinySearch({ epochs: 2, order: "second" }), { directory: folder("order-2") });
    expect(second.epochs[1]?.alphas).not.toEqual(first.epochs[1]?.alphas);
    const drift = Math.abs(
      (second.epochs[1]?.weightLoss as number) - (first.epochs[1]?.weightLoss as number),
    );
    expect(drift).toBeLessThan(0.05);
  });

  it("pulls the expected cost under a tight budget that it exceeds without penalty", async () => {
    const make = (coefficient: number) =>
      tinySearch({
        epochs: 4,
        alphaOptimizer: { learningRate: 0.3 },
        cost: { measure: "bops", budget: 5e3, coefficient },
      });
    const free = await search(make(0), { directory: folder("free") });
    const bound = await search(make(10), { directory: folder("bound") });
    const last = (r: typeof free) => r.epochs.at(-1)?.expectedCost.bops as number;
    expect(last(bound)).toBeLessThan(0.7 * last(free));
  });
});

describe("stopping and resuming", () => {
  it.each([
    { what: "in warm-up", at: 1 },
    { what: "in the middle of an alpha epoch", at: 4 },
    { what: "at the last step of an epoch", at: 6 },
  ])("an interrupted search goes on bit-identically: $what", async ({ what, at }) => {
    const config = tinySearch();
    const whole = await undisturbed();
    const stop = new AbortController();
    let steps = 0;
    const progress = {
      start() {},
      stop() {},
      update: (_: number, figures?: object) => figures && ++steps === at && stop.abort(),
    };
    const directory = folder(`interrupted-${at}`);
    await expect(
      search(config, { directory, signal: stop.signal, progress: progress as never }),
    ).rejects.toThrow(
      /^search: stopped in epoch \d after step \d; everything is saved\. Run the same command again to go on\.$/,
    );
    expect(readSearchRecord(searchFiles(directory).record).status, what).toBe("interrupted");
    const resumed = await search(config, { directory });
    expect(epochNumbers(resumed)).toEqual(epochNumbers(whole));
  });

  it("returns a finished search without running it again", async () => {
    const directory = folder("undisturbed");
    const record = await undisturbed();
    const before = readFileSync(searchFiles(directory).record);
    expect(await search(tinySearch(), { directory })).toEqual(record);
    expect(readFileSync(searchFiles(directory).record)).toEqual(before);
  });

  it("tells a listener where it begins: at nothing, after the epochs before a stop, or with all of a finished search", async () => {
    const directory = folder("starts");
    const starts: [string, number][] = [];
    const onStart = ({ status, epochs }: { status: string; epochs: readonly unknown[] }) =>
      void starts.push([status, epochs.length]);
    const stop = new AbortController();
    const options = { directory, onStart };
    const onEpoch = () => stop.abort();
    await expect(search(tinySearch(), { ...options, onEpoch, signal: stop.signal })).rejects.toThrow(
      "everything is saved",
    );
    let steps = 0;
    await search(tinySearch(), { ...options, onStep: () => void steps++ });
    const taken = steps;
    await search(tinySearch(), { ...options, onStep: () => void steps++ });
    expect(starts).toEqual([
      ["running", 0],
      ["interrupted", 1],
      ["finished", tinySearch().epochs],
    ]);
    expect([taken > 0, steps - taken]).toEqual([true, 0]);
  });

  it("drops an epoch the record has beyond the checkpoint", async () => {
    const directory = folder("ahead");
    const files = searchFiles(directory);
    const whole = await search(tinySearch(), {
      directory,
      onEpoch: (record) => {
        if (record.epochs.length === 1) copyFileSync(files.checkpoint, `${files.checkpoint}.old`);
      },
    });
    copyFileSync(`${files.checkpoint}.old`, files.checkpoint);
    writeFileSync(files.record, JSON.stringify({ ...whole, status: "running", test: null }));
    expect(epochNumbers(await search(tinySearch(), { directory }))).toEqual(epochNumbers(whole));
  });
});

describe("bad input", () => {
  it("refuses to go on with epochs that were measured with another recalibration, and begins one without epochs", async () => {
    const directory = folder("old-recalibration");
    const files = searchFiles(directory);
    const config = tinySearch({ epochs: 2, diagnostics: { recalibrationBatches: 1 } });
    const whole = await search(config, { directory });
    expect([whole.schema, searchRecalibration(whole)]).toEqual([4, "augmented"]);
    const old = { ...whole, schema: 2, status: "interrupted", epochs: whole.epochs.slice(0, 1) } as const;
    expect(searchRecalibration(old)).toBe("batch_means");
    writeSearchRecord(files.record, old);
    await expect(search(config, { directory })).rejects.toThrow(
      `${files.record}: this search recalibrates batch norms as records of schema 2 do, schema 4 otherwise (data/records/README.md); ` +
        "its epochs would not compare. Search anew in another folder, or finish it with the version that began it (bars ",
    );
    rmSync(files.checkpoint);
    writeSearchRecord(files.record, { ...old, epochs: [] });
    const again = await search(config, { directory });
    expect(again.schema).toBe(4);
    expect(epochNumbers(again)).toEqual(epochNumbers(whole));
    writeSearchRecord(files.record, { ...whole, schema: 2 });
    expect((await search(config, { directory })).schema).toBe(2);
  });

  it("refuses a folder that holds a search with other settings", async () => {
    const directory = folder("settings");
    await search(tinySearch({ epochs: 2 }), { directory });
    await expect(search(tinySearch({ epochs: 2, batchSize: 12 }), { directory })).rejects.toThrow(
      /record\.json: holds a search with other settings \(config [0-9a-f]{12}, this one is [0-9a-f]{12}\)\. Choose another folder, or the settings stored in that record\.$/,
    );
  });

  it("refuses the folder of a live process, so that two never write one record; and leaves none locked", async () => {
    const directory = folder("owned");
    const config = tinySearch({ epochs: 1, warmupEpochs: 0 });
    mkdirSync(directory, { recursive: true });
    const lock = join(directory, "owner.lock");
    const since = new Date().toISOString();
    writeFileSync(lock, JSON.stringify({ pid: process.ppid, host: hostname(), since }));
    await expect(search(config, { directory })).rejects.toThrow(
      `search: ${directory} is in use by process ${process.ppid} on ${hostname()} since ${since}. Wait until it ends, stop it, or choose another folder.`,
    );
    expect(existsSync(searchFiles(directory).record)).toBe(false);
    rmSync(lock);
    expect((await search(config, { directory })).status).toBe("finished");
    expect(existsSync(lock)).toBe(false);
  });

  it("refuses a checkpoint of another configuration, kind or version, and a truncated one", async () => {
    const directory = folder("checkpoint");
    mkdirSync(directory, { recursive: true });
    const files = searchFiles(directory);
    const config = tinySearch({ epochs: 2 });
    const stop = new AbortController();
    await search(config, { directory, onEpoch: () => stop.abort(), signal: stop.signal }).catch(
      () => undefined,
    );
    const good = readFileSync(files.checkpoint);
    const { tensors, metadata } = readTensorFile(files.checkpoint);
    writeTensorFile(files.checkpoint, tensors, { ...metadata, configHash: "abc" });
    await expect(search(config, { directory })).rejects.toThrow(
      "It belongs to a search with other settings; use them, or another folder.",
    );
    writeTensorFile(files.checkpoint, tensors, { ...metadata, schema: "0" });
    await expect(search(config, { directory })).rejects.toThrow(
      'schema should be "3", got "0". It was written by another version of bars; read it with that version.',
    );
    writeTensorFile(files.checkpoint, tensors, { ...metadata, kind: "other" });
    await expect(search(config, { directory })).rejects.toThrow("This is not a checkpoint of a search.");
    writeFileSync(files.checkpoint, good.subarray(0, good.length - 100));
    await expect(search(config, { directory })).rejects.toThrow(
      /not a complete safetensors file: tensor ".+" should end at byte \d+, the file ends at \d+/,
    );
    writeFileSync(files.checkpoint, good);
    await expect(search(config, { directory })).resolves.toMatchObject({ status: "finished" });
  });

  it("stops at a loss that is not finite, says where, and keeps the last good checkpoint", async () => {
    const directory = folder("nan");
    const files = searchFiles(directory);
    const config = tinySearch({
      weightOptimizer: {
        learningRate: {
          kind: "steps",
          at: [
            [0, 0.05],
            [1, 1e38],
          ],
        },
        clipNorm: 0,
      },
    });
    await expect(search(config, { directory })).rejects.toThrow(
      /^search: the (weight loss|alpha loss) became (NaN|Infinity) in epoch 2, step \d\. What was saved of earlier epochs is kept; lower the learning rate or clip gradients, in another folder\.$/,
    );
    const record = readSearchRecord(files.record);
    expect(record.status).toBe("diverged");
    expect(record.statusDetail).toMatch(/epoch 2, step \d/);
    const { tensors, metadata } = readTensorFile(files.checkpoint);
    expect(JSON.parse(metadata["position"] as string)).toMatchObject({ epoch: 1, step: 0 });
    for (const { values } of tensors.values()) expect(values.every(Number.isFinite)).toBe(true);
  });

  it("names the path when the run's folder is a file", async () => {
    writeFileSync(folder("a-file"), "");
    await expect(search(tinySearch(), { directory: join(folder("a-file"), "run") })).rejects.toThrow(
      /could not be written: /,
    );
    expect(existsSync(join(folder("a-file"), "run"))).toBe(false);
  });
});
