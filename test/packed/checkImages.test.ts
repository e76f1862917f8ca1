import { expect, it } from "vitest";
import { baselineConfig } from "../../lib/config/baselineConfig";
import { openPacked } from "../../lib/packed/openPacked";
import { packDrawn } from "../../lib/packed/packDrawn";
import { randomKey } from "../../lib/random/randomKey";
import { DataError, ShapeError } from "../../lib/util/errors";

const shape = baselineConfig({ width: 0.125, imageSize: 8 });
const model = packDrawn({ kind: "baseline", name: "small", ...shape }, randomKey(0));
const size = 8 * 8 * 3;

it.each(["wasm", "reference"] as const)(
  "the engine %s refuses values that are no finite numbers, by their place",
  async (engine) => {
    const network = await openPacked(model, { engine });
    const images = new Float32Array(2 * size).fill(-0.5);
    expect((await network.classify(images, 2)).length).toBe(2);
    for (const value of [Number.NaN, Infinity, -Infinity]) {
      images[size + 3 * (8 * 2 + 5) + 1] = value;
      const run = network.classify(images, 2);
      await expect(run).rejects.toThrow(DataError);
      await expect(network.logits(images, 2)).rejects.toThrow(
        `${engine}: expected images of finite numbers, got ${value} in image 1, row 2, column 5, channel 1 (counted from 0). Pixels are normalised`,
      );
    }
    await expect(network.logits(new Float32Array(3), 1)).rejects.toThrow(ShapeError);
    network.dispose();
  },
);
