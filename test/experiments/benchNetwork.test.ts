import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { startBackend } from "../../lib/backend";
import { totalCost } from "../../lib/cost/costTable";
import { benchedModels, benchTraining } from "../../lib/experiments/benchNetwork";
import { genotypeHash } from "../../lib/space/genotypeJson";
import { readTensorFile } from "../../lib/util/tensorFile";
import { temporaryFolder } from "../helpers/tinySearch";

const folder = temporaryFolder();
beforeAll(() => startBackend());

it("the derived network is the one of the frontier that its name says", () => {
  const model = benchedModels.derived();
  if (model.kind !== "genotype") throw new Error("not derived");
  const stored = JSON.parse(readFileSync("data/records/frontier/bars-6M-s0.json", "utf8"));
  expect(model.genotype.cells).toEqual(stored.model.genotype.cells);
  expect(genotypeHash(model.genotype)).toBe(genotypeHash(stored.model.genotype));
  expect(totalCost(model.genotype).bops).toBe(2_654_208);
});

it("training steps are timed after the fourth, and leave what another program needs to begin with the same", async () => {
  const start = join(folder, "start.safetensors");
  const speed = await benchTraining("derived", 2, 1, () => {}, start);
  expect(speed.losses).toHaveLength(5);
  const { tensors } = readTensorFile(start);
  const weights = [...tensors].filter(([name]) => name !== "images" && name !== "labels");
  expect(weights.reduce((sum, [, { values }]) => sum + values.length, 0)).toBe(speed.parameters);
  expect(tensors.get("images")?.shape).toEqual([2, 32, 32, 3]);
  expect(tensors.get("cell6.edge3-2.bin_conv_3x3.latent")?.shape).toEqual([3, 3, 48, 48]);
});
