import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FlowArc, maxFlow } from "../../lib/analysis/maxFlow";

/** The smallest cut by trying every set of nodes on the source's side. */
function smallestCut(nodes: number, arcs: readonly FlowArc[], source: number, sink: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let set = 0; set < 2 ** nodes; set++) {
    const inside = (node: number) => (set >> node) % 2 === 1;
    if (!inside(source) || inside(sink)) continue;
    const cut = arcs
      .filter(({ from, to }) => inside(from) && !inside(to))
      .reduce((sum, { capacity }) => sum + capacity, 0);
    best = Math.min(best, cut);
  }
  return best;
}

describe("maxFlow", () => {
  it("finds the flow of 23 of the network in Cormen et al. (Introduction to Algorithms, figure 26.6)", () => {
    const arcs: [number, number, number][] = [
      [0, 1, 16],
      [0, 2, 13],
      [2, 1, 4],
      [1, 3, 12],
      [3, 2, 9],
      [2, 4, 14],
      [4, 3, 7],
      [3, 5, 20],
      [4, 5, 4],
    ];
    const { value, sourceSide } = maxFlow(
      6,
      arcs.map(([from, to, capacity]) => ({ from, to, capacity })),
      0,
      5,
    );
    expect(value).toBe(23);
    expect(sourceSide).toEqual([true, true, true, false, true, false]);
  });

  it("equals the smallest of all cuts, and names one, on random graphs", () => {
    const nodes = 6;
    const arc = fc.record({
      from: fc.nat(nodes - 1),
      to: fc.nat(nodes - 1),
      capacity: fc.oneof(fc.nat(9), fc.constant(Number.POSITIVE_INFINITY)),
    });
    fc.assert(
      fc.property(fc.array(arc, { maxLength: 14 }), (arcs) => {
        const { value, sourceSide } = maxFlow(nodes, arcs, 0, nodes - 1);
        expect(value).toBe(smallestCut(nodes, arcs, 0, nodes - 1));
        if (!Number.isFinite(value)) return;
        const cut = arcs.filter(({ from, to }) => sourceSide[from] && !sourceSide[to]);
        expect(cut.reduce((sum, { capacity }) => sum + capacity, 0)).toBe(value);
      }),
      { seed: 0, numRuns: 300 },
    );
  });

  it("says what it expects", () => {
    expect(() => maxFlow(2, [], 0, 2)).toThrow(
      "maxFlow: expected two different nodes below 2 as source and sink, got 0 and 2.",
    );
    expect(() => maxFlow(2, [{ from: 0, to: 1, capacity: -1 }], 0, 1)).toThrow(
      "maxFlow: expected arcs between nodes below 2 with a capacity of at least 0, got 0 -> 1 of -1.",
    );
  });
});
