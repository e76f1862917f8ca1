import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { genotypeDifferences } from "../../lib/derive/genotypeDifferences";
import { genotype } from "../../lib/space/genotype";

const space = spaceConfig({
  initChannels: 8,
  steps: 2,
  cellLayout: [0, 1, 0],
  primitives: ["none", "skip_connect", "bin_conv_3x3"],
});
const edge = (to: number, from: number, primitive: string) => ({ to, from, primitive });
const made = (first: ReturnType<typeof edge>[], depth: number[]) =>
  genotype(space, { cells: [first, [edge(1, 0, "skip_connect")]], depth, width: [1, 1] }, "test");

describe("genotypeDifferences", () => {
  it("names every decision taken differently, in order, and only those", () => {
    const before = made([edge(1, 0, "bin_conv_3x3"), edge(2, 0, "skip_connect")], [1, 1]);
    const after = made(
      [edge(1, 0, "skip_connect"), edge(2, 1, "bin_conv_3x3"), edge(2, 1, "skip_connect")],
      [0, 1],
    );
    expect(genotypeDifferences(before, after)).toEqual([
      { place: "cell group 0, edge 1-0", before: "bin_conv_3x3", after: "skip_connect" },
      { place: "cell group 0, edge 2-0", before: "skip_connect", after: "none" },
      { place: "cell group 0, edge 2-1", before: "none", after: "skip_connect + bin_conv_3x3" },
      { place: "stage 0, depth", before: "1", after: "0" },
    ]);
    expect(genotypeDifferences(after, after)).toEqual([]);
  });

  it("names the cell of each width where every cell has its own", () => {
    const own = spaceConfig({
      initChannels: 4,
      steps: 1,
      cellLayout: [0, 0, 0, 1, 0, 0],
      widthPer: "cell",
      widthChoices: [0.5, 1],
      primitives: ["none", "skip_connect"],
    });
    const cells = [[edge(1, 0, "skip_connect")], [edge(1, 0, "skip_connect")]];
    const of = (width: number[]) => genotype(own, { cells, depth: [3, 2], width }, "test");
    const places = (width: number[]) =>
      genotypeDifferences(of([1, 1, 1, 1, 1]), of(width)).map(({ place }) => place);
    expect(places([1, 0.5, 1, 1, 1])).toEqual(["cell 1, width"]);
    expect(genotypeDifferences(of([1, 1, 1, 1, 1]), of([1, 1, 1, 1, 0.5]))).toEqual([
      { place: "cell 5, width", before: "1", after: "0.5" },
    ]);
    expect(places([0.5, 0.5, 0.5, 0.5, 0.5])).toHaveLength(5);
  });
});
