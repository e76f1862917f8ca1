import { beforeAll, describe, expect, it } from "vitest";
import { capacityGraph } from "../../lib/analysis/capacityGraph";
import { structuralCapacity } from "../../lib/analysis/structuralCapacity";
import { startBackend } from "../../lib/backend";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import type { Overrides } from "../../lib/config/check";
import { type SpaceConfig, spaceConfig } from "../../lib/config/spaceConfig";
import { Network } from "../../lib/network/network";
import { fold, randomKey } from "../../lib/random/randomKey";
import { type Genotype, type GenotypeEdge, genotype } from "../../lib/space/genotype";
import { randomGenotype } from "../../lib/space/randomGenotype";

const conv = (to: number, from: number): GenotypeEdge => ({ to, from, primitive: "bin_conv_3x3" });
const skip = (to: number, from: number): GenotypeEdge => ({ to, from, primitive: "skip_connect" });

/** One normal cell of 8x8 pixels and 4 channels with one node, by default a lone convolution. */
function oneCell(overrides: Overrides<SpaceConfig>, edges = [conv(1, 0)]): Genotype {
  const space = spaceConfig({
    imageSize: 8,
    initChannels: 4,
    cellLayout: [0],
    reductionGroups: [],
    steps: 1,
    widthChoices: [1],
    process: "postprocess",
    processKind: "real",
    cellShortcut: "none",
    convShortcut: false,
    ...overrides,
  });
  return genotype(space, { cells: [edges] });
}

/** A reduction between two stages of one cell each. */
function reduction(overrides: Overrides<SpaceConfig> = {}): Genotype {
  const space = spaceConfig({
    imageSize: 8,
    initChannels: 4,
    cellLayout: [0, 1, 0],
    steps: 1,
    widthChoices: [1],
    ...overrides,
  });
  return genotype(space, { cells: [[conv(1, 0)], [conv(1, 0)]] });
}

describe("structuralCapacity", () => {
  it("counts one bit an element through a lone binary convolution", () => {
    const { minCut, imageBits } = structuralCapacity(oneCell({}));
    expect(imageBits).toBe(8 * 8 * 3 * 8);
    expect(minCut).toMatchObject({ bits: 8 * 8 * 4, names: ["cell0.edge1-0.bin_conv_3x3.bits"] });
  });

  it("counts real values where the identity goes around the convolution or the cell", () => {
    const real = 8 * 8 * 4 * 32;
    expect(structuralCapacity(oneCell({ convShortcut: true })).minCut.bits).toBe(real);
    expect(structuralCapacity(oneCell({ cellShortcut: "avg_pool" })).minCut.bits).toBe(real);
    expect(structuralCapacity(oneCell({}, [conv(1, 0), skip(1, 0)])).minCut.bits).toBe(real);
    expect(structuralCapacity(oneCell({ convShortcut: true }), undefined, { realBits: 16 }).minCut.bits).toBe(
      real / 2,
    );
  });

  it("sees the binary 1x1 of postprocess narrow what the convolutions let pass", () => {
    const open = oneCell({ convShortcut: true, processKind: "binary" });
    expect(structuralCapacity(open).minCut).toMatchObject({
      bits: 8 * 8 * 4,
      names: ["cell0.process.bits"],
    });
  });

  it("adds the bits of convolutions with thresholds of their own, and counts shared bits once", () => {
    const two = oneCell({ steps: 2 }, [conv(1, 0), conv(2, 0)]);
    expect(structuralCapacity(two).minCut.bits).toBe(2 * 8 * 8 * 4);
    const shared = binarizationConfig({ blockOrder: "conv_bn_relu" });
    expect(structuralCapacity(two, shared).minCut.bits).toBe(8 * 8 * 4);
    expect(structuralCapacity(two, { ...shared, rsign: true }).minCut.bits).toBe(2 * 8 * 8 * 4);
  });

  it("finds the bottleneck of a deep network in the reduction, and pooling's cost there", () => {
    // 8x8x4 real values reach the reduction; its edge and its shortcut each read 8x8x4 bits of them.
    const binary = structuralCapacity(reduction());
    expect(binary.minCut.bits).toBe(2 * 8 * 8 * 4);
    expect(binary.minCut.names).toEqual(["cell1.process.bits", "cell1.shortcut.bits"]);
    const pooled = structuralCapacity(reduction({ cellShortcut: "avg_pool" }));
    expect(pooled.minCut.bits).toBe(4 * 4 * 4 * 32 + 8 * 8 * 4);
    expect(pooled.cells.map(({ cell, minCut }) => [cell, minCut.bits])).toEqual([
      [0, 8 * 8 * 4 * 32],
      [1, 4 * 4 * 4 * 32 + 8 * 8 * 4],
      [2, 4 * 4 * 8 * 32],
    ]);
  });

  it("is zero where nothing flows", () => {
    expect(structuralCapacity(oneCell({}, [])).minCut).toEqual({ bits: 0, tensors: [], names: [] });
  });

  it("has no smaller cut among those of the order of computation, for random architectures", () => {
    const spaces: Overrides<SpaceConfig>[] = [
      {},
      { process: "postprocess", cellShortcut: "none" },
      { processKind: "real", cellShortcut: "avg_pool", convShortcut: false },
    ];
    for (const [i, overrides] of spaces.entries()) {
      for (let draw = 0; draw < 6; draw++) {
        const drawn = randomGenotype(spaceConfig(overrides), fold(fold(randomKey(0), i), draw));
        const { cuts, minCut, cells, graph } = structuralCapacity(drawn);
        expect(cuts).toHaveLength(graph.tensors.length - 2);
        expect(minCut.bits).toBeLessThanOrEqual(Math.min(...cuts.map(({ bits }) => bits)));
        expect(minCut.bits).toBeLessThanOrEqual(Math.min(...cells.map((cell) => cell.minCut.bits)));
        const bits = minCut.tensors.map((place) => graph.tensors[place]?.capacity as number);
        expect(bits.reduce((sum, value) => sum + value, 0)).toBe(minCut.bits);
      }
    }
  });
});

describe("capacityGraph", () => {
  beforeAll(async () => {
    await startBackend("cpu");
  });

  it("names its tensors like the taps of the network", () => {
    for (const blockOrder of ["bn_conv_relu", "conv_bn_relu"] as const) {
      const binarization = binarizationConfig({ blockOrder });
      const drawn = randomGenotype(spaceConfig({ initChannels: 4 }), randomKey(3));
      const network = new Network(drawn, binarization, randomKey(0));
      const taps = new Set(network.taps);
      network.dispose();
      const { tensors } = capacityGraph(drawn, binarization);
      const unknown = tensors.map(({ name }) => name).filter((name) => !taps.has(name));
      expect(unknown.filter((name) => !/^image$|^cell\d+\.(shortcut|concat)$/.test(name))).toEqual([]);
      expect(tensors.some(({ name }) => name.endsWith(".bits"))).toBe(true);
    }
  });
});
