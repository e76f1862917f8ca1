import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { fold, randomKey } from "../../lib/random/randomKey";
import { checkModelSpec, genotypeModel, modelHash, modelShape } from "../../lib/records/modelSpec";
import { randomGenotype } from "../../lib/space/randomGenotype";

const genotype = randomGenotype(spaceConfig(), randomKey(0));
const other = randomGenotype(spaceConfig(), fold(randomKey(0), 1));

describe("checkModelSpec", () => {
  it("gives back a model that went through JSON", () => {
    const origin = {
      method: "search",
      recordHash: "ab".repeat(32),
      rule: "argmax",
      epoch: 3,
      seed: 1,
    } as const;
    const model = genotypeModel(genotype, "mine", origin);
    expect(checkModelSpec(JSON.parse(JSON.stringify(model)))).toEqual(model);
    const baseline = checkModelSpec({ kind: "baseline", family: "nin", block: "xnor", width: 0.5 });
    expect(baseline).toMatchObject({ name: "nin-xnor-x0.5", downsample: "real_conv", classes: 10 });
    expect(checkModelSpec(JSON.parse(JSON.stringify(baseline)))).toEqual(baseline);
  });

  it.each([
    [null, 'model: kind must be "genotype" or "baseline", got undefined.'],
    [{ kind: "teacher" }, 'model: kind must be "genotype" or "baseline", got "teacher".'],
    [{ kind: "genotype", genotype: { ...genotype, schema: 2 } }, "model.genotype: schema must be 1"],
    [{ kind: "genotype", genotype, width: 1 }, 'model: unknown field "width". Known fields: kind, name,'],
    [
      { kind: "genotype", genotype, origin: { method: "search", recordHash: "ab" } },
      'model.origin.recordHash must be 64 hexadecimal digits (SHA-256), got "ab". The file is damaged or was changed by hand',
    ],
    [{ kind: "genotype", genotype, origin: 5 }, "model.origin must be an object, got 5."],
    [{ kind: "genotype", genotype, name: "" }, 'model: name must be a text of at least one letter, got "".'],
    [{ kind: "baseline", family: "vgg16" }, "model: family must be one of"],
    [{ kind: "baseline", width: 0 }, "model: width must be a finite number above 0, got 0."],
    [{ kind: "baseline", depth: 3 }, 'model: unknown key "depth". Known keys: name, family,'],
  ])("refuses %#", (value, message) => {
    expect(() => checkModelSpec(value)).toThrow(message);
  });
});

describe("modelHash", () => {
  it("tells architectures apart, not their names or origins", () => {
    const origin = { method: "random", recordHash: null, rule: null, epoch: null, seed: 0 } as const;
    expect(modelHash(genotypeModel(genotype, "a", origin))).toBe(modelHash(genotypeModel(genotype, "b")));
    expect(modelHash(genotypeModel(genotype))).not.toBe(modelHash(genotypeModel(other)));
    const narrow = checkModelSpec({ kind: "baseline", width: 0.5 });
    expect(modelHash(narrow)).not.toBe(modelHash(checkModelSpec({ kind: "baseline" })));
  });
});

it("modelShape reads images and classes from either kind of model", () => {
  expect(modelShape(genotypeModel(genotype))).toEqual({ imageSize: 32, imageChannels: 3, classes: 10 });
  expect(modelShape(checkModelSpec({ kind: "baseline", classes: 100 })).classes).toBe(100);
});
