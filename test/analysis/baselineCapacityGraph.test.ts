import { beforeAll, describe, expect, it } from "vitest";
import { blockName } from "../../lib/analysis/baselineCapacityGraph";
import { capacityGraph } from "../../lib/analysis/capacityGraph";
import { structuralCapacity } from "../../lib/analysis/structuralCapacity";
import { startBackend, tf } from "../../lib/backend";
import { baselineBlocks, baselineConfig } from "../../lib/config/baselineConfig";
import { defaultBinarizationConfig } from "../../lib/config/binarizationConfig";
import { BaselineNetwork } from "../../lib/network/baselineNetwork";
import { randomKey } from "../../lib/random/randomKey";
import { cifarFamilies } from "../helpers/cifarFamilies";

const minCutOf = (overrides: Parameters<typeof baselineConfig>[0], realBits = 32) =>
  structuralCapacity(baselineConfig(overrides), undefined, { realBits }).minCut;

describe("structuralCapacity of hand-made networks", () => {
  it("finds VGG-small's cut in the signs before the last convolutions, counted by hand", () => {
    // Two poolings leave 8x8 pixels of 256 channels, each behind a sign.
    expect(minCutOf({ family: "vgg_small", block: "irnet" })).toMatchObject({
      bits: 8 * 8 * 256,
      names: ["conv4.sign.bits"],
    });
  });

  it("finds network-in-network's where 192 channels of 8x8 pixels are signs", () => {
    expect(minCutOf({ family: "nin", block: "xnor" })).toMatchObject({
      bits: 8 * 8 * 192,
      names: ["part2.conv0.sign.bits"],
    });
  });

  it("finds a residual network's in its last reduction: its signs and what its shortcut pools", () => {
    const signs = 16 * 16 * 32;
    const pooled = 8 * 8 * 32;
    for (const downsample of ["avg_pool", "real_conv"] as const) {
      expect(minCutOf({ family: "resnet20", block: "bireal", downsample })).toMatchObject({
        bits: signs + 32 * pooled,
        names: ["stage2.block0.branch0.sign.bits", "stage2.block0.branch1.avg_pool"],
      });
    }
    expect(minCutOf({ family: "resnet20", block: "bireal" }, 16).bits).toBe(signs + 16 * pooled);
  });

  it("sees the one sign between two convolutions that one shortcut spans", () => {
    // XNOR-Net's block: behind the first, strided convolution 8x8x64 signs are fewer than 16x16x32 before it.
    expect(minCutOf({ family: "resnet20", block: "xnor", downsample: "avg_pool" })).toMatchObject({
      bits: 8 * 8 * 64 + 32 * 8 * 8 * 32,
      names: ["stage2.block0.branch0.sign1.bits", "stage2.block0.branch1.avg_pool"],
    });
  });

  it("counts doubled channels once", () => {
    const { tensors, reads } = capacityGraph(baselineConfig({ family: "resnet20", downsample: "avg_pool" }));
    const place = (name: string) => tensors.findIndex((tensor) => tensor.name === name);
    const [pooled, sum] = [place("stage1.block0.branch1.avg_pool"), place("stage1.block0.sum")];
    expect(tensors[pooled]?.elements).toBe(16 * 16 * 16);
    expect(tensors[sum]?.elements).toBe(16 * 16 * 32);
    expect(reads).toContainEqual([pooled, sum]);
  });

  it("grows with width by the channels, and to the real network's by its signs", () => {
    const half = minCutOf({ family: "vgg_small", block: "xnor", width: 0.5 }).bits;
    expect(minCutOf({ family: "vgg_small", block: "xnor" }).bits).toBe(2 * half);
    expect(minCutOf({ family: "vgg_small", block: "real" }).bits).toBeGreaterThan(2 * half);
  });

  it("has one cell capacity for each block, none below the whole network's cut", () => {
    const counts = { resnet20: 18, resnet18: 16, vgg_small: 5, nin: 7 } as const;
    for (const family of cifarFamilies) {
      const { cells, cuts, minCut, graph } = structuralCapacity(baselineConfig({ family, width: 0.125 }));
      expect(cells.map(({ cell }) => cell)).toEqual(Array.from({ length: counts[family] }, (_, i) => i));
      expect(minCut.bits).toBeLessThanOrEqual(Math.min(...cells.map((cell) => cell.minCut.bits)));
      expect(minCut.bits).toBeLessThanOrEqual(Math.min(...cuts.map(({ bits }) => bits)));
      expect(cuts).toHaveLength(graph.tensors.length - 2);
    }
  });
});

describe("blockName", () => {
  it.each([
    ["stage1.block0.branch0.sign.bits", "stage1.block0"],
    ["stage1.block0", "stage1.block0"],
    ["conv3.max_pool", "conv3"],
    ["part2.conv1.sign", "part2.conv1"],
    ["part0.pool", null],
    ["stem.conv", null],
    ["head.linear", null],
  ])("of %s is %s", (layer, block) => {
    expect(blockName(layer)).toBe(block);
  });
});

describe("capacityGraph of hand-made networks", () => {
  beforeAll(async () => {
    await startBackend("cpu");
  });

  it.each(baselineBlocks.map((block, i) => [block, cifarFamilies[i % 4] as "nin"] as const))(
    "has the tensors that a %s %s really computes, element for element",
    (block, family) => {
      const config = baselineConfig({ family, block, width: 0.04, imageSize: 16 });
      const network = new BaselineNetwork(config, defaultBinarizationConfig, randomKey(0), "net");
      const elements = new Map<string, number>();
      const images = tf.zeros<tf.Rank.R4>([1, 16, 16, 3]);
      network.outputs(images, {
        training: true,
        edeT: 1,
        tap: (name, tensor) => void elements.set(name, tensor.size),
      });
      const { tensors } = capacityGraph(config);
      for (const { name, elements: counted } of tensors.slice(1))
        expect([name, elements.get(name)]).toEqual([name, counted]);
      expect(tensors.some(({ name }) => name.endsWith(".bits"))).toBe(block !== "real");
      network.dispose();
      images.dispose();
    },
  );
});
