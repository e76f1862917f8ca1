import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type SpaceConfig, spaceConfig } from "../../lib/config/spaceConfig";
import { awnasCounts } from "../../lib/cost/awnasCounts";
import { totalCost } from "../../lib/cost/costTable";
import { fromAwnas, toAwnas } from "../../lib/space/awnasGenotype";
import { builtCells, classifierInputs } from "../../lib/space/builtCells";
import { stagesOf } from "../../lib/space/stages";

interface GoldenCase {
  readonly name: string;
  readonly genotype: string;
  readonly cell_layout: number[];
  readonly init_channels: number;
  readonly num_steps: number;
  readonly micro_model_cfg: {
    readonly process_op_type: "nor_conv_1x1" | "xnor_conv_1x1_noskip";
    readonly postprocess: boolean;
    readonly use_shortcut: boolean;
    readonly shortcut_op_type: "xnor_skip_connect" | "xnor_conv_3x3_skip_connect";
  };
  readonly input: [number, number, number, number];
  readonly total_flops_2xMAC: number;
  readonly bi_flops_2xMAC: number;
  readonly fp_conv_linear_params: number;
  readonly bi_params: number;
  readonly all_params: number;
  readonly n_cells: number;
  readonly cells: [number, number, 1 | 2, number | null][];
  readonly classifier_in: number;
}

// Made with aw_nas (commit 732a003) itself: networks of class "binary-macro-sinkconnect-model", counted by its own
// forward hooks on one 3x32x32 image.
const golden = JSON.parse(
  readFileSync(join(__dirname, "../golden/complexity_awnas.json"), "utf8"),
) as GoldenCase[];

function spaceOf(given: GoldenCase): SpaceConfig {
  const cfg = given.micro_model_cfg;
  return spaceConfig({
    imageSize: given.input[2],
    imageChannels: given.input[1],
    initChannels: given.init_channels,
    cellLayout: given.cell_layout,
    steps: given.num_steps,
    process: cfg.postprocess ? "postprocess" : "preprocess",
    processKind: cfg.process_op_type === "nor_conv_1x1" ? "real" : "binary",
    cellShortcut: !cfg.use_shortcut
      ? "none"
      : cfg.shortcut_op_type === "xnor_skip_connect"
        ? "avg_pool"
        : "bin_conv_3x3",
  });
}

const cases = golden.map((record, i) => {
  const cfg = record.micro_model_cfg;
  const title = `${i}: ${record.name[0]}, ${cfg.process_op_type}, ${cfg.postprocess ? "post" : "pre"}process, ${cfg.shortcut_op_type}`;
  return { title, record, genotype: fromAwnas(record.genotype, spaceOf(record)) };
});

describe("awnasCounts", () => {
  it.each(cases)("equals what aw_nas counts of its own network in case $title", ({ record, genotype }) => {
    expect(awnasCounts(genotype)).toEqual({
      flops: record.total_flops_2xMAC,
      biFlops: record.bi_flops_2xMAC,
      realConvLinearParams: record.fp_conv_linear_params,
      binaryParams: record.bi_params,
      allParams: record.all_params,
    });
  });

  it.each(cases)(
    "is the same where the space has a width per cell, in case $title",
    ({ record, genotype }) => {
      const space = spaceConfig({ ...spaceOf(record), widthPer: "cell" });
      const perCell = fromAwnas(record.genotype, space);
      expect(totalCost(perCell)).toEqual(totalCost(genotype));
      expect(fromAwnas(toAwnas(perCell), space)).toEqual(perCell);
    },
  );

  it.each(cases)("is twice the library's own operations in case $title", ({ record, genotype }) => {
    const total = totalCost(genotype);
    expect(2 * total.flops).toBe(record.total_flops_2xMAC);
    expect(2 * total.bops).toBe(record.bi_flops_2xMAC);
  });

  it("counts the extra stem's parameters of a postprocess network, which totalCost leaves out", () => {
    const post = cases.find(({ record }) => record.micro_model_cfg.postprocess);
    const { genotype } = post as (typeof cases)[number];
    const own = totalCost(genotype, {
      blockOrder: "bn_conv_relu",
      weight: "sign",
      nonlinearity: "relu",
      rsign: false,
    });
    const stem = builtCells(genotype)[0]?.inChannels as number;
    // 1x1 convolution from C to 4 C, and batch norm over 4 C.
    expect(awnasCounts(genotype).allParams - own.realParams - own.binaryParams).toBe(
      4 * stem ** 2 + 2 * 4 * stem,
    );
  });
});

describe("builtCells", () => {
  it.each(cases)("gives the cells aw_nas builds in case $title", ({ record, genotype }) => {
    const built = builtCells(genotype);
    expect(built.length).toBe(record.n_cells);
    const last = stagesOf(genotype.space).length - 1;
    const rows = built.map(({ inChannels, outChannels, stride, stage }, i) => {
      const closes = stage < last && stride === 1 && built[i + 1]?.stride === 2;
      // aw_nas lists the nominal output and, for the cell before a reduction, its true output apart.
      return [inChannels, stride === 2 ? outChannels : inChannels, stride, closes ? outChannels : null];
    });
    expect(rows).toEqual(record.cells);
    expect(classifierInputs(genotype)).toBe(record.classifier_in);
  });
});

describe("aw_nas genotype strings", () => {
  it.each(cases)("survive reading and writing in case $title", ({ record, genotype }) => {
    const text = toAwnas(genotype);
    expect(fromAwnas(text, genotype.space)).toEqual(genotype);
    // A reduction cell's own width has no effect and is written as that of the stage it opens.
    const normalised = record.genotype.replace(
      "0.5,0.5,0.5,0.25,0.25,0.25,1.0,1.0",
      "0.5,0.5,0.25,0.25,0.25,1.0,1.0,1.0",
    );
    expect(text).toBe(normalised);
  });
});
