import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBackend } from "../../lib/backend";
import { loadData } from "../../lib/data/loadData";
import { sequentialBatches } from "../../lib/data/sequentialBatches";
import { readPackedModel } from "../../lib/deploy/packedModelFile";
import { verifySigns } from "../../lib/deploy/verifySigns";
import { randomKey } from "../../lib/random/randomKey";
import { readTrainRecord } from "../../lib/records/trainRecordFile";
import { type TrainedNetwork, trainedNetwork } from "../../lib/train/trainedNetwork";

const folder = "data/models/bars-6M-c24";
const model = readPackedModel(`${folder}.bars`);
const images = "data/raw/cifar-10-batches-bin/test_batch.bin";

describe("the packed network of the page", () => {
  it("is that of its record, below 1 MB, and was found equal on all test images", () => {
    const record = readTrainRecord(`${folder}/record.json`);
    const { provenance } = model.header;
    expect(model.header.model).toEqual(record.model);
    expect(provenance).toMatchObject({ configHash: record.configHash, data: "CIFAR-10", epochs: 8 });
    expect(readFileSync(`${folder}.bars`).length).toBeLessThan(1e6);
    const found = JSON.parse(readFileSync(`${folder}/verified.json`, "utf8")) as Awaited<
      ReturnType<typeof verifySigns>
    >;
    expect(found).toMatchObject({ images: 10_000, sameClass: 10_000 });
    expect(found.correct.packed / found.images).toBe(provenance.testAccuracy);
    expect(found.largestTie).toBeLessThan(1e-5);
  });

  describe.skipIf(!existsSync(images))("on real test images", () => {
    let trained: TrainedNetwork;
    beforeAll(async () => {
      await startBackend("wasm");
      trained = await trainedNetwork(folder);
    });
    afterAll(() => trained?.network.dispose());

    it("has the classes of the float network and its signs, on both engines", async () => {
      const { config } = trained.record;
      const data = await loadData({ ...config.data, download: false }, randomKey(0));
      const { mean, std } = model.header.normalization;
      const count = 120;
      const indices = Uint32Array.from({ length: count }, (_, i) => 37 * i);
      const batches = sequentialBatches({ set: data.test, indices, batchSize: 50, mean, std });
      const found = await verifySigns(trained.network, model, batches, { reference: 5 });
      expect(found).toMatchObject({
        images: count,
        sameClass: count,
        reference: { images: 5, identical: 5 },
      });
      expect(found.largestTie).toBeLessThan(1e-5);
      expect(found.signs.differing / found.signs.compared).toBeLessThan(1e-5);
      // Far above guessing: it is the trained network, on the images it was trained for.
      expect(found.correct.packed / count).toBeGreaterThan(0.5);
    });
  });
});
