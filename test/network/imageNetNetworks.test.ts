import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { baselineConfig } from "../../lib/config/baselineConfig";
import { defaultBinarizationConfig } from "../../lib/config/binarizationConfig";
import { spaceConfig, stemNames } from "../../lib/config/spaceConfig";
import { costTable, totalCost } from "../../lib/cost/costTable";
import { oneHotAlphas } from "../../lib/derive/oneHotAlphas";
import { transferGenotype, transferTargets } from "../../lib/derive/transferGenotype";
import { BaselineNetwork } from "../../lib/network/baselineNetwork";
import { Network } from "../../lib/network/network";
import { weightsFromSupernet } from "../../lib/network/weightsFromSupernet";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import { stemChannels } from "../../lib/space/builtCells";
import { genotype } from "../../lib/space/genotype";
import { genotypeJson } from "../../lib/space/genotypeJson";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { stagesOf } from "../../lib/space/stages";
import { parseGenotype } from "../../lib/space/validateGenotype";
import { AlphaVariables } from "../../lib/supernet/alphaVariables";
import { Supernet } from "../../lib/supernet/supernet";
import { ConfigError } from "../../lib/util/errors";

beforeAll(() => startBackend());

const style = defaultBinarizationConfig;
const small = spaceConfig({ initChannels: 8, cellLayout: [0, 1, 0], steps: 2, imageSize: 64, classes: 20 });

function logitsOf(network: Network | BaselineNetwork, size: number): number[] {
  const images = tf.randomUniform<tf.Rank.R4>([2, size, size, 3], -1, 1, "float32", 7);
  const collect = network.statistics.collector();
  const { logits } = network.outputs(images, { training: true, edeT: 1, collect });
  const values = [...logits.dataSync()];
  for (const { mean, variance } of collect.values()) tf.dispose([mean, variance]);
  tf.dispose([images, logits]);
  return values;
}

const stems = [
  ...stemNames.map((stem) => [stem, "real"] as const),
  ["cifar", "copies"] as const,
  ["imagenet_stem01", "copies"] as const,
];

describe("stems", () => {
  it.each(stems)(
    "%s, %s: the network has the maps, parameters and costs that are counted",
    (stem, extraStem) => {
      const space = spaceConfig({ ...small, stem, extraStem });
      const factor = { cifar: 1, imagenet_7x7: 4, imagenet_stem0: 4, imagenet_stem01: 8 }[stem];
      expect(stagesOf(space).map(({ size }) => size)).toEqual([64 / factor, 32 / factor]);
      const drawn = randomGenotype(space, randomKey(1));
      const network = new Network(drawn, style, randomKey(0));
      const counts = { real: 0, binary: 0 };
      for (const { shape, role } of network.parameters.specs()) {
        const size = shape.reduce((product, extent) => product * extent, 1);
        counts[role === "latent" ? "binary" : "real"] += size;
      }
      const cost = totalCost(drawn);
      expect([counts.real, counts.binary]).toEqual([cost.realParams, cost.binaryParams]);
      expect(logitsOf(network, 64).every(Number.isFinite)).toBe(true);
      network.dispose();
      expect(parseGenotype(genotypeJson(drawn))).toEqual(drawn);
    },
  );

  it("of a space that says nothing is the 3x3 of before, and its settings stay without the field", () => {
    expect(Object.hasOwn(small, "stem")).toBe(false);
    expect(Object.hasOwn(spaceConfig({ ...small, stem: "cifar" }), "stem")).toBe(false);
    expect(Object.hasOwn(spaceConfig({ ...small, extraStem: "real" }), "extraStem")).toBe(false);
  });

  it("widened by copies cost no multiplication more, and postprocess has nothing to widen", () => {
    const drawn = randomGenotype(spaceConfig({ ...small, extraStem: "copies" }), randomKey(1));
    const { space, ...choice } = drawn;
    const wide = genotype(spaceConfig({ ...space, extraStem: "real" }), choice);
    const { name, kernel } = { name: "extraStem.conv", kernel: stemChannels(drawn) ** 2 * space.steps };
    expect(costTable(wide).find((row) => row.name === name)?.flops).toBe(kernel * 64 ** 2);
    expect(totalCost(wide).flops - totalCost(drawn).flops).toBe(kernel * 64 ** 2);
    expect(totalCost(wide).realParams - totalCost(drawn).realParams).toBe(kernel);
    const postprocess = (extraStem: "real" | "copies") =>
      totalCost(randomGenotype(spaceConfig({ ...small, process: "postprocess", extraStem }), randomKey(1)));
    expect(postprocess("copies")).toEqual(postprocess("real"));
  });

  it("ask for an image that stem and layout can halve", () => {
    expect(() => spaceConfig({ ...small, imageSize: 36, stem: "imagenet_7x7" })).toThrow(
      "imageSize must be divisible by 8 (stem and layout halve it 3 times), got 36",
    );
  });
});

describe("a supernet behind a stem", () => {
  it.each(stems)(
    "%s, %s computes at one-hot alphas what the derived network computes",
    async (stem, extraStem) => {
      const key = randomKey(3);
      const own = { stem, extraStem, imageSize: 32, initChannels: 4, widthChoices: [0.5, 1] };
      const space = spaceConfig({ ...small, ...own });
      const supernet = new Supernet(space, style, key);
      const weights = await supernet.parameters.stored();
      const images = tf.tensor4d(normal(fold(key, "images"), 4 * 32 * 32 * 3), [4, 32, 32, 3]);
      for (let i = 0; i < 4; i++) {
        const drawn = randomGenotype(space, fold(key, i));
        const network = new Network(drawn, style, fold(key, "start"));
        network.parameters.restore(weightsFromSupernet(drawn, network.parameters.specs(), weights), "test");
        const alphas = new AlphaVariables(oneHotAlphas(drawn, 1));
        const [own, expected] = tf.tidy(() => [
          network.outputs(images, { training: true, edeT: 1 }).logits.dataSync(),
          supernet.logits(images, alphas, { edeT: 1 }).dataSync(),
        ]) as unknown as [Float32Array, Float32Array];
        own.forEach((value, k) => {
          expect(value).toBeCloseTo(expected[k] as number, 3);
        });
        alphas.dispose();
        network.dispose();
      }
      supernet.dispose();
      images.dispose();
    },
  );
});

describe("networks for ImageNet", () => {
  it("of hand are built as counted and run on smaller images of the same form", () => {
    for (const [family, block] of [
      ["resnet18_imagenet", "bireal"],
      ["resnet18_imagenet", "real"],
      ["resnet34_imagenet", "xnor"],
      ["reactnet_a", "reactnet"],
      ["reactnet_a", "xnor"],
    ] as const) {
      const config = baselineConfig({ family, block, width: 0.125, imageSize: 64, classes: 12 });
      const network = new BaselineNetwork(config, style, randomKey(0), family);
      const values = logitsOf(network, 64);
      expect(values).toHaveLength(24);
      expect(values.every(Number.isFinite)).toBe(true);
      network.dispose();
    }
  });

  it("have 224 pixels and 1,000 classes where nothing else is said, and need 32 to divide the image", () => {
    const { imageSize, classes } = baselineConfig({ family: "reactnet_a", block: "reactnet" });
    expect([imageSize, classes]).toEqual([224, 1000]);
    expect(() => baselineConfig({ family: "resnet18_imagenet", imageSize: 100 })).toThrow(
      "imageSize must be divisible by 32, as resnet18_imagenet asks, got 100",
    );
  });
});

describe("transferGenotype", () => {
  const edges = [{ to: 1, from: 0, primitive: "bin_conv_3x3" } as const];
  const source = genotype(spaceConfig({ initChannels: 8, cellLayout: [0, 0, 1, 0, 0], steps: 1 }), {
    cells: [edges, [{ to: 1, from: 0, primitive: "skip_connect" } as const]],
    depth: [2, 1],
  });

  it("keeps the cells and takes the widest network within the budget", () => {
    const target = { ...transferTargets.imagenet, bops: 3e8 };
    const found = transferGenotype(source, target);
    expect(found.cells).toEqual([source.cells[0], source.cells[1]]);
    // 3 normal cells in 2 stages: 1.5, rounded to 2, in each of four stages.
    expect(found.space.cellLayout).toEqual([0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0]);
    expect(stagesOf(found.space).map(({ size }) => size)).toEqual([56, 28, 14, 7]);
    expect(totalCost(found).bops).toBeLessThanOrEqual(3e8);
    const { initChannels } = found.space;
    const wider = genotype(spaceConfig({ ...found.space, initChannels: initChannels + 8 }), {
      cells: found.cells,
    });
    expect(totalCost(wider).bops).toBeGreaterThan(3e8);
    expect(initChannels % 8).toBe(0);
  });

  it("says which budget the narrowest network needs", () => {
    expect(() => transferGenotype(source, { ...transferTargets.imagenet, bops: 10 })).toThrow(
      /transferGenotype: bops must be at least \d+ for these cells in 4 stages \(8 channels, the fewest\), got 10\. Allow more \(--bops\)/,
    );
  });

  it("refuses cells without a binary layer, of which every width has the same 1-bit operations: none", () => {
    const skip = [{ to: 1, from: 0, primitive: "skip_connect" } as const];
    const real = spaceConfig({ ...source.space, processKind: "real", cellShortcut: "avg_pool" });
    const unmeasured = genotype(real, { cells: [skip, skip] });
    expect(() => transferGenotype(unmeasured, transferTargets.imagenet)).toThrow(
      new ConfigError(
        "transferGenotype: the cells must have a binary layer, because 1-bit operations set the channels, got none (processKind real, cellShortcut avg_pool, and no binary convolution on an edge). Transfer cells with a binary convolution.",
      ),
    );
  });

  it("takes a layout without reductions: the one cell serves as both", () => {
    const flat = genotype(spaceConfig({ initChannels: 8, cellLayout: [0], reductionGroups: [], steps: 1 }), {
      cells: [edges],
    });
    const found = transferGenotype(flat, { ...transferTargets.imagenet, bops: 1e9 });
    expect(found.space.cellLayout).toEqual([0, 1, 0, 1, 0, 1, 0]);
    expect(found.cells).toEqual([edges, edges]);
  });
});
