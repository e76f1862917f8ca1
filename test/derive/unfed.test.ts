import { describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { derive, type RuleChoice } from "../../lib/derive/derive";
import { unfedEdges, withoutUnfed } from "../../lib/derive/unfed";
import { Network } from "../../lib/network/network";
import { normal, randomKey } from "../../lib/random/randomKey";
import type { Alphas } from "../../lib/space/alphas";
import { type GenotypeEdge, genotype } from "../../lib/space/genotype";
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

describe("an operation that starts at a node nothing feeds", () => {
  it("adds the same to every image", async () => {
    await startBackend();
    const space = spaceConfig({
      imageSize: 8,
      initChannels: 4,
      cellLayout: [0],
      reductionGroups: [],
      steps: 3,
      widthChoices: [1],
    });
    const cells = [[edge(1, 2), edge(0, 3), edge(1, 3)]];
    const network = new Network(
      genotype(space, { cells, depth: [1], width: [1] }),
      binarizationConfig(),
      randomKey(0),
    );
    const nodes = new Map<string, number>();
    const spread = (tensor: tf.Tensor) =>
      tf.tidy(() => {
        const [first, second] = tf.unstack(tensor) as [tf.Tensor, tf.Tensor];
        return tf.max(tf.abs(tf.sub(first, second))).dataSync()[0] as number;
      });
    tf.tidy(() => {
      const images = tf.tensor4d(normal(randomKey(1), 2 * 8 * 8 * 3), [2, 8, 8, 3]);
      const tap = (name: string, value: tf.Tensor) => {
        if (name.includes(".node")) nodes.set(name.slice(-5), spread(value));
      };
      network.outputs(images, { training: true, edeT: 1, tap });
    });
    network.dispose();
    expect(nodes.get("node2")).toBe(0);
    expect(nodes.get("node3")).toBeGreaterThan(0);
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
