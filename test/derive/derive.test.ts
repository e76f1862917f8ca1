import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SpaceConfig, spaceConfig } from "../../lib/config/spaceConfig";
import { type DeriveRuleName, derive, deriveRules, type RuleChoice } from "../../lib/derive/derive";
import { oneHotAlphas } from "../../lib/derive/oneHotAlphas";
import { randomKey } from "../../lib/random/randomKey";
import type { Alphas } from "../../lib/space/alphas";
import { randomAlphas, uniformAlphas } from "../../lib/space/randomAlphas";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { stagesOf } from "../../lib/space/stages";
import { DeriveError, GenotypeError } from "../../lib/util/errors";

const space = spaceConfig();
/** One group, one stage, two nodes: three edges 1-0, 2-0, 2-1. */
const small = spaceConfig({
  cellLayout: [0],
  reductionGroups: [],
  steps: 2,
  widthChoices: [1],
  searchDepth: false,
});
const spaces: [string, SpaceConfig][] = [
  ["the default space", space],
  ["a space without width or depth search", spaceConfig({ widthChoices: [1], searchDepth: false })],
  ["a layout that starts with and repeats reductions", spaceConfig({ cellLayout: [1, 0, 1, 1, 0, 0] })],
  [
    "a space with every primitive",
    spaceConfig({
      primitives: [
        "none",
        "skip_connect",
        "bin_conv_1x1",
        "bin_conv_3x3",
        "bin_conv_5x5",
        "avg_pool_3x3",
        "max_pool_3x3",
      ],
      steps: 3,
    }),
  ],
];

/** Alphas of `small` from rows of [none, skip_connect, bin_conv_3x3]. */
function smallAlphas(rows: number[][]): Alphas {
  return { cells: [rows], depth: [[]], width: [[]] };
}

function edges(rule: RuleChoice, rows: number[][], in_: SpaceConfig = small): string[] {
  const { genotype } = derive({ space: in_, alphas: smallAlphas(rows) }, rule);
  return (genotype.cells[0] ?? []).map(({ to, from, primitive }) => `${to}-${from} ${primitive}`);
}

describe("derive by argmax", () => {
  it.each(spaces)("recovers any genotype from alphas that favour it in %s", (_name, in_) => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 1e-3, max: 50, noNaN: true }), (seed, logit) => {
        const genotype = randomGenotype(in_, randomKey(seed));
        const derived = derive({ space: in_, alphas: oneHotAlphas(genotype, logit) });
        expect(derived.genotype).toEqual(genotype);
      }),
      { numRuns: 60, seed: 0 },
    );
  });

  it("keeps every edge whose likeliest operation is not none", () => {
    expect(
      edges("argmax", [
        [0, 0, 1],
        [2, 0, 1],
        [0, 3, 1],
      ]),
    ).toEqual(["1-0 bin_conv_3x3", "2-1 skip_connect"]);
  });

  it("takes the first on ties: none, no cells, the narrowest width", () => {
    const { genotype } = derive({ space, alphas: uniformAlphas(space) });
    expect(genotype.cells).toEqual([[], []]);
    expect(genotype.depth).toEqual([0, 0, 0]);
    expect(genotype.width).toEqual([0.25, 0.25, 0.25]);
  });

  it("keeps every cell and the full width where these are not searched", () => {
    const fixed = spaceConfig({ widthChoices: [1], searchDepth: false });
    const { genotype, confidence } = derive({ space: fixed, alphas: uniformAlphas(fixed) });
    expect(genotype.depth).toEqual(stagesOf(fixed).map(({ cells }) => cells.length));
    expect(genotype.width).toEqual([1, 1, 1]);
    expect(confidence.depth).toEqual([null, null, null]);
    expect(confidence.width).toEqual([null, null, null]);
  });
});

describe("derive by top_k", () => {
  const rows = [
    [0, 1, 2],
    [9, 0, 1],
    [0, 0, 3],
  ];

  it("ignores none and keeps the strongest edges of every node", () => {
    expect(edges({ rule: "top_k", k: 1 }, rows)).toEqual(["1-0 bin_conv_3x3", "2-1 bin_conv_3x3"]);
    expect(edges("top_k", rows)).toEqual(["1-0 bin_conv_3x3", "2-0 bin_conv_3x3", "2-1 bin_conv_3x3"]);
  });

  it("compares edges by probability, not by alpha: a large none makes the rest of its edge weak", () => {
    // Edge 2-0 has the larger convolution alpha (1 > 0.5), but probability 1 / (e^8 …) against 0.45.
    expect(
      edges({ rule: "top_k", k: 1 }, [
        [0, 0, 1],
        [9, 0, 1],
        [0, 0, 0.5],
      ]),
    ).toContain("2-1 bin_conv_3x3");
    expect(
      edges({ rule: "top_k", k: 1, method: "sigmoid" }, [
        [0, 0, 1],
        [9, 0, 1],
        [0, 0, 0.5],
      ]),
    ).toContain("2-0 bin_conv_3x3");
  });

  it("gives every node at most k edges in every space", () => {
    const { genotype } = derive(
      { space, alphas: randomAlphas(space, 1, randomKey(0)) },
      { rule: "top_k", k: 2 },
    );
    for (const cell of genotype.cells) {
      for (let to = 1; to <= space.steps; to++)
        expect(cell.filter((edge) => edge.to === to).length).toBe(Math.min(to, 2));
    }
  });
});

describe("derive by several", () => {
  it("keeps every operation above the threshold of its sigmoid", () => {
    const rows = [
      [3, 2, 2.5],
      [-1, -1, -1],
      [0, 0, 4],
    ];
    const rule = { rule: "several", method: "sigmoid", threshold: 0.85 } as const;
    expect(edges(rule, rows)).toEqual(["1-0 skip_connect", "1-0 bin_conv_3x3", "2-1 bin_conv_3x3"]);
    expect(edges({ ...rule, maxPerEdge: 1 }, rows)).toEqual(["1-0 bin_conv_3x3", "2-1 bin_conv_3x3"]);
  });

  it("keeps one operation an edge at most at its default, a softmax above one half", () => {
    expect(
      edges("several", [
        [0, 0, 3],
        [0, 0, 0],
        [3, 0, 0],
      ]),
    ).toEqual(["1-0 bin_conv_3x3"]);
  });

  it("counts a probability equal to the threshold as enough", () => {
    expect(
      edges({ rule: "several", method: "sigmoid" }, [
        [0, 0, 0],
        [-1, -1, 0],
        [0, -1, -1],
      ]),
    ).toEqual(["1-0 skip_connect", "1-0 bin_conv_3x3", "2-0 bin_conv_3x3"]);
  });
});

describe("derive by skip_cap", () => {
  const rows = [
    [0, 3, 1],
    [0, 2, 1.5],
    [0, 2.5, -9],
  ];

  it("strikes the weakest skips first and lets the next operation take the edge", () => {
    expect(edges({ rule: "skip_cap", maxSkips: 3 }, rows)).toEqual([
      "1-0 skip_connect",
      "2-0 skip_connect",
      "2-1 skip_connect",
    ]);
    expect(edges("skip_cap", rows)).toEqual(["1-0 skip_connect", "2-0 bin_conv_3x3", "2-1 skip_connect"]);
    // p(skip) is 0.84 on edge 1-0 and 0.92 on edge 2-1, where the alpha is smaller but so are its rivals.
    expect(edges({ rule: "skip_cap", maxSkips: 1 }, rows)).toEqual([
      "1-0 bin_conv_3x3",
      "2-0 bin_conv_3x3",
      "2-1 skip_connect",
    ]);
    expect(edges({ rule: "skip_cap", maxSkips: 0 }, rows)).toEqual(["1-0 bin_conv_3x3", "2-0 bin_conv_3x3"]);
  });

  it("never keeps more skips in a group than allowed, by either base rule", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 0, max: 4 }),
        fc.constantFrom(null, 1, 2),
        (seed, maxSkips, k) => {
          const alphas = randomAlphas(space, 1, randomKey(seed));
          const { genotype } = derive({ space, alphas }, { rule: "skip_cap", maxSkips, k });
          for (const cell of genotype.cells) {
            expect(cell.filter(({ primitive }) => primitive === "skip_connect").length).toBeLessThanOrEqual(
              maxSkips,
            );
          }
        },
      ),
      { numRuns: 60, seed: 0 },
    );
  });

  it("equals its base rule where there are few skips", () => {
    const alphas = randomAlphas(space, 1, randomKey(3));
    const rule = { rule: "skip_cap", maxSkips: 10 } as const;
    expect(derive({ space, alphas }, rule).genotype).toEqual(derive({ space, alphas }, "argmax").genotype);
    expect(derive({ space, alphas }, { ...rule, k: 2 }).genotype).toEqual(
      derive({ space, alphas }, "top_k").genotype,
    );
  });

  it("leaves edges empty where a struck skip was the only operation", () => {
    const only = spaceConfig({ ...small, primitives: ["skip_connect"] });
    expect(edges({ rule: "skip_cap", maxSkips: 1 }, [[0], [0], [0]], only)).toEqual(["2-1 skip_connect"]);
  });
});

describe("derive by sample", () => {
  it("draws operations as often as their softmax probabilities say", () => {
    const alphas = smallAlphas([
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
    ]);
    const total = Math.exp(0) + Math.exp(1) + Math.exp(2);
    const counts = { none: 0, skip_connect: 0, bin_conv_3x3: 0 } as Record<string, number>;
    const draws = 1200;
    for (let seed = 0; seed < draws; seed++) {
      const { genotype } = derive({ space: small, alphas, key: randomKey(seed) }, "sample");
      for (const { primitive } of genotype.cells[0] ?? []) counts[primitive] = (counts[primitive] ?? 0) + 1;
    }
    expect((counts["skip_connect"] as number) / (3 * draws)).toBeCloseTo(Math.exp(1) / total, 1);
    expect((counts["bin_conv_3x3"] as number) / (3 * draws)).toBeCloseTo(Math.exp(2) / total, 1);
    expect(Math.abs((counts["bin_conv_3x3"] as number) / (3 * draws) - Math.exp(2) / total)).toBeLessThan(
      0.02,
    );
  });

  it("gives the same genotype for the same key, others for other keys, and the argmax when it is cold", () => {
    const alphas = randomAlphas(space, 1, randomKey(1));
    const at = (seed: number, temperature = 1) =>
      derive({ space, alphas, key: randomKey(seed) }, { rule: "sample", temperature }).genotype;
    expect(at(0)).toEqual(at(0));
    expect(at(0)).not.toEqual(at(1));
    expect(at(0, 1e-6)).toEqual(derive({ space, alphas }).genotype);
  });
});

describe("every rule", () => {
  const names = Object.keys(deriveRules) as DeriveRuleName[];

  it.each(names)(
    "%s says its formula and source, and gives a canonical genotype of the space and JSON throughout",
    (name) => {
      expect(deriveRules[name].formula.length).toBeGreaterThan(20);
      expect(deriveRules[name].source.length).toBeGreaterThan(10);
      const derivation = derive(
        {
          space,
          alphas: randomAlphas(space, 1, randomKey(2)),
          key: randomKey(3),
          score: () => 0,
          strengths: randomAlphas(space, 1, randomKey(4)),
        },
        name,
      );
      expect(derivation.rule).toEqual({ rule: name, ...deriveRules[name].defaults });
      expect(JSON.parse(JSON.stringify(derivation))).toEqual(derivation);
      expect(derivation.genotype.space).toBe(space);
    },
  );
});

describe("confidence", () => {
  it("is the gap between the two largest probabilities of each decision", () => {
    // softmax of (0, ln 2, ln 5) is (1, 2, 5) / 8.
    const { confidence } = derive({
      space: small,
      alphas: smallAlphas([
        [0, Math.log(2), Math.log(5)],
        [0, 0, 0],
        [9, 9, -9],
      ]),
    });
    const [first, second, third] = confidence.cells[0] as [number, number, number];
    expect(first).toBeCloseTo(3 / 8, 12);
    expect(second).toBe(0);
    expect(third).toBe(0);
  });

  it("covers depth and width where they are searched", () => {
    const { confidence } = derive({ space, alphas: oneHotAlphas(randomGenotype(space, randomKey(0)), 100) });
    expect(confidence.depth.every((gap) => gap !== null && gap > 0.999)).toBe(true);
    expect(confidence.width.every((gap) => gap !== null && gap > 0.999)).toBe(true);
  });
});

describe("derive refuses", () => {
  const alphas = uniformAlphas(space);
  const wrong: [string, () => unknown, string][] = [
    [
      "an unknown rule",
      () => derive({ space, alphas }, "best" as DeriveRuleName),
      'derive: unknown rule "best". Known rules: argmax, sample, top_k, top_k_none, several, threshold, skip_cap, entropy_guard, budget, best_of, perturb. The nearest is best_of.',
    ],
    [
      "an unknown option",
      () => derive({ space, alphas }, { rule: "top_k", edges: 2 } as RuleChoice),
      'derive: rule "top_k" has no option "edges". Known options: method, temperature, k, layout, prune, initChannels.',
    ],
    [
      "a bad k",
      () => derive({ space, alphas }, { rule: "top_k", k: 0 }),
      'derive: rule "top_k": k must be an integer of at least 1, got 0.',
    ],
    [
      "a bad threshold",
      () => derive({ space, alphas }, { rule: "several", threshold: 2 }),
      'derive: rule "several": threshold must be a number in [0, 1], got 2.',
    ],
    [
      "a bad limit",
      () => derive({ space, alphas }, { rule: "several", maxPerEdge: 0 }),
      'derive: rule "several": maxPerEdge must be an integer of at least 1 or null, got 0.',
    ],
    [
      "a bad cap",
      () => derive({ space, alphas }, { rule: "skip_cap", maxSkips: -1 }),
      'derive: rule "skip_cap": maxSkips must be an integer of at least 0, got -1.',
    ],
    [
      "a bad k of the cap",
      () => derive({ space, alphas }, { rule: "skip_cap", k: 1.5 }),
      'derive: rule "skip_cap": k must be an integer of at least 1 or null, got 1.5.',
    ],
    [
      "a bad method",
      () => derive({ space, alphas }, { rule: "argmax", method: "gumbel" as "softmax" }),
      'derive: rule "argmax": method must be one of softmax, sigmoid, got "gumbel".',
    ],
    [
      "sigmoid samples",
      () => derive({ space, alphas, key: randomKey(0) }, { rule: "sample", method: "sigmoid" }),
      'derive: rule "sample": method must be softmax (one operation an edge is drawn), got "sigmoid".',
    ],
    [
      "a bad temperature",
      () => derive({ space, alphas }, { rule: "argmax", temperature: 0 }),
      'derive: rule "argmax": temperature must be a number above 0, got 0.',
    ],
    [
      "a sample without key",
      () => derive({ space, alphas }, "sample"),
      'derive: rule "sample" expected a key to draw with, got none; pass { space, alphas, key }.',
    ],
    [
      "alphas of another space",
      () => derive({ space, alphas: uniformAlphas(small) }),
      "derive: alphas.cells: expected 2 cell groups, got 1.",
    ],
    [
      "alphas of another step count",
      () => derive({ space, alphas: uniformAlphas(spaceConfig({ steps: 3 })) }),
      "derive: alphas.cells[0]: expected 10 edges (4 steps), got 6.",
    ],
    [
      "alphas of other widths",
      () => derive({ space, alphas: { ...alphas, width: [[0], [0], [0]] } }),
      "derive: alphas.width[0]: expected 4 width choices, got 1.",
    ],
    [
      "alphas of another depth",
      () => derive({ space, alphas: { ...alphas, depth: [[0, 0, 0], [0, 0], []] } }),
      "derive: alphas.depth[1]: expected 3 sources, got 2.",
    ],
    [
      "alphas that are not finite",
      () =>
        derive({
          space,
          alphas: {
            ...alphas,
            depth: [
              [0, 0, 0],
              [0, Number.NaN, 0],
              [0, 0, 0],
            ],
          },
        }),
      "derive: alphas.depth[1]: expected finite numbers, got NaN at index 1.",
    ],
  ];

  it.each(wrong)("%s", (_what, call, message) => {
    expect(call).toThrow(new (message.startsWith("derive: alphas") ? GenotypeError : DeriveError)(message));
  });
});

it("derive says what makes its input where a record is given as it is", () => {
  for (const [given, lacks] of [
    [undefined, "space"],
    [{ kind: "bars.search-record" }, "space"],
    [{ space }, "alphas"],
  ] as const)
    expect(() => derive(given as never)).toThrow(
      new DeriveError(
        `derive: the input must have space and alphas, got no ${lacks}. Of the record of a search or a race deriveInputOf(record) makes one.`,
      ),
    );
});
