import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { pictureFolder } from "./folderFixture";

// Threads run the source text of functions, which a compiler writes in its own way.
it("images are made of pictures by the compiled library as by its sources", async () => {
  const root = await pictureFolder();
  const script = `
    const bars = require(${JSON.stringify(join(__dirname, "../../../lib/dist/index.js"))});
    (async () => {
      const settings = bars.data.imageFolderSettings(${JSON.stringify(root)}, { imageSize: 16 });
      const augment = { resizedCrop: 0.3, colourJitter: 0.4, randomOperations: 3, cutout: 2 };
      const config = bars.config.dataConfig({ ...settings, directory: ${JSON.stringify(join(root, "stores"))}, augment });
      const { train, info } = await bars.loadData(config, bars.randomKey(0));
      const options = { set: train, indices: [0, 1, 2, 3, 4, 5, 6, 7], batchSize: 4, dropLast: true, mean: info.mean, std: info.std };
      let n = 0;
      for await (const { images } of bars.data.epochBatches({ ...options, augment: config.augment, key: bars.randomKey(0) }))
        n += images.filter(Number.isFinite).length;
      console.log(n);
    })();`;
  const printed = execFileSync(process.execPath, ["-e", script], { encoding: "utf8" });
  expect(Number(printed)).toBe(8 * 16 * 16 * 3);
  rmSync(root, { recursive: true });
}, 60_000);
