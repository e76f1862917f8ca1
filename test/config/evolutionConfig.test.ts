import { describe, expect, it } from "vitest";
import { evolutionConfig } from "../../lib/config/evolutionConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { trainConfig } from "../../lib/config/trainConfig";

const supernet = { kind: "supernet", search: "ab", images: 0 } as const;
const training = (changes: Parameters<typeof trainConfig>[0] = {}) =>
  ({
    kind: "training",
    space: spaceConfig(),
    train: trainConfig({ validationShare: 0.1, ...changes }),
  }) as const;

describe("evolutionConfig", () => {
  it("fills in what is left out, and freezes at every depth", () => {
    const config = evolutionConfig(supernet, { budget: { value: 2e6 } });
    expect(config).toEqual({
      population: 50,
      sample: 10,
      evaluations: 500,
      attempts: 20_000,
      budget: { measure: "bops", value: 2e6 },
      seed: 0,
      fitness: supernet,
    });
    expect(Object.isFrozen(config.budget)).toBe(true);
    expect(Object.isFrozen(config.fitness)).toBe(true);
    expect(evolutionConfig(training()).fitness).toMatchObject({ train: { validationShare: 0.1 } });
  });

  it.each([
    [{ popultion: 3 }, 'evolutionConfig: unknown key "popultion". Known keys: population, sample,'],
    [{ sample: 0 }, "evolutionConfig: sample must be an integer of at least 1, got 0."],
    [{ evaluations: 20 }, "evolutionConfig: evaluations must be at least the population of 50, got 20."],
    [
      { budget: { value: 0 } },
      "evolutionConfig.budget: value must be a finite number above 0, or null for no limit, got 0.",
    ],
    [
      { budget: { measure: "params" } },
      'evolutionConfig.budget: measure must be one of "bops", "flops", "ops", got "params".',
    ],
    [{ seed: -1 }, "evolutionConfig: seed must be an integer of at least 0, got -1."],
  ])("refuses %j", (overrides, message) => {
    expect(() => evolutionConfig(supernet, overrides as never)).toThrow(message);
  });

  it("refuses a fitness that nothing is held out for, or that starts from a supernet", () => {
    expect(() => evolutionConfig(training({ validationShare: 0 }))).toThrow(
      "evolutionConfig.fitness.train: validationShare must be above 0 (fitness is the accuracy on held-out training images), e.g. 0.1, got 0.",
    );
    expect(() => evolutionConfig(training({ start: "supernet" }))).toThrow(
      'evolutionConfig.fitness.train: start must be "random" (for the weights of a supernet, let it be the fitness), got "supernet".',
    );
    const cifar100 = training({ data: { dataset: "cifar100" } });
    expect(() => evolutionConfig(cifar100)).toThrow(
      'evolutionConfig.fitness.space: classes must be 100, the classes of data set "cifar100" (left out, it follows the data set), got 10.',
    );
    expect(() => evolutionConfig({ ...supernet, kind: "luck" } as never)).toThrow(
      'evolutionConfig.fitness: kind must be one of "supernet", "training", got "luck".',
    );
    expect(() => evolutionConfig({ ...supernet, images: "9" } as never)).toThrow(
      'evolutionConfig.fitness: images must be an integer of at least 0, got "9".',
    );
    expect(() => evolutionConfig(null as never)).toThrow(
      "evolutionConfig.fitness: expected an object, got null.",
    );
    expect(() => evolutionConfig({ ...supernet, images: -1 })).toThrow(
      "evolutionConfig.fitness: images must be an integer of at least 0, got -1.",
    );
  });
});
