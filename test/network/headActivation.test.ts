import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { defaultBinarizationConfig } from "../../lib/config/binarizationConfig";
import { defaultMixtureConfig } from "../../lib/config/mixtureSections";
import { type SpaceConfig, spaceConfig } from "../../lib/config/spaceConfig";
import { costTable, totalCost } from "../../lib/cost/costTable";
import { oneHotAlphas } from "../../lib/derive/oneHotAlphas";
import { drawGenotype } from "../../lib/figures/drawings/drawGenotype";
import { Network } from "../../lib/network/network";
import { weightsFromSupernet } from "../../lib/network/weightsFromSupernet";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import type { Alphas } from "../../lib/space/alphas";
import { describeGenotype } from "../../lib/space/describeGenotype";
import { type Genotype, genotype } from "../../lib/space/genotype";
import { genotypeJson } from "../../lib/space/genotypeJson";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { parseGenotype } from "../../lib/space/validateGenotype";
import { widthSlots } from "../../lib/space/widthSlots";
import { AlphaVariables } from "../../lib/supernet/alphaVariables";
import { Supernet } from "../../lib/supernet/supernet";

beforeAll(() => startBackend());

const style = defaultBinarizationConfig;
const key = randomKey(3);
const small = {
  ...{
    imageSize: 16,
    initChannels: 4,
    cellLayout: [0, 0, 1, 0, 0],
    steps: 2,
    widthChoices: [0.5, 1],
    classes: 5,
  },
  headActivation: "bn_relu" as const,
};
const images = () => tf.tensor4d(normal(fold(key, "images"), 4 * 16 * 16 * 3), [4, 16, 16, 3]);

/** The same architecture with the other head. */
const plain = ({ space, ...choice }: Genotype) =>
  genotype(spaceConfig({ ...space, headActivation: "none" }), choice);

/** Scales and shifts of the head's batch norm that tell channels apart. */
function unequal({ parameters }: Supernet): void {
  for (const [name, variable] of parameters.entries()) {
    if (!name.startsWith("headNorm.")) continue;
    const noise = tf.tensor(normal(fold(key, name), variable.size), variable.shape);
    variable.assign(tf.add(variable, tf.mul(0.3, noise)) as never);
  }
}

/** With a width per cell, the other width for cells beyond the depth: they are not in the network. */
function elsewhere({ space, depth }: Genotype, alphas: Alphas): Alphas {
  const beyond = widthSlots(space).flatMap((slots, stage) => {
    const used = slots.slice(0, Math.max(1, depth[stage] as number));
    return slots.filter((slot) => !used.includes(slot));
  });
  const width = alphas.width.map((row, slot) => (beyond.includes(slot) ? [...row].reverse() : row));
  return { ...alphas, width };
}

describe("a head behind batch norm and ReLU", () => {
  it("is left out of a space that has none, and kept in a genotype's file", () => {
    expect(Object.hasOwn(spaceConfig({ ...small, headActivation: "none" }), "headActivation")).toBe(false);
    const drawn = randomGenotype(spaceConfig(small), key);
    expect(parseGenotype(genotypeJson(drawn))).toEqual(drawn);
    expect(describeGenotype(drawn)).toMatch(/\nhead: batch norm, ReLU, \d+ inputs to 5 classes\n/);
    expect(drawGenotype(drawn)).toContain("BN, ReLU");
    expect(drawGenotype(plain(drawn))).not.toContain("BN, ReLU");
    expect(describeGenotype(plain(drawn))).toMatch(/\nhead: \d+ inputs to 5 classes\n/);
  });

  it("costs a scale and a shift a channel and no multiply-accumulate", () => {
    const drawn = randomGenotype(spaceConfig(small), key);
    const [own, other] = [totalCost(drawn), totalCost(plain(drawn))];
    const network = new Network(drawn, style, key);
    const features = network.parameters.get("head.weight").shape[0] as number;
    expect(own.realParams - other.realParams).toBe(2 * features);
    expect([own.flops, own.bops, own.binaryParams]).toEqual([other.flops, other.bops, other.binaryParams]);
    const head = costTable(drawn).filter(({ name }) => name.startsWith("head."));
    expect(head.map(({ layer }) => layer)).toEqual(["batch_norm", "relu", "global_pool", "linear"]);
    const real = network.parameters.specs().filter(({ role }) => role !== "latent");
    const count = real.reduce((sum, { shape }) => sum + shape.reduce((n, extent) => n * extent, 1), 0);
    expect(count).toBe(own.realParams);
    network.dispose();
  });

  it("hands the classifier maps of mean 0 and deviation 1 before the ReLU, whatever the cells add up to", () => {
    const network = new Network(randomGenotype(spaceConfig(small), key), style, key);
    const seen = new Map<string, number[]>();
    tf.tidy(() => {
      const tap = (name: string, value: tf.Tensor) => {
        if (name === "headActivation" || name === "pooled") seen.set(name, [...value.dataSync()]);
      };
      network.outputs(images(), { training: true, edeT: 1, tap });
    });
    const map = seen.get("headActivation") as number[];
    expect(Math.min(...map)).toBe(0);
    // Of a standard normal, 1 / sqrt(2 π) = 0.40 is left above 0 in the mean; a channel that is always the same leaves none.
    const pooled = seen.get("pooled") as number[];
    const channels = pooled.length / 4;
    for (let c = 0; c < channels; c++) {
      const mean = [0, 1, 2, 3].reduce((sum, i) => sum + (pooled[i * channels + c] as number) / 4, 0);
      expect(mean === 0 || (mean > 0.2 && mean < 0.6), `channel ${c}: ${mean}`).toBe(true);
    }
    expect(network.taps).toContain("headActivation");
    network.dispose();
  });

  it.each<[string, Partial<SpaceConfig>]>([
    ["a width per stage", {}],
    ["a width per cell", { widthPer: "cell" }],
    ["postprocess", { process: "postprocess", cellShortcut: "avg_pool" }],
    ["cells without a shortcut, which may hold nothing", { cellShortcut: "none" }],
  ])("with %s: a supernet computes at one-hot alphas what the derived network computes", async (_, own) => {
    const space = spaceConfig({ ...small, ...own });
    const mixture = { ...defaultMixtureConfig, emptyNodes: "by_share" as const, widthMasks: "once" as const };
    const supernets = [new Supernet(space, style, key), new Supernet(space, style, key, 1, mixture)];
    for (const supernet of supernets) unequal(supernet);
    const weights = await (supernets[0] as Supernet).parameters.stored();
    const batch = images();
    for (let i = 0; i < 6; i++) {
      const drawn = randomGenotype(space, fold(key, i));
      const network = new Network(drawn, style, fold(key, "start"));
      network.parameters.restore(weightsFromSupernet(drawn, network.parameters.specs(), weights), "test");
      const alphas = new AlphaVariables(elsewhere(drawn, oneHotAlphas(drawn, 1)));
      const derived = tf.tidy(() => network.outputs(batch, { training: true, edeT: 1 }).logits.dataSync());
      for (const supernet of supernets) {
        const mixed = tf.tidy(() => supernet.logits(batch, alphas, { edeT: 1 }).dataSync());
        derived.forEach((value, k) => {
          expect(mixed[k]).toBeCloseTo(value, 3);
        });
      }
      alphas.dispose();
      network.dispose();
    }
    for (const supernet of supernets) supernet.dispose();
    batch.dispose();
  });

  it("counts as much as something is likely to reach it, where empty nodes count by their share", () => {
    const space = spaceConfig({
      ...{ ...small, cellLayout: [0], reductionGroups: [], steps: 1, widthChoices: [1], searchDepth: false },
      ...{ primitives: ["none", "skip_connect"], cellShortcut: "none" },
    });
    const [rescaled, shared] = (["rescaled", "by_share"] as const).map((emptyNodes) => {
      const supernet = new Supernet(space, style, key, 1, { ...defaultMixtureConfig, emptyNodes });
      const values = tf.tidy(() => {
        const cells = [tf.tensor2d([[0.6, 0.4]])];
        return supernet.logits(images(), { cells, depth: [null], width: [null] }, { edeT: 1 }).dataSync();
      });
      supernet.dispose();
      return values;
    }) as [Float32Array, Float32Array];
    // Biases begin at 0, and ReLU keeps a factor.
    rescaled.forEach((value, k) => {
      expect(shared[k]).toBeCloseTo(0.4 * value, 4);
    });
    expect(Math.max(...rescaled.map(Math.abs))).toBeGreaterThan(0.1);
  });
});
