import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { totalCost } from "../../lib/cost/costTable";
import { type EvolutionWorld, evolution, fittest } from "../../lib/evolution/evolution";
import { fold, randomKey } from "../../lib/random/randomKey";
import type { EvolutionEntry } from "../../lib/records/evolutionRecord";
import type { Genotype } from "../../lib/space/genotype";
import { mutateGenotype } from "../../lib/space/mutateGenotype";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { validateGenotype } from "../../lib/space/validateGenotype";

const space = spaceConfig({ cellLayout: [0, 0, 1, 0], steps: 3, widthChoices: [0.5, 1] });
const key = randomKey(0);
/** Convolutions an architecture holds: known, cheap, and far from its best in a random draw. */
const convolutions = ({ cells }: Genotype) =>
  cells.flat().filter(({ primitive }) => primitive === "bin_conv_3x3").length;
const world = (changes: Partial<EvolutionWorld> = {}): EvolutionWorld => ({
  draw: (own) => randomGenotype(space, own),
  fits: () => true,
  evaluate: convolutions,
  ...changes,
});
const config = { population: 10, sample: 4, evaluations: 80, attempts: 200 };

describe("mutateGenotype", () => {
  it("changes exactly one decision, reaches every kind, and stays in the space", () => {
    const kinds = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const parent = randomGenotype(space, fold(key, i));
      const child = mutateGenotype(parent, fold(fold(key, "mutate"), i));
      expect(validateGenotype(JSON.parse(JSON.stringify(child)))).toEqual(child);
      const edges = ({ cells }: Genotype, g: number) =>
        new Map((cells[g] ?? []).map((edge) => [`${edge.to}-${edge.from}`, edge.primitive]));
      const changed = parent.cells.flatMap((_, g) => {
        const [a, b] = [edges(parent, g), edges(child, g)];
        return [...new Set([...a.keys(), ...b.keys()])].filter((edge) => a.get(edge) !== b.get(edge));
      });
      const depth = parent.depth.filter((d, s) => d !== child.depth[s]);
      if (changed.length > 0) kinds.add("edge");
      else if (depth.length > 0) kinds.add("depth");
      else if (child.width.join() !== parent.width.join()) kinds.add("width");
      // Another depth may lay bare a width that the canonical form had hidden.
      expect(changed.length + depth.length, `${i}`).toBeLessThanOrEqual(1);
      expect(child).not.toEqual(parent);
    }
    expect([...kinds].sort()).toEqual(["depth", "edge", "width"]);
  });
});

describe("evolution", () => {
  it("follows algorithm 1: random first, then children of the fittest drawn among the youngest", async () => {
    const history = await evolution(config, world(), key);
    expect(history.map(({ index }) => index)).toEqual(Array.from({ length: 80 }, (_, i) => i));
    expect(history.slice(0, 10).every(({ parent }) => parent === null)).toBe(true);
    for (const { index, parent } of history.slice(10)) {
      // Older ones are dead, however fit.
      expect(parent).toBeGreaterThanOrEqual(index - 10);
      expect(parent).toBeLessThan(index);
    }
  });

  it("finds what random search with as many evaluations does not", async () => {
    for (let seed = 0; seed < 3; seed++) {
      const evolved = fittest(await evolution(config, world(), randomKey(seed)));
      const random = fittest(await evolution({ ...config, population: 80 }, world(), randomKey(seed)));
      expect(evolved.fitness).toBeGreaterThan(random.fitness);
    }
  });

  it("lets the fittest die: nothing that is older than the population has children", async () => {
    const lucky = world({ evaluate: (_, index) => (index === 0 ? 1000 : 0) });
    const history = await evolution({ ...config, sample: 40 }, lucky, key);
    expect(history.some(({ parent }) => parent === 0)).toBe(true);
    expect(history.filter(({ parent, index }) => parent === 0 && index > 10)).toEqual([]);
  });

  it("keeps every architecture within the budget, and says when it cannot", async () => {
    const budget = 8e6;
    const fits = (one: Genotype) => totalCost(one).bops <= budget;
    const history = await evolution({ ...config, evaluations: 25 }, world({ fits }), key);
    for (const { genotype } of history) expect(totalCost(genotype).bops).toBeLessThanOrEqual(budget);
    await expect(evolution({ ...config, attempts: 5 }, world({ fits: () => false }), key)).rejects.toThrow(
      'evolution: none of 5 random architectures stays within the budget. Raise the budget or "attempts", or take a space with cheaper architectures.',
    );
  });

  it("goes on from a stored history to what an unbroken evolution gives, evaluating nothing twice", async () => {
    const whole = await evolution(config, world(), key);
    const stored = JSON.parse(JSON.stringify(whole.slice(0, 37))) as EvolutionEntry[];
    const asked: number[] = [];
    const rest = await evolution(
      config,
      world({
        evaluate: (one, index) => {
          asked.push(index);
          return convolutions(one);
        },
      }),
      key,
      stored,
    );
    expect(rest).toEqual(whole);
    expect(asked).toEqual(Array.from({ length: 43 }, (_, i) => 37 + i));
  });

  it.each([
    [{ population: 0 }, "evolution: population must be a whole number of at least 1, got 0."],
    [{ evaluations: 5 }, "evolution: evaluations must be at least the population of 10, got 5."],
  ])("refuses %j", async (changes, message) => {
    await expect(evolution({ ...config, ...changes }, world(), key)).rejects.toThrow(message);
    expect(() => fittest([])).toThrow("fittest: expected a history with at least one entry, got none.");
  });
});
