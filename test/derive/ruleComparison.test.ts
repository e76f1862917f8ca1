import { describe, expect, it } from "vitest";
import { deriveInputOf } from "../../lib/derive/alphasAt";
import { budgetGrid, budgetSweep } from "../../lib/derive/budgetSweep";
import { derive, deriveRules } from "../../lib/derive/derive";
import type { DeriveInput } from "../../lib/derive/deriveRule";
import { comparedRules, derivations, ruleComparison } from "../../lib/derive/ruleComparison";
import type { SearchRecord } from "../../lib/records/searchRecord";
import { DeriveError } from "../../lib/util/errors";
import { madeUpRecord } from "../figures/madeUpRecord";

const record = madeUpRecord("usual");
const free: SearchRecord = {
  ...record,
  config: { ...record.config, cost: { ...record.config.cost, method: "none" } },
};

describe("ruleComparison", () => {
  it("has a row for every rule that needs no checkpoint, and every column in each", () => {
    const rows = ruleComparison(free);
    const names = new Set(rows.map(({ rule }) => rule.split(",")[0]));
    const expected = Object.keys(deriveRules).filter((name) => !["best_of", "perturb"].includes(name));
    expect(names).toEqual(new Set(expected));
    const columns = Object.keys(rows[0] ?? {});
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(columns);
      expect(Object.values(row).every((value) => value !== null && value !== undefined)).toBe(true);
    }
  });

  it("says of argmax what its derivation says", () => {
    const { genotype, cost } = derive(deriveInputOf(record));
    const [row] = ruleComparison(record, ["argmax"]);
    expect(row).toMatchObject({
      rule: "argmax",
      operations: genotype.cells.flat().length,
      bops: cost.bops,
      depth: genotype.depth.join(" "),
    });
    expect(row?.smallestMargin).toBeGreaterThanOrEqual(0);
  });

  it("holds a search without a budget to half the cost of its argmax architecture", () => {
    const budget = comparedRules(free).find((rule) => typeof rule === "object" && rule.rule === "budget");
    const half = Math.round(derive(deriveInputOf(free)).cost.ops / 2);
    expect(budget).toEqual({ rule: "budget", measure: "ops", budget: half });
    expect(Object.keys(derivations(free))).toContain(`budget, measure: ops, budget: ${half}`);
    const own = comparedRules(record).find((rule) => typeof rule === "object" && rule.rule === "budget");
    expect(own).toMatchObject({ budget: record.config.cost.budget });
  });

  it("takes the half of the epoch that is asked for", () => {
    const half = Math.round(derive(deriveInputOf(free, "start")).cost.ops / 2);
    expect(half).not.toBe(Math.round(derive(deriveInputOf(free)).cost.ops / 2));
    expect(comparedRules(free, "start")).toContainEqual({ rule: "budget", measure: "ops", budget: half });
    const rules = Object.keys(derivations(free, undefined, "start"));
    expect(rules).toContain(`budget, measure: ops, budget: ${half}`);
    expect(ruleComparison(free, undefined, "start").map(({ rule }) => rule)).toEqual(rules);
  });

  it("has a row for every rule of a search that collapsed to the cheapest cells, half of which nothing costs", () => {
    const firsts = (rows: readonly (readonly number[])[]) =>
      rows.map((row) => row.map((_, i) => (i ? 0 : 1)));
    const collapsed = {
      ...free,
      epochs: free.epochs.map((entry) => {
        const { cells, depth, width } = entry.alphas;
        return { ...entry, alphas: { cells: cells.map(firsts), depth: firsts(depth), width: firsts(width) } };
      }),
    };
    const own = derive(deriveInputOf(collapsed)).cost;
    const rows = ruleComparison(collapsed);
    expect(rows.find(({ rule }) => rule.startsWith("budget"))).toMatchObject({
      rule: `budget, measure: ops, budget: ${own.ops}`,
      flops: own.flops,
      bops: own.bops,
    });
    // Of what costs nothing, no share is a budget.
    const real: SearchRecord = {
      ...collapsed,
      config: {
        ...collapsed.config,
        space: { ...collapsed.config.space, processKind: "real", cellShortcut: "avg_pool" },
        cost: { ...collapsed.config.cost, measure: "bops" },
      },
    };
    expect(comparedRules(real)).toContainEqual({ rule: "budget", measure: "bops", budget: null });
    expect(ruleComparison(real).find(({ rule }) => rule.startsWith("budget"))?.bops).toBe(0);
  });

  it("refuses two rules of one's own that are called alike, of which one would be lost", () => {
    const named = (rule: "argmax" | "skip_cap") => {
      const mine = (input: DeriveInput) => derive(input, rule).genotype;
      return mine;
    };
    const [one, other] = [named("argmax"), named("skip_cap")];
    expect(() => derivations(record, [one, other])).toThrow(
      new DeriveError(
        'derivations: expected rules of different names, got two that are called "mine (own)". Name one of the functions otherwise.',
      ),
    );
    expect(Object.keys(derivations(record, [one, one, "argmax"]))).toEqual(["mine (own)", "argmax"]);
  });

  it("refuses an empty list", () => {
    expect(() => derivations(record, [])).toThrow(
      new DeriveError("derivations: expected at least one rule, got none."),
    );
  });
});

describe("budgetSweep", () => {
  it("goes from the cheapest architecture to the likeliest one, ever likelier", () => {
    const grid = budgetGrid(record, 5, { measure: "bops" });
    const rows = budgetSweep(record, grid, { measure: "bops" });
    expect(grid).toHaveLength(5);
    expect(rows[0]?.cost).toBe(grid[0]);
    expect(rows.at(-1)?.genotype).toBe(ruleComparison(record, ["argmax"])[0]?.genotype);
    rows.forEach((row, i) => {
      expect(row.cost).toBeLessThanOrEqual(row.budget);
      if (i > 0) expect(row.logProbability).toBeGreaterThanOrEqual(rows[i - 1]?.logProbability as number);
    });
    expect(() => budgetSweep(record, [(grid[0] as number) - 1], { measure: "bops" })).toThrow(
      `the cheapest one costs ${grid[0]}.`,
    );
  });

  it("refuses a grid of one", () => {
    expect(() => budgetGrid(record, 1)).toThrow(
      new DeriveError("budgetGrid: count must be an integer of at least 2, got 1."),
    );
  });
});
