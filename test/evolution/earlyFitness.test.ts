import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultEvolutionSettings, evolutionConfig } from "../../lib/config/evolutionConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { measuredCost } from "../../lib/cost/budgetReach";
import { prunedNetwork } from "../../lib/derive/prunedNetwork";
import { evolutionText } from "../../lib/evolution/evolutionText";
import { evolve } from "../../lib/evolution/evolve";
import { readEvolutionRecord } from "../../lib/records/evolutionRecordFile";
import { genotypeHash } from "../../lib/space/genotypeJson";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyTraining } from "../helpers/tinyTraining";

const root = temporaryFolder();
const space = spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 2, widthChoices: [0.5, 1] });
const train = tinyTraining({ epochs: 2, seed: 3 });
const fitness = { kind: "training", space, train, early: { steps: 6, lossSteps: 4 } } as const;
const band = { measure: "bops", value: 6e5, atLeast: 2e5 } as const;
const settings = { population: 3, sample: 2, evaluations: 6, budget: band, prune: true, seed: 1 };
const config = evolutionConfig(fitness, settings);

describe("an evolution by the loss early in a training", () => {
  it("keeps pruned architectures of the band, judged alike wherever they stand, and goes on as it would have", async () => {
    const whole = await evolve(config, { directory: join(root, "whole") });
    const { history, data, best } = whole;
    expect(history).toHaveLength(6);
    for (const { genotype, fitness: value } of history) {
      const cost = measuredCost(genotype, "bops", train.binarization);
      expect(cost).toBeGreaterThanOrEqual(2e5);
      expect(cost).toBeLessThanOrEqual(6e5);
      expect(genotypeHash(prunedNetwork(genotype))).toBe(genotypeHash(genotype));
      // exp(-loss): about 1/10 before anything is learnt.
      expect(value).toBeGreaterThan(0.01);
      expect(value).toBeLessThan(0.6);
    }
    expect(data).toMatchObject({ images: 32 });
    expect(readEvolutionRecord(join(root, "whole/record.json"))).toEqual(whole);
    expect(evolutionText(whole)).toContain(
      "the mean of steps 3 to 6 of a training, common seed and batches, images of synthetic not seen before",
    );
    // Evolutions of before might go on into images that were seen.
    const early = { steps: 7, lossSteps: 4 };
    const longer = { ...whole, config: { ...config, fitness: { ...fitness, early } } };
    expect(evolutionText(longer)).toMatch(/the mean of steps 4 to 7 of a training, .* images of synthetic$/m);
    expect(evolutionText(whole)).toContain("200,000 to 600,000 bops");
    expect(best).not.toBeNull();

    const stop = new AbortController();
    const directory = join(root, "stopped");
    const onEntry = ({ history: so }: typeof whole) => void (so.length === 2 && stop.abort());
    await expect(evolve(config, { directory, signal: stop.signal, onEntry })).rejects.toThrow(
      /^evolve: stopped/,
    );
    expect((await evolve(config, { directory })).history).toEqual(history);
  });

  it("says what is wrong with its settings", async () => {
    const bad =
      (early: object, more: object = {}) =>
      () =>
        evolutionConfig({ ...fitness, early: early as never }, { ...settings, ...more });
    expect(bad({ steps: 4, lossSteps: 5 })).toThrow(
      "evolutionConfig.fitness.early: lossSteps must be at most the 4 steps, got 5.",
    );
    expect(bad({}, { budget: { ...band, atLeast: 7e5 } })).toThrow(
      "evolutionConfig.budget: atLeast must be at most the budget of 600000, got 700000.",
    );
    const long = evolutionConfig({ ...fitness, early: { steps: 7, lossSteps: 1 } }, settings);
    await expect(evolve(long, { directory: join(root, "long") })).rejects.toThrow(
      "evolve: fitness.early.steps must be at most 6, the steps of the first epoch (48 images in batches of 8), whose images have not been seen before, got 7.",
    );
    const dear = evolutionConfig(fitness, { ...settings, budget: { measure: "bops", atLeast: 1e9 } });
    await expect(evolve(dear, { directory: join(root, "dear") })).rejects.toThrow(
      /^evolve: no architecture of its space costs 1000000000 bops or more/,
    );
  });

  it("leaves settings that use none of it as they were", () => {
    expect(Object.keys(defaultEvolutionSettings)).not.toContain("prune");
    expect(Object.keys(defaultEvolutionSettings.budget)).toEqual(["measure", "value"]);
    expect(() => evolutionConfig({ kind: "training", space, train })).toThrow(
      "validationShare must be above 0",
    );
  });
});
