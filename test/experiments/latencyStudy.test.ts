import { describe, expect, it } from "vitest";
import { presetConfig } from "../../lib/config/presets";
import {
  type LatencyRow,
  latencyFits,
  latencyModels,
  latencyStudy,
} from "../../lib/experiments/latencyStudy";
import { latencyReading } from "../../lib/experiments/readings/latencyReading";
import { latencyScatter } from "../../lib/figures/plots/latencyScatter";
import { randomKey, uniform } from "../../lib/random/randomKey";

/** Networks whose time is a constant and a share of their BOPs; FLOPs say nothing. */
const drawn = uniform(randomKey(0), 40);
const rows: LatencyRow[] = Array.from({ length: 20 }, (_, i) => {
  const [bops, flops] = [1e7 * (drawn[i] as number), 1e6 * (drawn[20 + i] as number)];
  const latencyMs = 0.05 + bops / 2e7;
  const costs = { bops, flops, ops: flops + bops / 64, elementwise: 1e4 };
  return { network: `net${i}`, method: "drawn", ...costs, latencyMs, layersMs: 1.1 * latencyMs };
});

describe("latencyFits", () => {
  it("finds the predictor that time was made of, and says errors of networks it was not fitted to", () => {
    const fits = Object.fromEntries(latencyFits(rows).map((fit) => [fit.predictor, fit]));
    expect(fits["BOPs"]).toMatchObject({ tau: 1, within15: 1 });
    expect(fits["BOPs"]?.largeError).toBeLessThan(1e-9);
    expect(fits["FLOPs"]?.medianError).toBeGreaterThan(0.1);
    // A predictor that is the same for all networks breaks nothing.
    expect(fits["BOPs, FLOPs and element-wise"]?.largeError).toBeLessThan(1e-6);
    expect(fits["measured layers, added"]?.medianError).toBeCloseTo(0.1, 12);
    expect(latencyReading(latencyFits(rows))).toMatch(
      /^A straight line in \*\*BOPs\*\* has a median error 0 %, .* 100 % of them lie within 15 %, Kendall's τ 1\.00\./,
    );
  });

  it("refuses too few networks", () => {
    expect(() => latencyFits(rows.slice(0, 7))).toThrow(
      "latencyFits: expected at least 8 networks, got 7; measure more.",
    );
  });
});

it("latencyStudy times networks and their layers", async () => {
  const models = latencyModels(presetConfig("smoke").space, 2, randomKey(0)).slice(0, 3);
  const study = await latencyStudy(models, { milliseconds: 4 });
  expect(study.rows.map(({ method }) => method)).toEqual(["drawn", "drawn", "by hand"]);
  for (const row of study.rows) {
    expect(row.latencyMs).toBeGreaterThan(0);
    expect(row.layersMs).toBeGreaterThan(0);
  }
  expect(latencyScatter(study.rows, "here").data).toHaveLength(7);
  await expect(latencyStudy([])).rejects.toThrow("latencyStudy: expected at least one model, got none.");
});
