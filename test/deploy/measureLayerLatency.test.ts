import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { cellCost } from "../../lib/cost/cellCost";
import { costByPart } from "../../lib/cost/costByPart";
import { costTable, totalCost } from "../../lib/cost/costTable";
import {
  type LatencyTable,
  latencyKey,
  predictedLatency,
  timed,
  useLatencyTable,
} from "../../lib/cost/latencyTable";
import { sumCosts } from "../../lib/cost/layerCost";
import { partsCost } from "../../lib/cost/partsCost";
import { distinctLayers, spaceLayers } from "../../lib/cost/spaceLayers";
import { readLatencyTable, writeLatencyTable } from "../../lib/deploy/latencyTableFile";
import { measureLayerLatency, modelLayers, predictLatency } from "../../lib/deploy/measureLayerLatency";
import { deriveInputOf } from "../../lib/derive/alphasAt";
import { bestWithinBudget } from "../../lib/derive/bestWithinBudget";
import { budgetBreaks } from "../../lib/derive/budgetBreaks";
import { budgetGrid, budgetSweep } from "../../lib/derive/budgetSweep";
import { derive } from "../../lib/derive/derive";
import { heldText } from "../../lib/derive/heldText";
import { comparableRuns } from "../../lib/experiments/frontierRuns";
import { loadTrainRecords } from "../../lib/experiments/loadTrainRecords";
import { frontierFigure } from "../../lib/figures/plots/frontierFigure";
import { frontier } from "../../lib/frontier/frontier";
import { frontierTable } from "../../lib/frontier/frontierTable";
import { packDrawn } from "../../lib/packed/packDrawn";
import { programOf } from "../../lib/packed/packedModel";
import { WasmEngine } from "../../lib/packed/wasm/wasmEngine";
import { fold, randomKey } from "../../lib/random/randomKey";
import { genotypeModel } from "../../lib/records/modelSpec";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import { builtCells } from "../../lib/space/builtCells";
import { genotype as genotypeOf } from "../../lib/space/genotype";
import { randomAlphas } from "../../lib/space/randomAlphas";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { validateGenotype } from "../../lib/space/validateGenotype";

const found = loadTrainRecords("data/records/frontier");
const search = readSearchRecord("data/records/frontier/searches/bars-6M-s0.json");
const { space } = search.config;

/** Times that are made up: every layer as many nanoseconds as its result has values, a convolution's products besides. */
const madeUp: LatencyTable = {
  kind: "bars.latency-table",
  schema: 1,
  machine: { name: "made up", processor: "none" },
  engine: { bars: "0.1.0", kernel: "lookup", relaxedSimd: true, threads: 1, runtime: "node 22.0.0" },
  createdAt: "2026-11-28T00:00:00.000Z",
  counting: "made up",
  layers: Object.fromEntries(
    [
      ...spaceLayers(space),
      ...distinctLayers(found.flatMap(({ record }) => modelLayers(record.model))),
    ].flatMap((row) => {
      const key = latencyKey(row);
      const [height, width, channels] = row.outputShape;
      return key === null
        ? []
        : [[key, 1e-6 * (height * width * channels + row.bops / 500 + row.flops / 20)]];
    }),
  ),
};

afterEach(() => useLatencyTable(null));

describe("the cost measure latency", () => {
  it("needs a table of measured layers, and says how to make one", () => {
    expect(() => derive(deriveInputOf(search), { rule: "budget", measure: "latency", budget: 1 })).toThrow(
      'cost: measure "latency" needs a table of measured layers, got none. Measure them: bars.packed.measureLayerLatency(space or models), in a shell bars latency. Then bars.cost.useLatencyTable(table), in a shell --latency.',
    );
    const { runs } = comparableRuns(found, { which: "all", checkpoint: "last" });
    expect(() => frontier(runs, { measure: "latency" })).toThrow(
      /^frontier: measure "latency" needs the time of every network, got none for .* and \d+ more\. Measure the layers/,
    );
    useLatencyTable({ ...madeUp, layers: {} });
    expect(() => derive(deriveInputOf(search), { rule: "budget", measure: "latency", budget: 1 })).toThrow(
      'cost: measure "latency": the table of made up lacks layers of this network.',
    );
    const [, model] = found.map(({ record }) => record.model);
    if (!model) throw new Error("no record");
    expect(() => predictLatency(model, { ...madeUp, layers: {} })).toThrow(
      /^latency: the table of made up should have the time of "stem\.conv" \(conv 32x32x3 32x32x\d+ 9\), .* more layers, got none\. Measure them/,
    );
  });

  it("is in no cost without a table, and adds up over layers and parts with one", () => {
    const genotype = randomGenotype(space, fold(randomKey(0), "latency"));
    expect(totalCost(genotype)).not.toHaveProperty("latencyMs");
    const predicted = predictLatency(genotypeModel(genotype, "drawn"), madeUp);
    useLatencyTable(madeUp);
    expect(totalCost(genotype).latencyMs).toBeCloseTo(predicted, 12);
    const parts = costByPart(genotype).reduce((sum, { latencyMs }) => sum + (latencyMs ?? Number.NaN), 0);
    expect(parts).toBeCloseTo(predicted, 12);
  });

  it("counts a pass for sums that no other layer does, two sums a pass, and nothing for a cell's entrance that nothing reads", () => {
    const genotype = validateGenotype({
      kind: "bars.genotype",
      schema: 1,
      space: { ...space, steps: 3 },
      cells: [
        [
          { to: 1, from: 0, primitive: "skip_connect" },
          { to: 2, from: 0, primitive: "skip_connect" },
          { to: 2, from: 1, primitive: "skip_connect" },
          { to: 3, from: 0, primitive: "skip_connect" },
          { to: 3, from: 1, primitive: "skip_connect" },
          { to: 3, from: 2, primitive: "skip_connect" },
        ],
        [],
      ],
      depth: [1, 0, 0],
      width: [1, 1, 1],
    });
    const rows = costTable(genotype);
    const only = (kind: string) => ({
      ...madeUp,
      layers: Object.fromEntries(
        distinctLayers(rows).map((row) => [latencyKey(row) as string, row.layer === kind ? 1 : 0]),
      ),
    });
    // Of node 2 one pass, of node 3 one, and one of the cell's shortcut behind the concatenation.
    expect(predictedLatency(rows, only("sum_pass"))).toBe(3);
    // As many steps as the packed network has.
    const { steps } = programOf(packDrawn(genotypeModel(genotype), randomKey(0)));
    expect(steps.filter(({ step }) => step === "pointwise")).toHaveLength(3);
    // One cell has operations, whose entrance is one binary 1x1; those of the two reduction cells are read by nothing.
    expect(rows.filter(({ layer }) => layer === "binary_conv")).toHaveLength(3);
    expect(predictedLatency(rows, only("binary_conv"))).toBe(1);
    expect(steps.filter(({ step }) => step === "binary_conv")).toHaveLength(1);
  });

  it("adds up over the parts that rule budget decides by to no less than the network has", () => {
    useLatencyTable(madeUp);
    for (let i = 0; i < 20; i++) {
      const genotype = randomGenotype(space, fold(fold(randomKey(0), "parts"), i));
      const parts = builtCells(genotype).reduce((sum, built) => {
        const { fixed, edge } = cellCost(space, built, "cell");
        const edges = (genotype.cells[built.group] ?? []).flatMap(({ to, from, primitive }) =>
          timed(edge(to, from, primitive)),
        );
        return sum + (sumCosts([...timed(fixed), ...edges]).latencyMs ?? Number.NaN);
      }, 0);
      const whole = costByPart(genotype)
        .filter(({ part }) => part.startsWith("cell"))
        .reduce((sum, { latencyMs }) => sum + (latencyMs ?? Number.NaN), 0);
      expect(parts).toBeGreaterThanOrEqual(whole - 1e-12);
      expect(parts).toBeLessThan(1.25 * whole + 1e-12);
    }
  });

  it("holds rule budget to milliseconds, exactly what the derived network's layers add up to", () => {
    useLatencyTable(madeUp);
    const free = derive(deriveInputOf(search), { rule: "budget", measure: "latency", budget: null });
    const most = predictLatency(genotypeModel(free.genotype, "free"), madeUp);
    const budget = 0.6 * most;
    const held = derive(deriveInputOf(search), { rule: "budget", measure: "latency", budget });
    const own = predictLatency(genotypeModel(held.genotype, "held"), madeUp);
    expect(own).toBeLessThanOrEqual(budget);
    expect(held.held?.cost).toBeCloseTo(own, 12);
    expect(heldText(held.held as NonNullable<typeof held.held>)).toMatch(
      /^costs 0\.\d+ ms: \d+ % of the [\d.]+ ms that rule budget held it to$/,
    );
    // Another table in use is another cost of the same space.
    useLatencyTable({
      ...madeUp,
      layers: Object.fromEntries(Object.entries(madeUp.layers).map(([key, ms]) => [key, 2 * ms])),
    });
    const twice = derive(deriveInputOf(search), { rule: "budget", measure: "latency", budget: null });
    expect(twice.held?.cost).toBeCloseTo(2 * most, 12);
  });

  it("holds rule budget by the layers of the search's own style: RSign has times of its own", () => {
    const binarization = { ...search.config.binarization, rsign: true };
    const layers = Object.entries(madeUp.layers).map(([key, ms]) => [key.replace(/^sign /, "rsign "), ms]);
    useLatencyTable({ ...madeUp, layers: Object.fromEntries(layers) });
    const shifted = deriveInputOf({ ...search, config: { ...search.config, binarization } });
    const rule = { rule: "budget", measure: "latency", budget: null } as const;
    const free = derive(shifted, rule);
    expect(free.held?.cost).toBe(free.cost.latencyMs);
    const budget = 0.6 * (free.held?.cost as number);
    expect(derive(shifted, { ...rule, budget }).held?.cost).toBeLessThanOrEqual(budget);
    // The same space in another style, under the same table.
    expect(() => derive(deriveInputOf(search), rule)).toThrow("lacks layers of this network");
  });

  describe("of rule budget, which compares the sum of the parts", () => {
    const measure = "latency";
    const at = (budget: number, options: object = {}) =>
      derive(deriveInputOf(search), { rule: "budget", measure, budget, ...options });

    it("has an even grid of budgets, and the cheapest is what an error says", () => {
      useLatencyTable(madeUp);
      const grid = budgetGrid(search, 4, { measure });
      const steps = grid.slice(1).map((budget, i) => budget - (grid[i] as number));
      expect(grid).toHaveLength(4);
      for (const step of steps) expect(step).toBeCloseTo(steps[0] as number, 7);
      expect(steps[0]).toBeGreaterThan(1e-3);
      const [least, most] = [grid[0], grid[3]] as [number, number];
      const free = derive(deriveInputOf(search), { rule: "budget", measure, budget: null });
      expect(at(most).genotype).toEqual(free.genotype);
      expect(at(least).held?.cost).toBeLessThanOrEqual(least);
      expect(() => at(least - 1e-6)).toThrow(
        `derive: rule "budget": the parts of no architecture of this space take at most ${least - 1e-6} ms an image; those of the cheapest take ${least}. Raise the budget to at least that.`,
      );
    });

    it("has break points at which each architecture is found, and up to the next one", () => {
      useLatencyTable(madeUp);
      const breaks = budgetBreaks(search, { measure });
      expect(breaks.length).toBeGreaterThan(5);
      expect(breaks[0]?.budget).toBeCloseTo(budgetGrid(search, 2, { measure })[0] as number, 8);
      for (const { budget, until, genotype, cost } of breaks) {
        expect(cost).toBeLessThanOrEqual(budget);
        const asked = until === null ? [budget] : [budget, until - 1e-6];
        for (const row of budgetSweep(search, asked, { measure })) expect(row.genotype).toBe(genotype);
      }
      expect(breaks.some(({ cost, budget }) => cost < 0.99 * budget)).toBe(true);
    });

    it("spends at least the share that is asked for, or says that the network itself does not", () => {
      useLatencyTable(madeUp);
      const most = at(1e3).held?.cost as number;
      const said = { kept: 0, refused: 0 };
      for (const [i, atLeast] of Array.from({ length: 24 }, (_, i) => [i, i % 2 ? 0.95 : 0.7] as const)) {
        const budget = (0.4 + 0.025 * i) * most;
        try {
          const { held } = at(budget, { atLeast });
          expect(held?.share).toBeGreaterThanOrEqual(atLeast);
          expect(held?.share).toBeLessThanOrEqual(1);
          said.kept++;
        } catch (error) {
          expect(String(error)).toMatch(
            /rule "budget": the likeliest architecture whose parts take between [\d.]+ and [\d.]+ ms an image takes [\d.]+ itself, less than the share atLeast 0\.(95|7) of the budget\. Lower atLeast, or take another budget\.$/,
          );
          said.refused++;
        }
      }
      expect(said.kept).toBeGreaterThan(0);
      expect(said.refused).toBeGreaterThan(0);
    });

    it("is that of the network's parts, which in counts is the network's own cost", () => {
      useLatencyTable(madeUp);
      for (let i = 0; i < 5; i++) {
        const alphas = randomAlphas(space, 1, fold(randomKey(1), i));
        const found = bestWithinBudget(space, alphas, { measure, budget: Infinity });
        if (!("choice" in found)) throw new Error("everything is within infinity");
        const own = genotypeOf(space, found.choice);
        const { latencyMs, ...counts } = partsCost(own);
        expect(found.cost).toBeCloseTo(latencyMs as number, 12);
        const { latencyMs: whole, ...total } = totalCost(own);
        expect(counts).toEqual(total);
        expect(latencyMs).toBeGreaterThanOrEqual(whole as number);
      }
    });
  });

  it("is an axis of the frontier, with a column of its own", () => {
    useLatencyTable(madeUp);
    const { runs } = comparableRuns(found, { which: "all", checkpoint: "last" });
    const result = frontier(runs, { measure: "latency", draws: 100 });
    expect(result.counting).toContain("milliseconds");
    const costs = result.rows.map(({ latency }) => latency?.mean ?? Number.NaN);
    expect(costs).toEqual([...costs].sort((a, b) => a - b));
    expect(result.reference.cost).toBeLessThan(5 * (costs.at(-1) as number));
    const table = frontierTable(result);
    expect(table.title).toBe("Accuracy against latency");
    expect(JSON.stringify(frontierFigure(result).layout["title"])).toContain("Accuracy against latency on ");
    expect(table.columns.at(-2)?.name).toBe("latency");
    expect(table.rows[0]?.["latency"]).toBe(costs[0]);
    expect(frontierTable(frontier(runs, { draws: 100 })).columns.map(({ name }) => name)).not.toContain(
      "latency",
    );
  });
});

describe("measureLayerLatency", () => {
  const models = ["bars-3M", "resnet20-0125"].map((name) => {
    const model = found.find(({ record }) => record.model.name === name)?.record.model;
    if (!model) throw new Error(`no record of ${name}`);
    return model;
  });

  it("measures what the networks take, within what other work on a machine does to it", async () => {
    const table = await measureLayerLatency(models, { milliseconds: 2 });
    expect(Object.values(table.layers).every((ms) => ms >= 0 && ms < 50)).toBe(true);
    for (const model of models) {
      const engine = await WasmEngine.create(programOf(packDrawn(model, randomKey(0))), { threads: 1 });
      const image = new Float32Array(32 * 32 * 3).fill(0.3);
      let best = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 60; i++) {
        const start = performance.now();
        await engine.run(image, 1);
        best = Math.min(best, performance.now() - start);
      }
      engine.dispose();
      const ratio = predictLatency(model, table) / best;
      expect(ratio, model.name).toBeGreaterThan(0.25);
      expect(ratio, model.name).toBeLessThan(4);
    }
    const more = await measureLayerLatency(models, { into: table, milliseconds: 1 });
    expect(more.layers).toEqual(table.layers);
  });

  it("refuses a table of another machine, and milliseconds that are none", async () => {
    await expect(measureLayerLatency(models, { into: madeUp })).rejects.toThrow(
      /^measureLayerLatency: "into" should be a table of .+, got one of made up \(none\), bars 0\.1\.0, kernel lookup, node 22\.0\.0\. Measure a table of its own\.$/,
    );
    await expect(measureLayerLatency(models, { milliseconds: 0 })).rejects.toThrow(
      "measureLayerLatency: milliseconds must be a number above 0, got 0.",
    );
  });
});

describe("a file of a latency table", () => {
  const folder = mkdtempSync(join(tmpdir(), "bars-latency-"));
  const path = join(folder, "table.json");

  it("is read as it was written, and refused where a field is wrong", () => {
    writeLatencyTable(path, madeUp);
    expect(readLatencyTable(path)).toEqual(madeUp);
    writeFileSync(path, JSON.stringify({ ...madeUp, layers: { "conv 1x1x1 1x1x1 1": -1 } }));
    expect(() => readLatencyTable(path)).toThrow(/layers.*at least 0.*got -1/);
    rmSync(folder, { recursive: true });
    expect(() => readLatencyTable(path)).toThrow(/table\.json/);
  });
});
