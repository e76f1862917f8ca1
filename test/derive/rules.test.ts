import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { ops } from "../../lib/cost/cost";
import { totalCost } from "../../lib/cost/costTable";
import { bestOfCandidates, bestOfRule } from "../../lib/derive/bestOfRule";
import { type DeriveRuleName, derive, type RuleChoice } from "../../lib/derive/derive";
import { layoutByExpectation } from "../../lib/derive/layoutBy";
import { randomKey } from "../../lib/random/randomKey";
import type { Alphas } from "../../lib/space/alphas";
import { genotypeHash } from "../../lib/space/genotypeJson";
import { randomAlphas, uniformAlphas } from "../../lib/space/randomAlphas";
import { DeriveError } from "../../lib/util/errors";

/** One group, one stage, two nodes: three edges 1-0, 2-0, 2-1 of [none, skip_connect, bin_conv_3x3]. */
const small = spaceConfig({
  cellLayout: [0],
  reductionGroups: [],
  steps: 2,
  widthChoices: [1],
  searchDepth: false,
});
const space = spaceConfig();

function at(rows: number[][], edges?: number[]): Alphas {
  return { cells: [rows], depth: [[]], width: [[]], ...(edges ? { edges: [edges] } : {}) };
}

function chosen(rule: RuleChoice, rows: number[][], betas?: number[]): string[] {
  const { genotype } = derive({ space: small, alphas: at(rows, betas) }, rule);
  return (genotype.cells[0] ?? []).map(({ to, from, primitive }) => `${to}-${from} ${primitive}`);
}

describe("derive by top_k_none", () => {
  it("drops an edge that none wins, where top_k keeps its strongest operation", () => {
    const rows = [
      [5, 0, 1],
      [0, 0, 1],
      [0, 3, 0],
    ];
    expect(chosen("top_k", rows)).toEqual(["1-0 bin_conv_3x3", "2-0 bin_conv_3x3", "2-1 skip_connect"]);
    expect(chosen("top_k_none", rows)).toEqual(["2-0 bin_conv_3x3", "2-1 skip_connect"]);
    expect(chosen({ rule: "top_k_none", k: 1 }, rows)).toEqual(["2-1 skip_connect"]);
  });

  it("does not let an edge that none wins take the place of one that holds an operation", () => {
    // Edge 2-0: none 0.47, convolution 0.43. Edge 2-1: convolution 0.42 wins over none 0.34.
    const rows = [
      [0, 0, 1],
      [1.6, 0, 1.5],
      [0.3, 0, 0.5],
    ];
    expect(chosen({ rule: "top_k_none", k: 1 }, rows)).toEqual(["1-0 bin_conv_3x3", "2-1 bin_conv_3x3"]);
  });
});

describe("derive by top_k of alphas with edge weights", () => {
  it("multiplies an edge's strength with its share of the node", () => {
    const rows = [
      [0, 0, 1],
      [0, 0, 2],
      [0, 0, 1],
    ];
    expect(chosen({ rule: "top_k", k: 1 }, rows)).toContain("2-0 bin_conv_3x3");
    expect(chosen({ rule: "top_k", k: 1 }, rows, [0, 0, 3])).toContain("2-1 bin_conv_3x3");
  });
});

describe("derive by threshold", () => {
  it("keeps what passes the threshold on the k strongest edges of a node", () => {
    // σ(2) = 0.88, σ(1.5) = 0.82, σ(4) = 0.98.
    const rows = [
      [9, 2, 1.5],
      [0, 2, 4],
      [0, 2.5, 1],
    ];
    expect(chosen("threshold", rows)).toEqual([
      "1-0 skip_connect",
      "2-0 skip_connect",
      "2-0 bin_conv_3x3",
      "2-1 skip_connect",
    ]);
    expect(chosen({ rule: "threshold", k: 1 }, rows)).toEqual([
      "1-0 skip_connect",
      "2-0 skip_connect",
      "2-0 bin_conv_3x3",
    ]);
    expect(chosen({ rule: "threshold", threshold: 0.95, k: null }, rows)).toEqual(["2-0 bin_conv_3x3"]);
  });
});

describe("derive by entropy_guard", () => {
  it("believes the argmax where the search decided, and takes weights where it did not", () => {
    const rows = [
      [0.1, 0.2, 0],
      [0, 5, 0],
      [5, 0, 0],
    ];
    expect(chosen("argmax", rows)).toEqual(["1-0 skip_connect", "2-0 skip_connect"]);
    expect(chosen("entropy_guard", rows)).toEqual(["1-0 bin_conv_3x3", "2-0 skip_connect"]);
    expect(chosen({ rule: "entropy_guard", maxEntropy: 1 }, rows)).toEqual(chosen("argmax", rows));
  });

  it("is argmax with maxEntropy 1, of any number of equal alphas, whose entropy rounds to more than 1", () => {
    const primitives = ["none", "skip_connect", "avg_pool_3x3", "bin_conv_1x1", "bin_conv_3x3"] as const;
    const five = spaceConfig({ ...small, primitives });
    const alphas = at(Array.from({ length: 3 }, () => primitives.map(() => 0)));
    const guarded = derive({ space: five, alphas }, { rule: "entropy_guard", maxEntropy: 1 });
    expect(guarded.genotype).toEqual(derive({ space: five, alphas }, "argmax").genotype);
  });

  it("takes the expected layout where depth and width are undecided", () => {
    const { genotype } = derive({ space, alphas: uniformAlphas(space) }, "entropy_guard");
    expect(genotype.depth).toEqual([1, 1, 1]);
    expect(genotype.width).toEqual([0.5, 0.5, 0.5]);
    expect(genotype.cells.every((edges) => edges.every((e) => e.primitive === "bin_conv_3x3"))).toBe(true);
  });
});

describe("derive where probabilities round to 1, as at a small temperature", () => {
  const rows = [
    [2, 2.5, 3],
    [2, 3, 2.5],
    [3, 2.5, 2],
  ];

  it.each([
    "argmax",
    { rule: "entropy_guard" },
    { rule: "several", maxPerEdge: 1 },
    { rule: "threshold", maxPerEdge: 1, k: null },
    { rule: "top_k" },
    { rule: "top_k_none" },
    { rule: "skip_cap" },
  ] as RuleChoice[])("%j takes the likeliest candidate, not the first", (choice) => {
    const rule = typeof choice === "string" ? { rule: choice } : choice;
    const sharp = (temperature: number) =>
      chosen({ ...rule, method: "sigmoid", temperature } as RuleChoice, rows);
    expect(sharp(0.05)).toEqual(sharp(1));
    expect(sharp(0.01).slice(0, 2)).toEqual(["1-0 bin_conv_3x3", "2-0 skip_connect"]);
  });

  it.each([undefined, [0, 0.5, 0.5]])(
    "top_k and threshold keep the strongest edge, edge weights %j",
    (betas) => {
      const own = [
        [9, 0, 1],
        [0, 0, 4],
        [0, 0, 5],
      ];
      for (const rule of ["top_k", "threshold"] as const)
        for (const method of ["softmax", "sigmoid"] as const)
          for (const temperature of [1, 0.1, 0.05, 0.01])
            expect(chosen({ rule, k: 1, method, temperature }, own, betas)).toContain("2-1 bin_conv_3x3");
    },
  );

  it("skip_cap strikes the weakest skip", () => {
    const own = [
      [0, 5, 1],
      [0, 4, 1],
      [0, 6, 1],
    ];
    for (const temperature of [1, 0.05, 0.01])
      expect(chosen({ rule: "skip_cap", temperature }, own)).toEqual([
        "1-0 skip_connect",
        "2-0 bin_conv_3x3",
        "2-1 skip_connect",
      ]);
  });
});

describe("layout by expectation", () => {
  it("rounds the expected depth and width to the nearest choice, half-way to the smaller", () => {
    const probabilities = {
      depth: [
        [0.5, 0.1, 0.4],
        [0.1, 0.1, 0.8],
        [0.25, 0, 0.75],
      ],
      width: [
        [0.5, 0, 0, 0.5],
        [0, 0, 0.4, 0.6],
        [1, 0, 0, 0],
      ],
    };
    expect(layoutByExpectation(space, probabilities)).toEqual({
      depth: [1, 2, 1],
      width: [0.5, 1, 0.25],
    });
  });

  it("is an option of every rule that decides on cells only", () => {
    const alphas = uniformAlphas(space);
    const { genotype, rule } = derive({ space, alphas }, { rule: "argmax", layout: "expectation" });
    expect(genotype.depth).toEqual([1, 1, 1]);
    expect(rule).toEqual({ rule: "argmax", method: "softmax", temperature: 1, layout: "expectation" });
    expect(derive({ space, alphas }, { rule: "argmax", layout: "argmax" }).rule).not.toHaveProperty("layout");
    expect(() => derive({ space, alphas }, { rule: "budget", layout: "expectation" } as RuleChoice)).toThrow(
      new DeriveError(
        'derive: rule "budget" has no option "layout". Known options: method, temperature, measure, budget, atLeast, prune, initChannels.',
      ),
    );
    expect(() =>
      derive({ space, alphas }, { rule: "argmax", layout: "mean" } as unknown as RuleChoice),
    ).toThrow(
      new DeriveError('derive: rule "argmax": layout must be one of argmax, expectation, got "mean".'),
    );
  });
});

describe("derive by best_of", () => {
  const input = { space, alphas: randomAlphas(space, 0.5, randomKey(1)), key: randomKey(2) };

  it("keeps the sample with the highest score, the first of equals, and tells all scores", () => {
    const candidates = bestOfCandidates(input, bestOfRule.defaults);
    expect(new Set(candidates.map(genotypeHash)).size).toBe(8);
    const wanted = genotypeHash(candidates[5] as (typeof candidates)[0]);
    const best = derive({ ...input, score: (g) => (genotypeHash(g) === wanted ? 0.5 : 0.1) }, "best_of");
    expect(best.genotype).toEqual(candidates[5]);
    expect(best.scores).toEqual([0.1, 0.1, 0.1, 0.1, 0.1, 0.5, 0.1, 0.1]);
    expect(derive({ ...input, score: () => 1 }, "best_of").genotype).toEqual(candidates[0]);
  });

  it("says that it needs the checkpoint when there is nothing to rank by", () => {
    expect(() => derive(input, "best_of")).toThrow(
      new DeriveError(
        'derive: rule "best_of" ranks its samples by the supernet\'s accuracy and needs the checkpoint of the search, got none. Use deriveBySupernet with the folder of the run, or `bars derive <folder>`.',
      ),
    );
  });
});

describe("every derivation", () => {
  it("carries the cost of its genotype and the logarithm of its probability", () => {
    // softmax of (0, ln 2, ln 5) is (1, 2, 5) / 8.
    const row = [0, Math.log(2), Math.log(5)];
    const { cost, genotype, logProbability } = derive({ space: small, alphas: at([row, row, row]) });
    const expected = totalCost(genotype);
    expect(cost).toEqual({ ...expected, ops: ops(expected) });
    expect(logProbability).toBeCloseTo(3 * Math.log(5 / 8), 12);
  });

  it("has a negative margin where the rule decided against the probabilities", () => {
    const rows = [
      [0, Math.log(5), Math.log(2)],
      [0, 0, 5],
      [0, 0, 5],
    ];
    const { confidence } = derive({ space: small, alphas: at(rows) }, { rule: "skip_cap", maxSkips: 0 });
    expect(confidence.cells[0]?.[0]).toBeCloseTo(-3 / 8, 12);
  });

  it("has no probability where a softmax cannot give what the rule chose", () => {
    const rows = [
      [0, 2, 2],
      [0, 0, 5],
      [0, 0, 5],
    ];
    const several = { rule: "several", threshold: 0.3 } as const;
    expect(derive({ space: small, alphas: at(rows) }, several).logProbability).toBe(null);
    const free = derive({ space: small, alphas: at(rows) }, { ...several, method: "sigmoid" });
    expect(free.logProbability).toBeLessThan(0);
  });
});

describe("derive refuses", () => {
  const alphas = uniformAlphas(space);
  it.each([
    [
      { rule: "threshold", k: 0 },
      'derive: rule "threshold": k must be an integer of at least 1 or null, got 0.',
    ],
    [
      { rule: "threshold", threshold: 2 },
      'derive: rule "threshold": threshold must be a number in [0, 1], got 2.',
    ],
    [
      { rule: "threshold", threshold: "0.5" as never },
      'derive: rule "threshold": threshold must be a number in [0, 1], got "0.5".',
    ],
    [
      { rule: "entropy_guard", maxEntropy: "0.5" as never },
      'derive: rule "entropy_guard": maxEntropy must be a number in [0, 1], got "0.5".',
    ],
    [
      { rule: "entropy_guard", maxEntropy: 2 },
      'derive: rule "entropy_guard": maxEntropy must be a number in [0, 1], got 2.',
    ],
    [
      { rule: "best_of", samples: 0 },
      'derive: rule "best_of": samples must be an integer of at least 1, got 0.',
    ],
    [
      { rule: "budget", budget: -1 },
      'derive: rule "budget": budget must be a number above 0 or null, got -1.',
    ],
    [
      { rule: "budget", measure: "macs" } as unknown as RuleChoice,
      'derive: rule "budget": measure must be one of bops, flops, ops, latency, got "macs".',
    ],
    [
      "skipcap" as DeriveRuleName,
      'derive: unknown rule "skipcap". Known rules: argmax, sample, top_k, top_k_none, several, threshold, skip_cap, entropy_guard, budget, best_of, perturb. The nearest is skip_cap.',
    ],
  ] as [RuleChoice, string][])("%j", (rule, message) => {
    expect(() => derive({ space, alphas, key: randomKey(0), score: () => 0 }, rule)).toThrow(
      new DeriveError(message),
    );
  });
});
