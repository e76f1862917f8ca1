import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { derive, type RuleChoice } from "../../lib/derive/derive";
import { unfedEdges, withoutUnfed } from "../../lib/derive/unfed";
import type { Alphas } from "../../lib/space/alphas";
import type { GenotypeEdge } from "../../lib/space/genotype";
import { DeriveError } from "../../lib/util/errors";

const edge = (from: number, to: number): GenotypeEdge => ({ from, to, primitive: "bin_conv_3x3" });

describe("unfedEdges", () => {
  it("finds edges from a node without an operation, and from nodes only such edges enter", () => {
    const edges = [edge(1, 2), edge(2, 3), edge(0, 4), edge(3, 4), edge(4, 5)];
    expect(unfedEdges(edges)).toEqual([edge(1, 2), edge(2, 3), edge(3, 4)]);
    expect(withoutUnfed(edges)).toEqual([edge(0, 4), edge(4, 5)]);
  });

  it("does not mind the order of the edges", () => {
    expect(unfedEdges([edge(2, 3), edge(1, 2), edge(0, 1)])).toEqual([]);
  });
});

describe("derive with prune", () => {
  const space = spaceConfig({
    cellLayout: [0],
    reductionGroups: [],
    steps: 3,
    widthChoices: [1],
    searchDepth: false,
  });
  // Edges 1-0, 2-0, 2-1, 3-0, 3-1, 3-2 of [none, skip_connect, bin_conv_3x3]: node 1 stays empty.
  const [none, conv] = [
    [3, 0, 0],
    [0, 0, 3],
  ];
  const alphas: Alphas = {
    cells: [[none, none, conv, conv, conv, none]],
    depth: [[]],
    width: [[]],
  } as Alphas;
  const names = (rule: RuleChoice) =>
    derive({ space, alphas }, rule).genotype.cells[0]?.map(({ to, from }) => `${to}-${from}`);

  it("leaves out operations of nodes that nothing feeds, and only then", () => {
    expect(names("argmax")).toEqual(["2-1", "3-0", "3-1"]);
    expect(names({ rule: "argmax", prune: true })).toEqual(["3-0"]);
    expect(names({ rule: "budget", measure: "bops", budget: 1e9, prune: true })).toEqual(["3-0"]);
  });

  it("costs less, keeps what was chosen in confidence and probability, and says so in the rule", () => {
    const [whole, pruned] = [false, true].map((prune) =>
      derive({ space, alphas }, { rule: "argmax", prune }),
    );
    expect(pruned?.cost.bops).toBeLessThan(whole?.cost.bops as number);
    expect(pruned?.confidence).toEqual(whole?.confidence);
    expect(pruned?.logProbability).toBe(whole?.logProbability);
    expect(pruned?.rule).toEqual({ rule: "argmax", method: "softmax", temperature: 1, prune: true });
    expect(whole?.rule).not.toHaveProperty("prune");
  });

  it("refuses anything but true or false", () => {
    const rule = { rule: "argmax", prune: "yes" } as unknown as RuleChoice;
    expect(() => derive({ space, alphas }, rule)).toThrow(
      new DeriveError('derive: rule "argmax": prune must be true or false, got "yes".'),
    );
  });
});
