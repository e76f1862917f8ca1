import { describe, expect, it } from "vitest";
import type { BackendInfo } from "../../lib/backend/backendInfo";
import { checkFiniteLoss, inFolder, KeptRun, stoppedAt } from "../../lib/loop/keptRun";
import {
  checkSameData,
  checkSameRun,
  describedData,
  type RunWords,
  resumedEpochs,
  runHeader,
} from "../../lib/loop/runRecord";
import { DivergenceError, InterruptedError, RecordError } from "../../lib/util/errors";

interface Kept {
  readonly updatedAt: string;
  readonly status: string;
  readonly statusDetail: string | null;
  readonly epochs: readonly number[];
}

function kept() {
  const written: Kept[] = [];
  const start: Kept = { updatedAt: "then", status: "running", statusDetail: null, epochs: [1] };
  return { written, run: new KeptRun<Kept>("search", start, (record) => written.push(record)) };
}

describe("inFolder", () => {
  it.each([
    [undefined, "none"],
    [{ dir: "x" }, "none"],
    [{ directory: 3 }, "3"],
    [{ directory: "" }, '""'],
  ])("refuses options that name no folder, as plain JavaScript may give: %j", async (options, got) => {
    const work = async () => "ran";
    await expect(inFolder(options as never, "search", work)).rejects.toThrow(
      `search: options.directory must be the folder of the run, got ${got}. Give one, as { directory: "runs/a" }.`,
    );
  });
});

describe("KeptRun", () => {
  it("writes every change whole, with the time of it, unless told not to", () => {
    const { run, written } = kept();
    run.put({ epochs: [1, 2] });
    expect(written).toEqual([run.record]);
    expect(run.record).toMatchObject({ status: "running", epochs: [1, 2] });
    expect(Date.parse(run.record.updatedAt)).toBeGreaterThan(0);
    run.put({ epochs: [] }, false);
    expect(run.record.epochs).toEqual([]);
    expect(written).toHaveLength(1);
  });

  it("notes where a run was stopped, epochs counted from 1, and says how to go on", () => {
    const { run, written } = kept();
    const error = run.interrupted(stoppedAt({ epoch: 1, step: 3 }));
    expect(error).toBeInstanceOf(InterruptedError);
    expect(error.message).toBe(
      "search: stopped in epoch 2 after step 3; everything is saved. Run the same command again to go on.",
    );
    expect(written.at(-1)).toMatchObject({
      status: "interrupted",
      statusDetail: "stopped in epoch 2 after step 3",
    });
  });

  it("notes a loss that stopped being finite, and no other error", async () => {
    const { run, written } = kept();
    await expect(run.watched(() => Promise.reject(new RecordError("else")))).rejects.toThrow("else");
    expect(written).toEqual([]);
    const part = async () => checkFiniteLoss(Number.NaN, "search: the alpha loss", { epoch: 0, step: 4 });
    await expect(run.watched(part)).rejects.toThrow(DivergenceError);
    expect(run.record.status).toBe("diverged");
    expect(run.record.statusDetail).toMatch(/^search: the alpha loss became NaN in epoch 1, step 5\. /);
    expect(await run.watched(() => Promise.resolve(7))).toBe(7);
  });
});

describe("checkFiniteLoss", () => {
  it("passes finite numbers, and names the moment where it is not a step's", () => {
    checkFiniteLoss(-1e30, "x", { epoch: 0, step: 0 });
    const loss = "train: the loss on the held-out images";
    expect(() => checkFiniteLoss(Infinity, loss, "at the end of epoch 3")).toThrow(
      "train: the loss on the held-out images became Infinity at the end of epoch 3. What was saved of earlier epochs is kept; lower the learning rate or clip gradients, in another folder.",
    );
  });
});

describe("the header of a run", () => {
  const backend: BackendInfo = { name: "cpu", version: "1", device: "any", threads: 1, passedOver: [] };

  it("has one time for both, the hash, and definitions only where there are any", () => {
    const header = runHeader("abc", backend);
    expect(header.createdAt).toBe(header.updatedAt);
    expect(header).toMatchObject({ configHash: "abc", backend, versions: { node: process.versions.node } });
    expect(Object.keys(header)).not.toContain("defined");
  });

  it("names the images by a hash only where the user defined them", () => {
    const info = { name: "synthetic", note: "", mean: [0.5], std: [0.2] };
    const described = describedData(info, { testImages: 3 });
    expect(described).toEqual({ name: "synthetic", note: "", testImages: 3, mean: [0.5], std: [0.2] });
    expect(describedData({ ...info, contentHash: "ab" }, {}).contentHash).toBe("ab");
  });
});

describe("taking a run up", () => {
  const words: RunWords = {
    run: "this search",
    other: "a search with other settings",
    hashes: ["config ", "this one is"],
    remedy: "the settings",
  };
  const state = (epoch: number) => ({ position: { epoch }, restore: () => {} });

  it("refuses a folder of another run, and other images", () => {
    expect(() => checkSameRun({ configHash: "a".repeat(64) }, "b".repeat(64), "r.json", words)).toThrow(
      "r.json: holds a search with other settings (config aaaaaaaaaaaa, this one is bbbbbbbbbbbb). Choose another folder, or the settings stored in that record.",
    );
    checkSameRun({ configHash: "a" }, "a", "r.json", words);
    expect(() => checkSameData({ name: "MNIST" }, { name: "synthetic" }, "r.json", words)).toThrow(
      "r.json: this search began on MNIST, the data found now are synthetic. Provide the same data, or choose another folder.",
    );
  });

  it("drops epochs that the record is ahead of the checkpoint, and refuses the other way round", () => {
    const record = { configHash: "a", epochs: ["first", "second"] };
    expect(resumedEpochs(record, state(1), "nowhere.safetensors", 3)).toEqual(["first"]);
    expect(resumedEpochs(record, state(2), "nowhere.safetensors", 3)).toEqual(["first", "second"]);
    expect(() => resumedEpochs(record, state(3), "c.safetensors", 3)).toThrow(
      "c.safetensors: the checkpoint was written after 3 epochs, the record beside it holds 2 epochs; they are not of one moment.",
    );
  });
});
