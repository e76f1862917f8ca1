import { describe, expect, it } from "vitest";
import { defaultBinarizationConfig } from "../../lib/config/binarizationConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { cellCost } from "../../lib/cost/cellCost";
import type { LayerCost } from "../../lib/cost/cost";
import { costTable, totalCost } from "../../lib/cost/costTable";
import { layerCosts, sumCosts } from "../../lib/cost/layerCost";
import { headCost, stemAndHeadCost, stemCost } from "../../lib/cost/stemAndHeadCost";
import type { LayerSpec } from "../../lib/primitives/layerSpec";
import { type Primitive, primitives } from "../../lib/primitives/primitives";
import { randomKey } from "../../lib/random/randomKey";
import { builtCells, cellChannels } from "../../lib/space/builtCells";
import { randomMultiGenotype } from "../../lib/space/randomGenotype";
import { GenotypeError, ShapeError } from "../../lib/util/errors";

const space = spaceConfig({ primitives: [...primitives.builtInNames], steps: 2, convGroups: 2 });
const normal = { inChannels: 8, outChannels: 8, stride: 1, inSize: 4 } as const;
const reduction = { inChannels: 8, outChannels: 16, stride: 2, inSize: 4 } as const;
const plain = { blockOrder: "bn_conv_relu", weight: "sign", nonlinearity: "relu", rsign: false } as const;

function edge(
  primitive: Primitive,
  shape: typeof normal | typeof reduction,
  from = 0,
  style: Parameters<typeof cellCost>[3] = plain,
) {
  return sumCosts(cellCost(space, shape, "cell", style).edge(from + 1, from, primitive));
}

function byLayer(rows: readonly LayerCost[]): string[] {
  return rows.map(
    ({ layer, inputShape, outputShape }) => `${layer} ${inputShape.join("x")} > ${outputShape.join("x")}`,
  );
}

describe("the cost of an edge", () => {
  // Counted by hand on a 4x4 map of 8 channels: 128 values; a strided edge gives 2x2 of 16 channels: 64 values.
  it.each([
    // k² · 8 · 8 · 16 positions; batch norm, sign, identity, ReLU and the node's sum take 128 each.
    { primitive: "bin_conv_1x1", bops: 1024, weights: 64, elementwise: 5 * 128 },
    { primitive: "bin_conv_3x3", bops: 9216, weights: 576, elementwise: 5 * 128 },
    { primitive: "bin_conv_5x5", bops: 25_600, weights: 1600, elementwise: 5 * 128 },
    { primitive: "bin_dil_conv_3x3", bops: 9216, weights: 576, elementwise: 5 * 128 },
    { primitive: "bin_group_conv_3x3", bops: 4608, weights: 288, elementwise: 5 * 128 },
    { primitive: "skip_connect", bops: 0, weights: 0, elementwise: 128 },
    { primitive: "avg_pool_3x3", bops: 0, weights: 0, elementwise: 9 * 128 + 128 },
    { primitive: "max_pool_3x3", bops: 0, weights: 0, elementwise: 9 * 128 + 128 },
    { primitive: "none", bops: 0, weights: 0, elementwise: 0 },
  ] as const)(
    "of stride 1 with $primitive is as counted by hand",
    ({ primitive, bops, weights, elementwise }) => {
      const realParams = weights > 0 ? 2 * 8 : 0;
      const expected = {
        flops: 0,
        bops,
        elementwise,
        realParams,
        binaryParams: weights,
        bits: weights + 32 * realParams,
      };
      expect(edge(primitive, normal)).toEqual(expected);
    },
  );

  it.each([
    // k² · 8 · 16 · 4 positions; batch norm and sign on 128 values, ReLU and sum on 64; no identity.
    { primitive: "bin_conv_3x3", bops: 4608, weights: 1152, elementwise: 2 * 128 + 2 * 64 },
    { primitive: "bin_group_conv_3x3", bops: 2304, weights: 576, elementwise: 2 * 128 + 2 * 64 },
    // Pooling over 2x2 on 2x2x8 outputs, two copies of them, sum of 64.
    { primitive: "skip_connect", bops: 0, weights: 0, elementwise: 4 * 32 + 64 },
    { primitive: "avg_pool_3x3", bops: 0, weights: 0, elementwise: 9 * 32 + 64 },
    { primitive: "max_pool_3x3", bops: 0, weights: 0, elementwise: 9 * 32 + 64 },
  ] as const)(
    "of stride 2 with $primitive is as counted by hand",
    ({ primitive, bops, weights, elementwise }) => {
      const realParams = weights > 0 ? 2 * 8 : 0;
      const expected = {
        flops: 0,
        bops,
        elementwise,
        realParams,
        binaryParams: weights,
        bits: weights + 32 * realParams,
      };
      expect(edge(primitive, reduction)).toEqual(expected);
    },
  );

  it("counts a factorized strided convolution once: as much as a plain one", () => {
    const factorized = cellCost(space, reduction, "c", plain).edge(1, 0, "bin_conv_3x3");
    const single = cellCost({ ...space, stridedConv: "plain" }, reduction, "c", plain).edge(
      1,
      0,
      "bin_conv_3x3",
    );
    expect(sumCosts(factorized)).toEqual(sumCosts(single));
    expect(
      factorized.filter(({ layer }) => layer === "binary_conv").map(({ outputShape }) => outputShape[2]),
    ).toEqual([8, 8]);
  });

  it("has stride 1 and the output's channels on edges that do not leave node 0", () => {
    expect(edge("bin_conv_3x3", reduction, 1).bops).toBe(9 * 16 * 16 * 4);
  });

  it("leaves out the identity around convolutions where the space has none", () => {
    const without = cellCost({ ...space, convShortcut: false }, normal, "c", plain).edge(
      1,
      0,
      "bin_conv_3x3",
    );
    expect(sumCosts(without).elementwise).toBe(4 * 128);
  });
});

describe("block styles", () => {
  it("store a scale for each filter before a ReLU, but fold it into a batch norm that follows", () => {
    const before = edge("bin_conv_3x3", normal, 0, { ...plain, weight: "bireal" });
    const after = edge("bin_conv_3x3", normal, 0, { ...plain, weight: "bireal", blockOrder: "conv_bn_relu" });
    const none = edge("bin_conv_3x3", normal);
    expect(before.bits - none.bits).toBe(32 * 8);
    expect(before.elementwise - none.elementwise).toBe(128);
    expect(before.realParams).toBe(none.realParams);
    expect(after).toEqual(none);
    expect(edge("bin_conv_3x3", normal, 0, { ...plain, weight: "scale_tensor" }).bits - none.bits).toBe(32);
  });

  it("normalise the output's channels in conv_bn_relu order, the input's in bn_conv_relu order", () => {
    expect(edge("bin_conv_3x3", reduction, 0, { ...plain, blockOrder: "conv_bn_relu" }).realParams).toBe(
      2 * 16,
    );
    expect(edge("bin_conv_3x3", reduction).realParams).toBe(2 * 8);
  });

  it("add ReActNet's shifts and slopes: one number an input channel, three an output channel", () => {
    expect(edge("bin_conv_3x3", reduction, 0, { ...plain, rsign: true }).realParams).toBe(2 * 8 + 8);
    expect(edge("bin_conv_3x3", reduction, 0, { ...plain, nonlinearity: "rprelu" }).realParams).toBe(
      2 * 8 + 3 * 16,
    );
    expect(edge("bin_conv_3x3", reduction, 0, { ...plain, nonlinearity: "none" }).elementwise).toBe(
      2 * 128 + 64,
    );
  });

  it("never change BOPs or FLOPs, so searches with any binarization compare", () => {
    const genotype = randomMultiGenotype(
      spaceConfig({ primitives: [...primitives.builtInNames] }),
      randomKey(0),
    );
    const { flops, bops, binaryParams } = totalCost(genotype, plain);
    const other = {
      ...defaultBinarizationConfig,
      blockOrder: "conv_bn_relu",
      nonlinearity: "rprelu",
      rsign: true,
    } as const;
    expect(totalCost(genotype, other)).toMatchObject({ flops, bops, binaryParams });
  });
});

describe("what every topology of a cell pays", () => {
  const layers = (shape: Parameters<typeof cellCost>[1], change: Partial<typeof space> = {}) =>
    byLayer(cellCost({ ...space, ...change }, shape, "cell", plain).fixed);

  it("preprocess: a real 1x1 on the wide input, the concatenation, the identity", () => {
    expect(layers(normal, { processKind: "real" })).toEqual([
      "relu 4x4x16 > 4x4x16",
      "conv 4x4x16 > 4x4x8",
      "batch_norm 4x4x8 > 4x4x8",
      "concat 4x4x8 > 4x4x16",
      "sum 4x4x16 > 4x4x16",
    ]);
  });

  it("preprocess, reduction: a binary 1x1 at the input's resolution, a strided binary shortcut at full width", () => {
    expect(layers(reduction)).toEqual([
      "batch_norm 4x4x16 > 4x4x16",
      "sign 4x4x16 > 4x4x16",
      "binary_conv 4x4x16 > 4x4x8",
      "relu 4x4x8 > 4x4x8",
      "concat 2x2x16 > 2x2x32",
      "batch_norm 4x4x16 > 4x4x16",
      "sign 4x4x16 > 4x4x16",
      "binary_conv 4x4x16 > 2x2x16",
      "binary_conv 4x4x16 > 2x2x16",
      "concat 2x2x16 > 2x2x32",
      "relu 2x2x32 > 2x2x32",
      "sum 2x2x32 > 2x2x32",
    ]);
  });

  it("postprocess: the concatenation, the 1x1 at the output's resolution, a pooled shortcut", () => {
    expect(
      layers(reduction, { process: "postprocess", processKind: "real", cellShortcut: "avg_pool" }),
    ).toEqual([
      "concat 2x2x16 > 2x2x32",
      "relu 2x2x32 > 2x2x32",
      "conv 2x2x32 > 2x2x16",
      "batch_norm 2x2x16 > 2x2x16",
      "avg_pool 4x4x8 > 2x2x8",
      "duplicate 2x2x8 > 2x2x16",
      "sum 2x2x16 > 2x2x16",
    ]);
  });

  it("no shortcut where the space has none", () => {
    expect(layers(normal, { processKind: "real", cellShortcut: "none" }).at(-1)).toBe(
      "concat 4x4x8 > 4x4x16",
    );
  });

  it("a normal cell takes up another width in its 1x1: first thing in preprocess, last in postprocess", () => {
    const widening = { ...normal, outChannels: 12 };
    const pre = cellCost(space, widening, "cell", plain);
    expect(sumCosts(pre.fixed).bops).toBe(16 * 12 * 16);
    expect(sumCosts(pre.edge(1, 0, "bin_conv_3x3")).bops).toBe(9 * 12 * 12 * 16);
    const post = cellCost({ ...space, process: "postprocess" }, widening, "cell", plain);
    expect(sumCosts(post.fixed).bops).toBe(16 * 12 * 16);
    expect(sumCosts(post.edge(1, 0, "bin_conv_3x3")).bops).toBe(9 * 8 * 8 * 16);
  });

  it("the shortcut of a cell that changes width joins the leading channels both ends have", () => {
    const shortcut = cellCost(space, { ...normal, outChannels: 4 }, "cell", plain).fixed.at(-1);
    // 2 steps times 4 channels on 16 pixels.
    expect(shortcut).toMatchObject({ name: "cell.shortcut.sum", elementwise: 8 * 16 });
    const widening = cellCost(space, { ...normal, outChannels: 12 }, "cell", plain).fixed.at(-1);
    // 2 steps times 8 channels on 16 pixels: the added channels have no shortcut.
    expect(widening).toMatchObject({ name: "cell.shortcut.sum", elementwise: 16 * 16 });
  });
});

describe("stem and head", () => {
  it("are full precision and as counted by hand", () => {
    const tiny = spaceConfig({ imageSize: 4, cellLayout: [0, 1, 0], steps: 3, classes: 7 });
    expect(sumCosts(stemCost(tiny, 5))).toMatchObject({
      flops: 16 * (27 * 5 + 5 * 15),
      bops: 0,
      realParams: 135 + 10 + 75 + 30,
    });
    expect(sumCosts(stemCost({ ...tiny, process: "postprocess" }, 5))).toMatchObject({
      flops: 16 * 135,
      realParams: 145,
    });
    expect(sumCosts(headCost(tiny, 5))).toMatchObject({
      flops: 105,
      elementwise: 4 * 15,
      realParams: 105 + 7,
      bits: 32 * 112,
    });
    expect(sumCosts(headCost({ ...tiny, process: "postprocess" }, 5)).flops).toBe(35);
    expect(stemAndHeadCost(tiny, 5, 10)).toEqual([...stemCost(tiny, 5), ...headCost(tiny, 10)]);
  });
});

describe("costTable", () => {
  const full = spaceConfig({ primitives: [...primitives.builtInNames] });

  it("names every layer once", () => {
    for (let seed = 0; seed < 20; seed++) {
      const names = costTable(randomMultiGenotype(full, randomKey(seed))).map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it("is the sum of its parts: adding an operation adds that operation's cost", () => {
    const genotype = randomMultiGenotype(full, randomKey(1));
    for (const built of builtCells(genotype)) {
      const parts = cellCost(full, built, `cell${built.cell}`);
      const edges = (genotype.cells[built.group] ?? []).flatMap(({ to, from, primitive }) =>
        parts.edge(to, from, primitive),
      );
      const rows = costTable(genotype).filter(({ name }) => name.startsWith(`cell${built.cell}.`));
      expect(sumCosts(rows)).toEqual(sumCosts([...parts.fixed, ...edges]));
    }
  });

  it.each([
    ["the default layout", spaceConfig()],
    ["postprocess", spaceConfig({ process: "postprocess" })],
    [
      "a layout that starts with, repeats and ends with reductions",
      spaceConfig({ cellLayout: [1, 0, 1, 1, 0, 1] }),
    ],
  ])(
    "joins up: each cell reads the tensor the one before puts out, from stem to head, in %s",
    (_name, in_) => {
      for (let seed = 0; seed < 50; seed++) {
        const genotype = randomMultiGenotype(in_, randomKey(seed));
        const rows = costTable(genotype);
        let tensor = rows.filter(({ name }) => /^(stem|extraStem)/.test(name)).at(-1)?.outputShape;
        for (const built of builtCells(genotype)) {
          const own = rows.filter(({ name }) => name.startsWith(`cell${built.cell}.`));
          const ends = cellChannels(in_, built);
          expect(tensor).toEqual([built.inSize, built.inSize, ends.input]);
          tensor = own.at(-1)?.outputShape;
          expect(tensor).toEqual([built.outSize, built.outSize, ends.output]);
          if (built.reduction) expect(ends.output).toBe(2 * ends.input);
        }
        expect(rows.find(({ name }) => name === "head.global_pool")?.inputShape).toEqual(tensor);
      }
    },
  );
});

describe("refusals", () => {
  const parts = cellCost(space, normal, "cell3");
  it.each([
    [
      () => parts.edge(1, 1, "skip_connect"),
      new GenotypeError("cell3: expected an edge with 0 <= from < to <= 2, got from 1 and to 1."),
    ],
    [
      () => parts.edge(3, 1, "skip_connect"),
      new GenotypeError("cell3: expected an edge with 0 <= from < to <= 2, got from 1 and to 3."),
    ],
    [
      () => parts.edge(1, 0, "conv" as Primitive),
      new GenotypeError(`cell3: ${primitives.unknownText("conv")}`),
    ],
    [
      () => cellCost(space, { ...normal, inChannels: 0 }),
      new ShapeError("cell: cellCost expected inChannels to be a positive integer, got 0."),
    ],
    [
      () => cellCost(space, { ...normal, stride: 3 as 2 }),
      new ShapeError("cell: cellCost expected stride 1 or 2, got 3."),
    ],
    [
      () => cellCost(space, { ...reduction, inSize: 5 }),
      new ShapeError("cell: a cell of stride 2 expected an even input size, got 5 pixels."),
    ],
    [
      () => cellCost(space, { ...reduction, outChannels: 15 }),
      new ShapeError(
        "cell: a factorized strided convolution expected an even number of output channels, got 15.",
      ),
    ],
    [
      () => cellCost({ ...space, convGroups: 3 }, normal, "c").edge(1, 0, "bin_group_conv_3x3"),
      new ShapeError(
        "c.edge1-0.bin_group_conv_3x3.conv: 3 groups expected channel counts divisible by 3, got 8 inputs and 8 outputs; " +
          "choose another number of groups (convGroups) or other widths.",
      ),
    ],
    [
      () => layerCosts("net", [4, 4, 3], [{ layer: "lstm" } as unknown as LayerSpec]),
      new ShapeError(
        'net.lstm: no cost is known for layer "lstm". Known layers: conv, binary_conv, linear, batch_norm, scale, sign, rsign, ' +
          "relu, hardtanh, prelu, rprelu, max_pool, avg_pool, global_pool, duplicate, match_channels, sum, branches.",
      ),
    ],
    [
      () =>
        layerCosts(
          "net",
          [4, 4, 3],
          [{ layer: "branches", join: "sum", branches: [[{ layer: "duplicate", copies: 2 }], []] }],
        ),
      new ShapeError("net.sum: sum expected branches with equal shapes, got [4, 4, 6] and [4, 4, 3]."),
    ],
    [
      () =>
        layerCosts(
          "net",
          [4, 4, 3],
          [
            {
              layer: "branches",
              join: "concat",
              branches: [[{ layer: "avg_pool", kernel: 2, stride: 2 }], []],
            },
          ],
        ),
      new ShapeError(
        "net.concat: concat expected branches with maps of one size, got [2, 2, 3] and [4, 4, 3].",
      ),
    ],
  ])("%#: say where, what was expected and what came", (call, error) => {
    expect(call).toThrow(error);
  });
});
