import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../../lib/backend";
import { ablate, ablationsOf } from "../../../lib/experiments/ablation/ablate";
import { ablationText, parseAblation } from "../../../lib/experiments/ablation/ablation";
import { checkModelSpec } from "../../../lib/records/modelSpec";
import { readRecordJson } from "../../../lib/records/readRecord";
import type { Table, TableRecord } from "../../../lib/records/table";
import { train } from "../../../lib/train/train";
import { InterruptedError, RecordError } from "../../../lib/util/errors";
import { temporaryFolder } from "../../helpers/tinySearch";
import { tinyModel, tinyTraining } from "../../helpers/tinyTraining";

const root = temporaryFolder();
const run = join(root, "run");
const settings = { recalibrationBatches: 2 } as const;

beforeAll(async () => {
  await startBackend();
  await train(
    tinyTraining({
      epochs: 4,
      validationShare: 0.2,
      data: { dataset: "synthetic", trainImages: 80, testImages: 50 },
    }),
    tinyModel(),
    { directory: run },
  );
});

const row = (table: Table, kind: string, target = "") =>
  table.rows.find((one) => one["kind"] === kind && one["target"] === target);

describe("ablate", () => {
  it("lists every single change of a network, and reads what it writes", async () => {
    const all = (await ablationsOf(run)).map(ablationText);
    expect(all).toEqual([
      "real_layer:cell0.process",
      "real_layer:cell0.edge1-0.bin_conv_3x3",
      "real_layer:cell1.process",
      "real_layer:cell1.edge1-0.bin_conv_3x3",
      "real_layer:cell2.process",
      "real_layer:cell2.edge1-0.bin_conv_3x3",
      "no_shortcut:cell0.edge1-0.bin_conv_3x3",
      "no_shortcut:cell0.shortcut",
      "no_shortcut:cell1.shortcut",
      "no_shortcut:cell2.edge1-0.bin_conv_3x3",
      "no_shortcut:cell2.shortcut",
      "real_downsampling:cell1",
      "cell_shortcut:none",
      "cell_shortcut:bin_conv_3x3",
      "process:postprocess",
    ]);
    expect(all.map(parseAblation).map(ablationText)).toEqual(all);
  });

  it("measures all of them with the cost of the changed network, leaks nothing, and does no work twice", async () => {
    const before = tf.memory().numTensors;
    const titles: string[] = [];
    const progress = { start: (title: string) => titles.push(title), update() {}, stop() {} };
    const table = await ablate(run, { ...settings, progress });
    expect(tf.memory().numTensors).toBe(before);
    expect(table.rows.length).toBe(16);
    const plain = row(table, "none");
    expect(plain).toMatchObject({ change: 0, changeLow: null, carried: 1, tuned: null, tunedChange: null });
    const real = row(table, "real_layer", "cell0.edge1-0.bin_conv_3x3");
    // 32 x 32 pixels, 3 x 3 windows, 2 to 2 channels (the next stage has width 1).
    const macs = (plain?.["bops"] as number) - (real?.["bops"] as number);
    expect(macs).toBe(32 * 32 * 9 * 2 * 2);
    expect((real?.["flops"] as number) - (plain?.["flops"] as number)).toBe(macs);
    expect(row(table, "no_shortcut", "cell0.shortcut")).toMatchObject({
      bops: plain?.["bops"] as number,
      carried: 1,
    });
    expect(row(table, "process", "postprocess")?.["carried"]).toBeLessThan(1);
    for (const { change, changeLow, changeHigh, accuracy } of table.rows.slice(1)) {
      expect(change as number).toBeCloseTo((accuracy as number) - (plain?.["accuracy"] as number), 12);
      expect(changeHigh as number).toBeGreaterThan(changeLow as number);
    }
    expect(titles.some((title) => title.includes("real_layer:cell0.process"))).toBe(true);
    expect(readRecordJson(join(run, "ablation/table.json"), "a table")).toEqual(table);
    titles.length = 0;
    expect(await ablate(run, { ...settings, progress })).toEqual(table);
    expect(titles).toEqual([]);
  });

  it("fine-tunes changed and unchanged networks alike, goes on after a stop, and repeats its numbers", async () => {
    const ablations = ["real_layer:cell0.process", "process:postprocess"].map(parseAblation);
    const options = { ...settings, ablations, epochs: 2, learningRate: 0.01, images: "validation" } as const;
    const whole = await ablate(run, { ...options, out: join(root, "whole") });
    expect(whole.rows.map(({ tuned }) => typeof tuned)).toEqual(["number", "number", "number"]);
    expect(row(whole, "none")?.["tunedChange"]).toBe(0);
    expect(whole.rows[1]?.["tunedHigh"] as number).toBeGreaterThan(whole.rows[1]?.["tunedLow"] as number);
    const stop = new AbortController();
    const progress = {
      start: (title: string) => title.startsWith("2/3") && stop.abort(),
      update() {},
      stop() {},
    };
    const out = join(root, "halves");
    await expect(ablate(run, { ...options, out, progress, signal: stop.signal })).rejects.toThrow(
      InterruptedError,
    );
    expect(await ablate(run, { ...options, out })).toEqual(whole);
    await expect(ablate(run, { ...options, out, epochs: 3 })).rejects.toThrow(
      "holds ablations measured with epochs 2, asked for now: 3. Choose another folder, or the same settings.",
    );
  });

  it("refuses what a network does not have, naming near ones, before it measures anything", async () => {
    const wrong = async (text: string) => ablate(run, { ...settings, ablations: [parseAblation(text)] });
    await expect(wrong("real_layer:cell0.edge1-0.bin_conv3x3")).rejects.toThrow(
      'ablate: this network has no "cell0.edge1-0.bin_conv3x3" to ablate by real_layer. Near ones: cell0.edge1-0.bin_conv_3x3, ',
    );
    await expect(wrong("process:preprocess")).rejects.toThrow("Near ones: postprocess.");
    expect(() => parseAblation("real:cell0")).toThrow(
      'ablate: expected "<kind>:<target>", got "real:cell0". Known kinds: real_layer, no_shortcut, real_downsampling, cell_shortcut, process.',
    );
    await expect(ablate(run, { recalibrationBatches: 0 })).rejects.toThrow(
      "ablate: recalibrationBatches must be",
    );
  });

  it("changes hand-made networks, too: layers, shortcuts of blocks, down-sampling", async () => {
    const baseline = join(root, "baseline");
    const model = checkModelSpec({ kind: "baseline", family: "resnet20", block: "bireal", width: 0.0625 });
    const training = { epochs: 1, data: { dataset: "synthetic", trainImages: 16, testImages: 10 } } as const;
    await train(tinyTraining(training), model, { directory: baseline });
    const all = (await ablationsOf(baseline)).map(ablationText);
    const of = (kind: string) => all.filter((text) => text.startsWith(`${kind}:`));
    expect(of("real_layer")).toHaveLength(18);
    expect(of("real_layer")[0]).toBe("real_layer:stage0.block0.branch0.binary_conv");
    expect(of("no_shortcut")).toHaveLength(18);
    expect([...of("real_downsampling"), ...of("cell_shortcut"), ...of("process")]).toEqual([
      "real_downsampling:stage1.block0",
      "real_downsampling:stage2.block0",
      "real_downsampling:all",
      "cell_shortcut:avg_pool",
    ]);
    const texts = ["real_downsampling:all", "no_shortcut:stage1.block0", "cell_shortcut:avg_pool"];
    const table = await ablate(baseline, { ...settings, epochs: 1, ablations: texts.map(parseAblation) });
    const [plain, real, halving, pooled] = table.rows as [TableRecord, ...TableRecord[]];
    const cost = (one: TableRecord | undefined, what: string) => Number(one?.[what]) - Number(plain[what]);
    // Strided 3x3 from 1 to 2 channels at 16x16, and from 2 to 4 at 8x8.
    const strided = 9 * (16 * 16 * 2 + 8 * 8 * 8);
    expect([cost(real, "bops"), cost(real, "flops"), real?.["carried"]]).toEqual([-strided, strided, 1]);
    // The real 1x1 of the shortcut goes with it; its batch norm is no multiply-accumulate of these columns.
    expect([cost(halving, "bops"), cost(halving, "flops"), halving?.["carried"]]).toEqual([
      0,
      -16 * 16 * 2,
      1,
    ]);
    expect(cost(pooled, "flops")).toBe(-(16 * 16 * 2 + 8 * 8 * 8));
    for (const { tuned } of table.rows) expect(typeof tuned).toBe("number");
    await expect(
      ablate(baseline, { ...settings, ablations: [parseAblation("process:postprocess")] }),
    ).rejects.toThrow(
      'ablate: this network has no "postprocess" to ablate by process. It has none. All: bars ablate <run> --list.',
    );
  });

  it("refuses a training that is not finished, whose ablations would be taken for those of the finished one", async () => {
    const directory = join(root, "stopped");
    const stop = new AbortController();
    const training = tinyTraining({ epochs: 2 });
    const options = { directory, signal: stop.signal, onEpoch: () => stop.abort() };
    await expect(train(training, tinyModel(), options)).rejects.toThrow(InterruptedError);
    expect((await ablationsOf(directory)).length).toBeGreaterThan(0);
    await expect(ablate(directory, settings)).rejects.toThrow(
      new RecordError(
        `${directory}: ablate expected a training that is finished, got one that is interrupted (stopped in epoch 2 after step 0). Finish it first: train again with the same settings and folder.`,
      ),
    );
    expect(existsSync(join(directory, "ablation"))).toBe(false);
  });

  it("measures a training by Bop whose threshold of flips warmed up, and says how statistics were taken", async () => {
    const directory = join(root, "bop");
    const config = tinyTraining({
      epochs: 3,
      binarization: { weight: "sign" },
      optimizer: {
        method: "bop",
        decayLatent: false,
        bopGamma: { kind: "warmup", epochs: 2, from: 1e-5, after: 1e-3 },
      },
    });
    await train(config, tinyModel(), { directory });
    const ablations = [parseAblation("real_layer:cell0.process")];
    const table = await ablate(directory, { ...settings, ablations });
    expect(table.rows.map(({ kind }) => kind)).toEqual(["none", "real_layer"]);
    expect(table.provenance.notes[1]).toBe(
      "Batch norms' statistics taken anew from 2 batches of training images, augmented as in training, before every measurement, also for the network as trained.",
    );
  });

  it("refuses a record without weights", async () => {
    const bare = join(root, "bare");
    cpSync(run, bare, { recursive: true });
    rmSync(join(bare, "last.safetensors"));
    await expect(ablate(bare)).rejects.toThrow(
      /bare\/.*safetensors: expected a checkpoint of a training that is finished, found no file\./,
    );
  });
});
