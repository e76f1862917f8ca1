import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AnalysisRecord } from "../../../lib/analysis/analysisRecord";
import { readAnalysisRecord } from "../../../lib/analysis/analysisRecordFile";
import { analysisReport } from "../../../lib/analysis/analysisReport";
import { beforeSign, beforeSigns } from "../../../lib/analysis/beforeSigns";
import { binaryEntropy } from "../../../lib/analysis/entropy";
import { networkScores } from "../../../lib/analysis/networkScores";
import { startBackend, tf } from "../../../lib/backend";
import { sequentialBatches } from "../../../lib/data/sequentialBatches";
import { analyzeNetwork } from "../../../lib/experiments/analysis/analyzeNetwork";
import { analyzeRuns } from "../../../lib/experiments/analysis/analyzeRuns";
import { chooseTaps } from "../../../lib/network/chooseTaps";
import { checkModelSpec } from "../../../lib/records/modelSpec";
import { collectActivations } from "../../../lib/train/collectTaps";
import { train } from "../../../lib/train/train";
import { trainingData } from "../../../lib/train/trainContext";
import { trainedNetwork } from "../../../lib/train/trainedNetwork";
import { silentProgress } from "../../../lib/util/progress";
import { mean } from "../../../lib/util/statistics";
import { rewriteRecord } from "../../helpers/rewriteRecord";
import { tinyRun } from "../../helpers/tinyRun";
import { tinyModel, tinyTraining } from "../../helpers/tinyTraining";

const config = {
  images: 48,
  probeImages: 20,
  batchSize: 16,
  bits: 4,
  subsets: 3,
  gradient: { batches: 2, batchSize: 8 },
} as const;
let directory: string;
let record: AnalysisRecord;

beforeAll(async () => {
  await startBackend();
  directory = await tinyRun();
  record = await analyzeNetwork(directory, null, { config });
}, 60_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const tap = (name: string) => record.taps.find((one) => one.name === name) as AnalysisRecord["taps"][number];
const block = "cell0.edge1-0.bin_conv_3x3";

describe("analyzeNetwork", () => {
  it("measures what stands in the activations themselves", async () => {
    const { network, record: run } = await trainedNetwork(directory);
    const { data } = await trainingData(run.config, run.model, silentProgress);
    const { mean, std } = data.info;
    // All 48 training images are in the sample, so the whole set gives the same numbers.
    const batches = sequentialBatches({ set: data.train, batchSize: 48, mean, std, worker: false });
    const taps = [`${block}.bits`, `${block}.presign`];
    const found = await collectActivations(network, batches, taps, { edeT: 1 });
    network.dispose();
    const { shape, values } = found.get(`${block}.bits`) as { shape: number[]; values: Float32Array };
    const [images, height, width, channels] = shape as [number, number, number, number];
    const units = height * width * channels;
    const ups = new Float64Array(units);
    values.forEach((value, at) => {
      expect(Math.abs(value)).toBe(1);
      if (value > 0) ups[at % units] = (ups[at % units] as number) + 1;
    });
    const used = ups.reduce((sum, up) => sum + binaryEntropy(up / images), 0);
    const byChannel = Array.from({ length: channels }, (_, c) => {
      const own = ups.filter((_, unit) => unit % channels === c);
      return binaryEntropy(own.reduce((sum, up) => sum + up, 0) / own.length / images);
    });
    const { entropy } = tap(`${block}.bits`);
    expect(entropy?.usedBits).toBeCloseTo(used, 3);
    expect(entropy?.units).toBe(units);
    byChannel.forEach((h, c) => {
      expect(entropy?.channels[c]).toBeCloseTo(h, 5);
    });
    const before = found.get(`${block}.presign`)?.values as Float32Array;
    expect(before.every((value, at) => (value >= 0 ? 1 : -1) === values[at])).toBe(true);
    const beyond = before.filter((value) => Math.abs(value) > run.config.binarization.activationClip);
    expect(tap(`${block}.presign`).zeroed).toBeCloseTo(beyond.length / before.length, 5);
  });

  it("fills every measure where it applies, and says where each tap is", () => {
    const bits = tap(`${block}.bits`);
    expect(bits).toMatchObject({
      kind: "bits",
      cell: 0,
      stage: 0,
      edge: { to: 1, from: 0, primitive: "bin_conv_3x3" },
      probe: null,
      zeroed: null,
    });
    expect(bits.information?.inputInformation).toBeGreaterThan(0);
    expect(bits.information?.inputInformation).toBeLessThan(4.5);
    expect(bits.rank?.pooled.dimensions).toBe(bits.shape[2]);
    expect(bits.codes?.distinctShare).toBeGreaterThan(0);
    expect(bits.codes?.distances.between).toBeGreaterThan(0);
    expect(tap("cell1.output")).toMatchObject({ kind: "value", stage: 1, entropy: null, codes: null });
    expect(tap("cell1.output").probe).toMatchObject({ fitImages: 48, scoredImages: 20 });
    expect(tap("pooled").probe?.accuracy).toBeGreaterThanOrEqual(0);
    expect(record.structure?.minCut.bits).toBeGreaterThan(0);
    expect(record.gradient?.kernels.map(({ name }) => name)).toContain(`${block}.latent`);
    for (const { norm, cosine } of record.gradient?.kernels ?? []) {
      expect(norm).toBeGreaterThan(0);
      expect(Math.abs(cosine as number)).toBeLessThanOrEqual(1 + 1e-9);
    }
    expect(record.run).toMatchObject({ name: "tiny", seed: 0, checkpoint: "last", epoch: 0 });
  });

  it("gives the same numbers again, in batches of another size, and leaves no tensor behind", async () => {
    const tensors = tf.memory().numTensors;
    const again = await analyzeNetwork(directory, null, { config: { ...config, batchSize: 48 } });
    expect(tf.memory().numTensors).toBe(tensors);
    const numbers = ({ taps }: AnalysisRecord) =>
      taps.map(({ name, entropy, information, codes }) => ({
        name,
        channels: entropy?.channels.map((h) => h.toFixed(6)),
        information,
        distances: codes?.distances,
      }));
    expect(numbers(again)).toEqual(numbers(record));
  });

  it("is plain JSON, and reports by stage, cell, edge and tap", () => {
    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
    const places = (level: "stage" | "cell" | "edge") =>
      analysisReport(record, level).rows.map((row) => row["place"]);
    expect(places("stage").sort()).toEqual(["network", "stage0", "stage1"]);
    expect(places("cell").sort()).toEqual(["cell0", "cell1", "cell2", "network"]);
    expect(places("edge")).toContain(block);
    expect(analysisReport(record, "tap").rows).toHaveLength(record.taps.length);
  });

  it("names near taps, the images the bits need, and what the data lack", async () => {
    await expect(
      analyzeNetwork(directory, null, { config: { ...config, taps: ["cell0.node7"] } }),
    ).rejects.toThrow(/tiny: no tap is named "cell0\.node7"\. Near ones: cell0\.node0, cell0\.node1, /);
    await expect(analyzeNetwork(directory, null, { config: { ...config, bits: 8 } })).rejects.toThrow(
      "analyzeNetwork: codes of 8 bits need at least 256 images (2^8), got 48; use more images, or at most 5 bits.",
    );
    await expect(analyzeNetwork(directory, null, { config: { ...config, images: 64 } })).rejects.toThrow(
      "analyzeNetwork: images must be at most 48 (training images of synthetic), got 64. Set a smaller number (--set images=48).",
    );
  });

  it("says what is missing where a record has no checkpoint, and where there is no record", async () => {
    const bare = mkdtempSync(join(tmpdir(), "bars-bare-"));
    await expect(analyzeNetwork(bare, null, { config })).rejects.toThrow(
      /expected a folder with a training record, found no record\.json in it/,
    );
    cpSync(join(directory, "record.json"), join(bare, "record.json"));
    await expect(analyzeNetwork(bare, null, { config })).rejects.toThrow(
      /checkpoint\.safetensors: expected a checkpoint of a training that is finished, found no file\. Its weights were not kept/,
    );
    await expect(analyzeRuns([bare], { config })).rejects.toThrow(
      /expected finished trainings with their weights, found none\. .*record\.json: .*checkpoint\.safetensors/,
    );
    rmSync(bare, { recursive: true });
  });

  it("stops at a signal", async () => {
    const stop = AbortSignal.abort();
    await expect(analyzeNetwork(directory, null, { config, signal: stop })).rejects.toThrow(
      "analyze tiny: stopped; nothing of it was kept.",
    );
  });
});

describe("analyzeNetwork where signs read what blocks give as it is", () => {
  it("measures in front of every sign of a genotype, too", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bars-as-it-is-"));
    const training = tinyTraining({ epochs: 1, binarization: { blockOrder: "conv_bn_relu" } });
    await train(training, tinyModel(), { directory: folder });
    const found = await analyzeNetwork(folder, null, { config: { ...config, gradient: { batches: 0 } } });
    rmSync(folder, { recursive: true });
    const before = beforeSigns(found.taps);
    const bits = found.taps.filter(({ kind }) => kind === "bits");
    expect(bits.length).toBeGreaterThan(2);
    for (const one of bits) {
      expect(beforeSign(one, before), one.name).toMatchObject({ kind: "presign", probe: null });
      expect(beforeSign(one, before)?.zeroed, one.name).toBeGreaterThanOrEqual(0);
    }
    // The value stays what it is: with a probe, under its own name.
    const output = found.taps.find(({ name }) => name === "cell0.output");
    expect(output).toMatchObject({ kind: "value", zeroed: null, probe: { scoredImages: 20 } });
    expect(output?.sameAs.some((name) => name.endsWith(".presign"))).toBe(false);
  }, 60_000);
});

describe("analyzeNetwork of a baseline", () => {
  it("measures all of it, by stage and block", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bars-baseline-"));
    const model = checkModelSpec({ kind: "baseline", family: "resnet20", block: "bireal", width: 0.125 });
    const training = { trainImages: 8, testImages: 4, dataset: "synthetic" } as const;
    await train(tinyTraining({ epochs: 1, data: training }), model, { directory: folder });
    const small = { ...config, images: 8, probeImages: 4, bits: 2, gradient: { batches: 1, batchSize: 4 } };
    const found = await analyzeNetwork(folder, null, { config: small });
    rmSync(folder, { recursive: true });
    // Binary ResNet-20 of width 1/8: signs of 16x16x4 and what pooling leaves of them, 8x8x4, enter its last stage.
    expect(found.structure?.minCut.bits).toBe(16 * 16 * 4 + 32 * 8 * 8 * 4);
    const first = found.taps.find(({ name }) => name === "stage0.block0.branch0.sign.bits");
    expect(first).toMatchObject({ kind: "bits", stage: 0, cell: null });
    expect(first?.entropy?.layer).toBeGreaterThan(0);
    expect(found.taps.find(({ name }) => name === "stage2.block5.sum")?.probe?.scoredImages).toBe(4);
    // Bi-Real's signs read the sums of the blocks before them: each is measured as the block's value and in front of the sign.
    const before = found.taps.filter(({ kind }) => kind === "presign");
    expect(before).toHaveLength(18);
    for (const { zeroed } of before) expect(zeroed).toBeGreaterThanOrEqual(0);
    const score = (name: string) => networkScores.find((one) => one.name === name)?.of(found);
    expect(score("zeroed")).toBeCloseTo(mean(before.map(({ zeroed }) => zeroed as number)), 12);
    expect(found.gradient?.kernels.length).toBe(18);
    for (const { cosine } of found.gradient?.kernels ?? []) expect(cosine).toBeLessThan(0.999);
    const rowOf = (level: "stage" | "cell", place: string) =>
      analysisReport(found, level).rows.find((row) => row["place"] === place);
    for (const stage of ["stage0", "stage1", "stage2"]) {
      expect(rowOf("stage", stage)).toMatchObject({
        layers: 6,
        rankBefore: expect.any(Number),
        zeroed: expect.any(Number),
      });
    }
    expect(rowOf("stage", "stage2")?.["minCut"]).toBe(16 * 16 * 4 + 32 * 8 * 8 * 4);
    expect(rowOf("cell", "stage0.block5")).toMatchObject({ layers: 1, minCut: 32 * 32 * 2 * 32 });
    expect(rowOf("cell", "network")?.["minCut"]).toBeNull();
    // Kernels belong to the blocks whose signs they multiply; after one step none has left its window.
    expect(rowOf("cell", "stage1.block2")).toMatchObject({ gradient: expect.any(Number), stuck: 0 });
    expect(rowOf("cell", "stage1.block2")?.["gradient"]).toBe(
      found.gradient?.kernels.find(({ name }) => name.startsWith("stage1.block2."))?.relativeNorm,
    );
  }, 60_000);
});

describe("chooseTaps", () => {
  it("reads patterns, keeps the network's order and takes all for none", () => {
    const network = { name: "n", taps: ["stem", "cell0.a.bits", "cell1.a.bits", "logits"] };
    expect(chooseTaps(network, ["logits", "*.bits"])).toEqual(["cell0.a.bits", "cell1.a.bits", "logits"]);
    expect(chooseTaps(network, [])).toEqual(network.taps);
    expect(() => chooseTaps(network, ["*.bit"])).toThrow('n: no tap is named "*.bit". Near ones: ');
  });
});

describe("analyzeRuns", () => {
  it("writes each analysis beside its run, and reads it again instead of repeating it", async () => {
    const first = await analyzeRuns([directory], { config });
    expect(first.reused).toBe(0);
    const file = join(directory, "analysis.json");
    expect(readAnalysisRecord(file).run?.name).toBe("tiny");
    const marked = { ...readAnalysisRecord(file), seconds: 12345 };
    writeFileSync(file, JSON.stringify(marked));
    const second = await analyzeRuns([directory], { config });
    expect(second.reused).toBe(1);
    expect(second.records[0]?.seconds).toBe(12345);
    const other = await analyzeRuns([directory], { config: { ...config, bits: 3 } });
    expect(other.reused).toBe(0);
    expect(existsSync(file)).toBe(true);
    // An analysis of before that lacks what is in front of a sign is made anew; one that lacks nothing is not.
    const schema1 = { ...other.records[0], schema: 1 } as AnalysisRecord;
    writeFileSync(file, JSON.stringify(schema1));
    expect((await analyzeRuns([directory], { config: { ...config, bits: 3 } })).reused).toBe(1);
    const taps = schema1.taps.flatMap((one) => {
      if (one.name === `${block}.presign`) return [];
      return [one.name === "stem" ? { ...one, sameAs: [`${block}.presign`] } : one];
    });
    writeFileSync(file, JSON.stringify({ ...schema1, taps }));
    const third = await analyzeRuns([directory], { config: { ...config, bits: 3 } });
    expect(third.reused).toBe(0);
    expect(third.records[0]?.taps.map(({ name }) => name)).toEqual(schema1.taps.map(({ name }) => name));
    rewriteRecord(file, (record) => ({ ...record, schema: 3 }));
    await expect(analyzeRuns([directory], { config })).rejects.toThrow(/expected schema 2, got 3/);
  });
});
