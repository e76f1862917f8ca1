import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import { dataConfig } from "../../lib/config/dataConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { calibrationBatches } from "../../lib/data/calibrationBatches";
import { splitTraining } from "../../lib/data/splitTraining";
import { syntheticImages } from "../../lib/data/syntheticImages";
import { oneHotAlphas } from "../../lib/derive/oneHotAlphas";
import { Network } from "../../lib/network/network";
import { weightsFromSupernet } from "../../lib/network/weightsFromSupernet";
import { fold, randomKey } from "../../lib/random/randomKey";
import { activeOperations } from "../../lib/search/epochRecord";
import { supernetStatistics } from "../../lib/search/recalibrate";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { AlphaVariables } from "../../lib/supernet/alphaVariables";
import { Supernet } from "../../lib/supernet/supernet";
import { recalibrateNetwork } from "../../lib/train/recalibrateNetwork";
import { expectNoLeakAsync } from "../helpers/expectNoLeak";

beforeAll(async () => {
  await startBackend();
});

const key = randomKey(0);

/**
 * In a supernet all operations that leave a node share its batch norm, where a network has one for each; and the blocks
 * beside the nodes name it after their input.
 */
const inSupernet = (name: string) =>
  name.replace(/\.edge\d+-(\d+)\.\w+\./, ".node$1.").replace(/\.(process|shortcut)\./, ".$1.input.");

describe("recalibration in a search and in a training", () => {
  it("gives the same statistics for the same weights and images", async () => {
    const space = spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 2, widthChoices: [0.5, 1] });
    const genotype = randomGenotype(space, fold(key, 3));
    expect(genotype.cells.flat().length).toBeGreaterThan(3);
    const set = syntheticImages(50, key);
    const { weightSplit } = splitTraining(set.labels, 0.5, fold(key, "split"));
    // 25 images in batches of 10: the last one is smaller.
    const options = {
      set,
      indices: weightSplit,
      augment: dataConfig().augment,
      batches: 3,
      batchSize: 10,
      mean: [0.5, 0.5, 0.5],
      std: [1, 1, 1],
      key,
    };
    await expectNoLeakAsync(async () => {
      const binarization = binarizationConfig();
      const supernet = new Supernet(genotype.space, binarization, key);
      const network = new Network(genotype, binarization, fold(key, "other"));
      const weights = new AlphaVariables(oneHotAlphas(genotype, 1));
      const stored = await supernet.parameters.stored();
      network.parameters.restore(weightsFromSupernet(genotype, network.parameters.specs(), stored), "test");
      const how = { edeT: 1, active: activeOperations(genotype) };
      const found = await supernetStatistics(supernet, weights, calibrationBatches(options), how);
      await recalibrateNetwork(network, calibrationBatches(options), { edeT: 1 });
      const own = network.statistics.entries();
      expect(own.length).toBeGreaterThan(8);
      for (const [name, value] of own) {
        const other = found.get(inSupernet(name));
        expect(other, name).toBeDefined();
        const values = (other as tf.Tensor).dataSync();
        // A narrower network has the leading channels.
        const scale = Math.max(...value.dataSync().map(Math.abs), 1e-6);
        value.dataSync().forEach((v, c) => {
          expect(Math.abs(v - (values[c] as number)) / scale, `${name} ${c}`).toBeLessThan(1e-4);
        });
      }
      tf.dispose([...found.values()]);
      weights.dispose();
      network.dispose();
      supernet.dispose();
    });
  });
});
