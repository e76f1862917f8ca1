import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { randomKey } from "../../lib/random/randomKey";
import { fromAwnas, toAwnas } from "../../lib/space/awnasGenotype";
import { type GenotypeEdge, genotype } from "../../lib/space/genotype";
import { randomMultiGenotype } from "../../lib/space/randomGenotype";
import { GenotypeError } from "../../lib/util/errors";

// Strings written by aw_nas itself are read and written back in test/complexity/awnasCounts.test.ts.
const space = spaceConfig({
  cellLayout: [0, 1, 0],
  steps: 2,
  primitives: ["none", "skip_connect", "bin_conv_1x1", "bin_conv_3x3"],
});
const stages = "stage_0='num_node~3+|0|+|1|', stage_1='num_node~3+||+|0|'";
const cells =
  "cell_0='init_node~1+|xnor_skip_connect~0|+||', cell_1='init_node~1+||+|xnor_conv_3x3_cond_skip~1|'";

function text(width = "0.5,1.0,1.0", macro = stages, micro = cells): string {
  return `(StagewiseMacroGenotype(width='${width}', ${macro}), DenseMicroGenotype(${micro}))`;
}

describe("aw_nas strings", () => {
  it("say the depth as the source of the sink and the width cell by cell", () => {
    expect(fromAwnas(text(), space)).toMatchObject({
      cells: [
        [{ to: 1, from: 0, primitive: "skip_connect" }],
        [{ to: 2, from: 1, primitive: "bin_conv_3x3" }],
      ],
      depth: [1, 0],
      width: [0.5, 1],
    });
  });

  it.each([
    ["the default layout", spaceConfig()],
    [
      "a layout that starts with, repeats and ends with reductions",
      spaceConfig({ cellLayout: [1, 0, 1, 1, 0, 1] }),
    ],
    [
      "a space without identities around convolutions",
      spaceConfig({ convShortcut: false, primitives: ["none", "bin_conv_1x1", "bin_conv_3x3"] }),
    ],
    [
      "a space with pooling",
      spaceConfig({ primitives: ["none", "skip_connect", "avg_pool_3x3", "max_pool_3x3", "bin_conv_3x3"] }),
    ],
  ])("give back any genotype of %s", (_name, in_) => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const value = randomMultiGenotype(in_, randomKey(seed));
        expect(fromAwnas(toAwnas(value), in_)).toEqual(value);
      }),
      { numRuns: 200, seed: 0 },
    );
  });

  it("may write none, which adds nothing, and older names of the same operation", () => {
    const micro =
      "cell_0='init_node~1+|none_for_layer2~0|+|xnor_conv_3x3~0|', cell_1='init_node~1+|xnor_conv_1x1~0|+|none~1|'";
    const edges = fromAwnas(text("1.0,1.0,1.0", stages, micro), space).cells;
    expect(edges).toEqual([
      [{ to: 2, from: 0, primitive: "bin_conv_3x3" }],
      [{ to: 1, from: 0, primitive: "bin_conv_1x1" }],
    ]);
  });

  it("may give a reduction cell the width of the stage before or after it, but no third", () => {
    expect(fromAwnas(text("0.5,0.5,0.25"), space)).toEqual(fromAwnas(text("0.5,0.25,0.25"), space));
    expect(() => fromAwnas(text("0.5,0.75,0.25"), space)).toThrow(
      new GenotypeError(
        "fromAwnas: width of the reduction cell 1 expected to be that of the stage after it, 0.25, or before it, 0.5, got 0.75.",
      ),
    );
  });
});

describe("aw_nas strings are refused", () => {
  const wrong: [string, string, string][] = [
    ["other text", "hello", 'fromAwnas: expected "StagewiseMacroGenotype(…)" in the text, got "hello".'],
    [
      "a missing cell",
      text("1.0,1.0,1.0", stages, "cell_0='init_node~1+||+||'"),
      "fromAwnas: expected a field cell_1, got only cell_0; does the space have the right cellLayout?",
    ],
    [
      "more cells than groups",
      text("1.0,1.0,1.0", stages, `${cells}, cell_2='init_node~1+||+||'`),
      "fromAwnas: expected 2 cell groups (the space's cellLayout), got 3 in the text.",
    ],
    [
      "more stages than the layout has",
      text("1.0,1.0,1.0", `${stages}, stage_2='num_node~3+||+|0|'`),
      "fromAwnas: expected 2 stages with normal cells (the space's cellLayout), got 3 in the text.",
    ],
    [
      "a stage of another length",
      text("1.0,1.0,1.0", stages.replace("num_node~3+|0|+|1|", "num_node~4+|0|+|1|+|2|")),
      'fromAwnas: stage_0: expected num_node~3 and 2 nodes (the space\'s cellLayout), got "num_node~4+|0|+|1|+|2|".',
    ],
    [
      "a stage that is no chain",
      text("1.0,1.0,1.0", stages.replace("+|0|+|1|", "+||+|1|")),
      'fromAwnas: stage_0: expected a chain 0, 1, … into a sink that reads its last cell, got "num_node~3+||+|1|".',
    ],
    [
      "a sink with several sources",
      text("1.0,1.0,1.0", stages.replace("+|0|+|1|", "+|0|+|0|1|")),
      'fromAwnas: stage_0: expected a chain 0, 1, … into a sink that reads its last cell, got "num_node~3+|0|+|0|1|".',
    ],
    ["too few widths", text("1.0,1.0"), 'fromAwnas: width expected 3 numbers, one a cell, got "1.0,1.0".'],
    [
      "a width of another space",
      text("0.3,0.3,1.0"),
      "fromAwnas: width of stage 0 must be one of 0.25, 0.5, 0.75, 1, got 0.3.",
    ],
    [
      "an unknown operation",
      text("1.0,1.0,1.0", stages, cells.replace("xnor_skip_connect", "sep_conv_3x3")),
      'fromAwnas: cell_0, node 1: operation "sep_conv_3x3" has no counterpart here. Known operations: none, none_for_layer2, ' +
        "xnor_skip_connect, xnor_conv_1x1, xnor_conv_1x1_noskip, xnor_conv_3x3_cond_skip, xnor_conv_3x3_cond_skip_v0, " +
        "xnor_conv_3x3, xnor_conv_3x3_noskip, xnor_conv_5x5, xnor_conv_5x5_noskip, avg_pool_3x3, max_pool_3x3.",
    ],
    [
      "a convolution without identity in a space with identities",
      text("1.0,1.0,1.0", stages, cells.replace("xnor_conv_3x3_cond_skip", "xnor_conv_3x3_noskip")),
      'fromAwnas: cell_1, node 2: "xnor_conv_3x3_noskip" has no identity around it, but the space has; set convShortcut to false.',
    ],
    [
      "an operation that reads a later node",
      text("1.0,1.0,1.0", stages, cells.replace("cond_skip~1", "cond_skip~2")),
      'fromAwnas: cell_1, node 2: expected operation~from with from in 0 to 1, got "xnor_conv_3x3_cond_skip~2".',
    ],
    [
      "another number of steps",
      text(
        "1.0,1.0,1.0",
        stages,
        cells.replace("'init_node~1+|xnor_skip_connect~0|+||'", "'init_node~1+||'"),
      ),
      'fromAwnas: cell_0: expected init_node~1 and 2 nodes (the space\'s steps), got "init_node~1+||".',
    ],
    [
      "a node without bars",
      text("1.0,1.0,1.0", stages, cells.replace("|xnor_skip_connect~0|", "xnor_skip_connect~0")),
      'fromAwnas: cell_0, node 1: expected |operation~from|…|, got "xnor_skip_connect~0".',
    ],
  ];

  it.each(wrong)("for %s", (_what, given, message) => {
    expect(() => fromAwnas(given, space)).toThrow(new GenotypeError(message));
  });

  it.each([
    [
      "text behind it",
      `${text()} x`,
      'fromAwnas: expected "(StagewiseMacroGenotype(…), DenseMicroGenotype(…))" and nothing else, got "',
    ],
    [
      "a bracket too few",
      text().slice(0, -1),
      'fromAwnas: expected "(StagewiseMacroGenotype(…), DenseMicroGenotype(…))" and nothing else, got "',
    ],
    [
      "a field twice",
      text().replace("width=", "width='1.0,1.0,1.0', width="),
      "fromAwnas: StagewiseMacroGenotype: the field width is given twice.",
    ],
    [
      "a field of no meaning",
      text().replace("width=", "wide='1', width="),
      "fromAwnas: StagewiseMacroGenotype: the field wide has no meaning here.",
    ],
    [
      "letters between fields",
      text().replace("', stage_0", "'; stage_0"),
      "fromAwnas: StagewiseMacroGenotype expected name='value', …, got \"",
    ],
    [
      "a width in hexadecimal digits",
      text("0x1,1.0,1.0"),
      'fromAwnas: width expected 3 numbers, one a cell, got "0x1,1.0,1.0".',
    ],
  ])("for %s", (_, given, message) => {
    expect(() => fromAwnas(given, space)).toThrow(GenotypeError);
    expect(() => fromAwnas(given, space)).toThrow(message);
  });

  it("for widths that change inside a stage", () => {
    const two = spaceConfig({ cellLayout: [0, 0], reductionGroups: [], steps: 2 });
    const given =
      "(StagewiseMacroGenotype(width='0.5,1.0', stage_0='num_node~4+|0|+|1|+|2|'), DenseMicroGenotype(cell_0='init_node~1+||+||'))";
    expect(() => fromAwnas(given, two)).toThrow(
      new GenotypeError(
        'fromAwnas: widths of the normal cells 0, 1 of stage 0 expected to agree, got 0.5, 1; a space whose widthPer is "cell" reads them.',
      ),
    );
  });

  it("for operations aw_nas does not have", () => {
    const value = (primitive: GenotypeEdge["primitive"], convShortcut = true) => {
      const in_ = spaceConfig({ primitives: [primitive], convShortcut });
      return toAwnas(genotype(in_, { cells: [[], [{ to: 3, from: 0, primitive }]] }));
    };
    expect(() => value("bin_conv_5x5")).toThrow(
      new GenotypeError(
        "toAwnas: cell group 1, node 3: bin_conv_5x5 has no counterpart among aw_nas's operations.",
      ),
    );
    expect(() => value("bin_conv_1x1")).toThrow(
      new GenotypeError(
        "toAwnas: cell group 1, node 3: bin_conv_1x1 with an identity around it has no counterpart among aw_nas's operations.",
      ),
    );
    expect(value("bin_conv_1x1", false)).toContain("xnor_conv_1x1_noskip~0");
  });
});
