import { rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { AnalysisRecord, TapMeasures } from "../../../lib/analysis/analysisRecord";
import { startBackend, tf } from "../../../lib/backend";
import { analyzeNetwork } from "../../../lib/experiments/analysis/analyzeNetwork";
import {
  informationOverEpochs,
  informationTable,
} from "../../../lib/experiments/analysis/informationOverEpochs";
import type { Table } from "../../../lib/records/table";
import { readTrainRecord } from "../../../lib/records/trainRecordFile";
import { train } from "../../../lib/train/train";
import { temporaryFolder } from "../../helpers/tinySearch";
import { tinyModel, tinyTraining } from "../../helpers/tinyTraining";

const run = join(temporaryFolder(), "run");
const config = { images: 48, bits: 3, subsets: 2, batchSize: 48 } as const;
let table: Table;

beforeAll(async () => {
  await startBackend();
  const settings = tinyTraining({ epochs: 3, batchSize: 16, snapshotEpochs: [0, 2] });
  await train(settings, tinyModel("tiny"), { directory: run });
  table = await informationOverEpochs(run, { config });
}, 60_000);

const place = "cell0.edge1-0.bin_conv_3x3";
const rowsOf = (layer: string) => table.rows.filter((row) => row["place"] === layer);

describe("informationOverEpochs", () => {
  it("has one row for each binary layer at each kept epoch, counted from 1", () => {
    expect([...new Set(table.rows.map(({ epoch }) => epoch))]).toEqual([1, 3]);
    const layers = (epoch: number) =>
      table.rows.filter((row) => row["epoch"] === epoch).map((row) => row["place"]);
    expect(layers(1)).toEqual(layers(3));
    expect(layers(3)).toEqual(
      expect.arrayContaining(["cell0.process", place, "cell1.process", "cell2.process"]),
    );
    expect(rowsOf("cell2.process").map(({ cell, stage }) => [cell, stage])).toEqual([
      [2, 1],
      [2, 1],
    ]);
  });

  it("measures the weights of each epoch: the last as the finished network, the first otherwise", async () => {
    const probes = { probeImages: 0, gradient: { batches: 0 } };
    const last = await analyzeNetwork(run, null, { config: { ...config, ...probes } });
    const bits = last.taps.find(({ name }) => name === `${place}.bits`);
    const presign = last.taps.find(({ name }) => name === `${place}.presign`);
    const [first, third] = rowsOf(place);
    expect(third).toMatchObject({
      entropy: bits?.entropy?.layer,
      inputInformation: bits?.information?.inputInformation,
      labelInformation: bits?.information?.labelInformationAboveChance,
      saturated: bits?.information?.saturated,
      rankBefore: presign?.rank?.pooled.effectiveRank,
      rankAfter: bits?.rank?.pooled.effectiveRank,
    });
    expect(first?.["entropy"]).not.toBe(third?.["entropy"]);
  });

  it("says on what it was measured, and leaves no tensor behind", async () => {
    expect(table.title).toBe("Binary layers of tiny over training");
    expect(table.provenance.sources).toEqual([readTrainRecord(join(run, "record.json")).configHash]);
    expect(table.provenance.notes[0]).toBe(
      "48 training images of synthetic; means over 2 random codes of 3 bits. I(X;T): plug-in with Miller-Madow correction; I(T;Y): plug-in less what is left of it where labels are shuffled.",
    );
    expect(table.provenance.notes[1]).toContain("for 3 epochs, seed 0. One training: no spread over seeds.");
    const tensors = tf.memory().numTensors;
    expect(await informationOverEpochs(run, { config })).toEqual(table);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it("stops at a signal, and says what a training without kept weights lacks", async () => {
    await expect(informationOverEpochs(run, { config, signal: AbortSignal.abort() })).rejects.toThrow(
      "analyze tiny: stopped; nothing of it was kept.",
    );
    rmSync(join(run, "snapshots"), { recursive: true });
    await expect(informationOverEpochs(run, { config })).rejects.toThrow(
      /run: expected the weights of a training after some of its epochs, it kept none\. Train with snapshotEpochs, e\.g\. \[0, 1, 3, 7\]\.$/,
    );
  });
});

describe("informationTable", () => {
  it("finds what is in front of a sign under any of its names", () => {
    const tap = (name: string, more: object) =>
      ({
        name,
        sameAs: [],
        cell: 0,
        stage: 0,
        entropy: null,
        information: null,
        rank: null,
        ...more,
      }) as unknown as TapMeasures;
    const rank = (effectiveRank: number) => ({ pooled: { effectiveRank }, local: null });
    const analysis = {
      config: { bits: 8, subsets: 4 },
      data: { images: 10, name: "made up" },
      taps: [
        tap("cell0.a.presign", { kind: "presign", sameAs: ["cell0.b.presign"], rank: rank(2) }),
        tap("cell0.b.bits", { kind: "bits", rank: rank(3) }),
        tap("cell0.output", { kind: "value", sameAs: ["cell1.a.presign"], rank: rank(9) }),
        tap("cell0.c.bits", { kind: "bits" }),
        tap("cell1.a.bits", { kind: "bits", rank: rank(4) }),
      ],
    } as unknown as AnalysisRecord;
    const record = readTrainRecord(join(__dirname, "../../../data/records/analysis/reference-train.json"));
    const { rows } = informationTable(record, [{ epoch: 4, analysis }]);
    expect(
      rows.map(({ epoch, place: at, rankBefore, rankAfter }) => [epoch, at, rankBefore, rankAfter]),
    ).toEqual([
      [5, "cell0.b", 2, 3],
      [5, "cell0.c", null, null],
      [5, "cell1.a", 9, 4],
    ]);
  });
});
