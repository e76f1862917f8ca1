import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../lib/config/spaceConfig";
import {
  builtCells,
  cellChannels,
  classifierInputs,
  headChannels,
  stemChannels,
} from "../../lib/space/builtCells";
import { edgeIndex, edgesOf } from "../../lib/space/edges";
import { genotype } from "../../lib/space/genotype";
import { effectiveWidths } from "../../lib/space/layoutChoice";
import { cellsOf, groupCount, stagesOf } from "../../lib/space/stages";
import { GenotypeError } from "../../lib/util/errors";

function layout(cellLayout: number[]) {
  return spaceConfig({ cellLayout, reductionGroups: [1] });
}

describe("stagesOf", () => {
  // Stage parsing of aw_nas: [begin, end] of each stage with normal cells, where begin and end are the reduction
  // cells around it (-1: the stem, number of cells: the pooling). Verified by running aw_nas.
  it.each([
    {
      cellLayout: [0, 0, 1, 0, 0, 1, 0, 0],
      spans: [
        [-1, 2],
        [2, 5],
        [5, 8],
      ],
    },
    {
      cellLayout: [0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0],
      spans: [
        [-1, 2],
        [2, 6],
        [6, 11],
      ],
    },
    {
      cellLayout: [1, 0, 0, 1, 0, 0, 1, 0, 0],
      spans: [
        [0, 3],
        [3, 6],
        [6, 9],
      ],
    },
  ])("splits $cellLayout where aw_nas does", ({ cellLayout, spans }) => {
    const searched = stagesOf(layout(cellLayout)).filter(({ cells }) => cells.length > 0);
    expect(searched.map(({ opening, closing }) => [opening ?? -1, closing ?? cellLayout.length])).toEqual(
      spans,
    );
    expect(searched.map(({ cells }) => cells.length + 2)).toEqual(
      spans.map(([begin, end]) => (end as number) - (begin as number) + 1),
    );
  });

  it("lists stages without normal cells, so that there is one stage more than reductions", () => {
    expect(stagesOf(layout([1, 0, 1, 1]))).toEqual([
      { index: 0, opening: null, cells: [], closing: 0, size: 32, channels: 16 },
      { index: 1, opening: 0, cells: [1], closing: 2, size: 16, channels: 32 },
      { index: 2, opening: 2, cells: [], closing: 3, size: 8, channels: 64 },
      { index: 3, opening: 3, cells: [], closing: null, size: 4, channels: 128 },
    ]);
  });

  it("counts a reduction cell to the stage it opens: rows 2, 3 and 3 of the aw_nas layout", () => {
    const stages = cellsOf(layout([0, 0, 1, 0, 0, 1, 0, 0])).map(({ stage }) => stage);
    expect(stages).toEqual([0, 0, 1, 1, 1, 2, 2, 2]);
  });

  it("gives cells their sizes", () => {
    const cells = cellsOf(layout([0, 1, 0]));
    expect(cells.map(({ inSize, outSize, reduction }) => [inSize, outSize, reduction])).toEqual([
      [32, 32, false],
      [32, 16, true],
      [16, 16, false],
    ]);
    expect(groupCount(layout([0, 1, 0]))).toBe(2);
  });
});

describe("cellsOf", () => {
  it.each([[[0, 0, 1, 0, 0, 1, 0, 0]], [[1, 0, 1, 1, 0, 1]], [[0, 1, 1]]])(
    "agrees with stagesOf about every cell of %j",
    (cellLayout) => {
      const in_ = layout(cellLayout);
      const cells = cellsOf(in_);
      expect(cells.map(({ index, group }) => [index, group])).toEqual(
        cellLayout.map((group, index) => [index, group]),
      );
      for (const { index, opening, cells: own, closing, size } of stagesOf(in_)) {
        const normal = { stage: index, reduction: false, inSize: size, outSize: size };
        for (const cell of own) expect(cells[cell]).toMatchObject(normal);
        if (opening !== null)
          expect(cells[opening]).toMatchObject({ stage: index, reduction: true, outSize: size });
        if (closing !== null) expect(cells[closing]).toMatchObject({ stage: index + 1, inSize: size });
      }
    },
  );
});

describe("edgesOf", () => {
  it("orders edges by target, then source", () => {
    expect(edgesOf(3).map(({ to, from }) => `${to}-${from}`)).toEqual([
      "1-0",
      "2-0",
      "2-1",
      "3-0",
      "3-1",
      "3-2",
    ]);
    expect(edgesOf(4).length).toBe(10);
  });

  it("agrees with edgeIndex, which refuses what is no edge", () => {
    expect(edgesOf(5).map(({ to, from }) => edgeIndex(to, from))).toEqual(
      Array.from({ length: 15 }, (_, i) => i),
    );
    expect(() => edgeIndex(1, 1)).toThrow(
      new GenotypeError("edgeIndex: expected integers 0 <= from < to, got from 1 and to 1."),
    );
  });
});

describe("builtCells", () => {
  const space = spaceConfig({ initChannels: 12 });
  const build = (depth: number[], width: number[], in_ = space) =>
    genotype(in_, { cells: [[], []], depth, width });
  const shapes = (value: ReturnType<typeof build>) =>
    builtCells(value).map((c) => [c.cell, c.inChannels, c.outChannels, c.stride, c.inSize]);

  // The genotype of aw_nas's own test: widths .5, .25, 1 at 12 channels, one cell left out of stage 1. Checked by
  // running aw_nas, which lists inputs 6 6 3 6 24 48 48.
  it("has the channels aw_nas works out for its test genotype", () => {
    const value = build([2, 1, 2], [0.5, 0.25, 1]);
    expect(shapes(value)).toEqual([
      [0, 6, 6, 1, 32],
      [1, 6, 3, 1, 32],
      [2, 3, 6, 2, 32],
      [3, 6, 24, 1, 16],
      [5, 24, 48, 2, 16],
      [6, 48, 48, 1, 8],
      [7, 48, 48, 1, 8],
    ]);
    expect(stemChannels(value)).toBe(6);
    expect(headChannels(value)).toBe(48);
    expect(classifierInputs(value)).toBe(192);
    expect(classifierInputs(build([2, 1, 2], [0.5, 0.25, 1], { ...space, process: "postprocess" }))).toBe(48);
  });

  it("hands a stage without kept cells the next stage's width, stem included", () => {
    const value = build([0, 0, 1], [0.25, 0.5, 1]);
    expect(effectiveWidths({ depth: [0, 0, 1], width: [0.25, 0.5, 1] })).toEqual([1, 1, 1]);
    expect(stemChannels(value)).toBe(12);
    expect(shapes(value)).toEqual([
      [2, 12, 24, 2, 32],
      [5, 24, 48, 2, 16],
      [6, 48, 48, 1, 8],
    ]);
  });

  it("keeps the last stage's own width even without cells: the head reads the reduction", () => {
    const value = build([1, 1, 0], [1, 1, 0.5]);
    expect(shapes(value).at(-1)).toEqual([5, 12, 24, 2, 16]);
    expect(headChannels(value)).toBe(24);
  });

  it("changes channels in the 1x1 of a normal cell and on the strided edges of a reduction", () => {
    const normal = { inChannels: 8, outChannels: 12, stride: 1 } as const;
    const reduction = { inChannels: 8, outChannels: 16, stride: 2 } as const;
    expect(cellChannels(space, normal)).toEqual({ input: 32, entry: 12, node: 12, concat: 48, output: 48 });
    expect(cellChannels(space, reduction)).toEqual({ input: 32, entry: 8, node: 16, concat: 64, output: 64 });
    const post = { ...space, process: "postprocess" } as const;
    expect(cellChannels(post, normal)).toEqual({ input: 8, entry: 8, node: 8, concat: 32, output: 12 });
    expect(cellChannels(post, reduction)).toEqual({ input: 8, entry: 8, node: 16, concat: 64, output: 16 });
  });
});
