import { beforeAll, describe, expect, it } from "vitest";
import { startBackend } from "../../lib/backend";
import type { Overrides } from "../../lib/config/check";
import { searchRepairs } from "../../lib/config/repairs";
import type { SearchConfig } from "../../lib/config/searchConfig";
import {
  type PlantedName,
  plantedProblems,
  plantedSearch,
} from "../../lib/experiments/planted/plantedProblems";
import { solvePlanted } from "../../lib/experiments/planted/solvePlanted";
import { twoDots } from "../../lib/experiments/planted/twoDots";
import { randomKey } from "../../lib/random/randomKey";
import { deriveByPerturbation } from "../../lib/search/deriveByPerturbation";
import { temporaryFolder } from "../helpers/tinySearch";

beforeAll(async () => {
  await startBackend();
});

describe("twoDots", () => {
  const { images, labels } = twoDots(400, { size: 10, distance: 5 }, randomKey(0));
  const dotsOf = (i: number) =>
    Array.from({ length: 100 }, (_, at) => at).filter((at) => images[i * 100 + at] === 255);

  it("have two dots whose direction is the class", () => {
    const steps = [5, 50, 55, 45];
    for (let i = 0; i < 400; i++) {
      const [first, second, ...others] = dotsOf(i) as [number, number];
      expect(others).toEqual([]);
      expect(second - first).toBe(steps[labels[i] as number]);
    }
  });

  it("are as bright in every class, wherever one looks with a window of one dot", () => {
    const brightness = [0, 1, 2, 3].map((label) => {
      const own = Array.from(labels).flatMap((l, i) => (l === label ? [i] : []));
      const sum = own.reduce((all, i) => all + dotsOf(i).length, 0);
      return sum / own.length;
    });
    expect(brightness).toEqual([2, 2, 2, 2]);
    expect(twoDots(8, { size: 10, distance: 3 }, randomKey(1))).toEqual(
      twoDots(8, { size: 10, distance: 3 }, randomKey(1)),
    );
  });
});

describe("a planted problem, searched with the repairs and derived by what choices count", () => {
  const root = temporaryFolder();
  // As short as solves all five seeds (by rule "argmax" it is none of five for "cells"), of which one is run here, the
  // hardest of "cells". `node scripts/planted.mjs --repairs --rules keep` runs whole ones, five seeds of each.
  const short = { data: { trainImages: 1024 }, epochs: 4, warmupEpochs: 1 };
  const lengths: Readonly<Record<PlantedName, { search: Overrides<SearchConfig>; seeds: number[] }>> = {
    edge: { search: short, seeds: [1] },
    // Half the steps are too few for the second convolution in a row.
    depth: { search: { epochs: 8 }, seeds: [1] },
    cells: { search: short, seeds: [4] },
  };
  const problems = Object.keys(plantedProblems) as PlantedName[];

  it.each(problems.flatMap((name) => lengths[name].seeds.map((seed) => [name, seed] as const)))(
    "%s is solved by the derived network within its budget, seed %i",
    async (name, seed) => {
      const outcome = await solvePlanted(name, seed, {
        directory: root,
        // Where the problem has no budget, nothing is to be held.
        search: {
          ...searchRepairs,
          cost: { method: budgetOf(name) ? "multiplier" : "none" },
          ...lengths[name].search,
        },
        derive: async (_, directory) =>
          (await deriveByPerturbation(directory, { judge: "keep", prune: true })).genotype,
      });
      expect(outcome.accuracy).toBeGreaterThanOrEqual(0.95);
      expect(outcome.solved).toBe(true);
      expect(outcome.bops).toBeLessThanOrEqual(budgetOf(name) ?? Infinity);
    },
  );
});

function budgetOf(name: PlantedName): number | null {
  const { cost } = plantedSearch(name);
  return cost.method === "none" ? null : cost.budget;
}
