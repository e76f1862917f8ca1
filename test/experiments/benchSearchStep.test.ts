import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { startBackend } from "../../lib/backend";
import { benchSearchStep } from "../../lib/experiments/benchSearchStep";
import { readTensorFile } from "../../lib/util/tensorFile";
import { temporaryFolder, tinySearch } from "../helpers/tinySearch";

const folder = temporaryFolder();
beforeAll(() => startBackend());

it("times the steps after the first, and leaves what another program needs to begin with the same", async () => {
  const config = tinySearch();
  const start = join(folder, "start.safetensors");
  const seen: number[] = [];
  const speed = await benchSearchStep(config, 2, (now) => seen.push(now), start);
  expect(seen).toHaveLength(2);
  expect(speed.processorSeconds).toBeGreaterThan(0);
  expect(speed.losses).toHaveLength(6);
  const { tensors } = readTensorFile(start);
  const weights = [...tensors].filter(([name]) => !/^(alphas|alpha|weight)\./.test(name));
  expect(weights.reduce((sum, [, { values }]) => sum + values.length, 0)).toBe(speed.parameters);
  expect(tensors.get("alphas.cell0")?.shape).toEqual([1, 3]);
  expect(tensors.get("alpha.images")?.shape).toEqual([8, 32, 32, 3]);
  expect(tensors.get("alpha.images")?.values).not.toEqual(tensors.get("weight.images")?.values);
  expect(tensors.get("weight.labels")?.values).toBeInstanceOf(Int32Array);
  // The start is the start: another run of it has the same first losses.
  expect((await benchSearchStep(config, 1)).losses.slice(0, 2)).toEqual(speed.losses.slice(0, 2));
});
