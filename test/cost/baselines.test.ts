import { describe, expect, it } from "vitest";
import { baselineBlocks, baselineConfig } from "../../lib/config/baselineConfig";
import { baselineLayers } from "../../lib/cost/baselineSpecs";
import {
  resNet18CifarLayers,
  resNet20CifarLayers,
  vggSmallLayers,
  xnorNinLayers,
} from "../../lib/cost/cifarBaselines";
import { type LayerCost, ops } from "../../lib/cost/cost";
import { biRealNet18Layers, biRealNet34Layers, reActNetALayers } from "../../lib/cost/imageNetBaselines";
import { sumCosts } from "../../lib/cost/layerCost";
import { parameterCount } from "../../lib/cost/parameterCount";
import { cifarFamilies } from "../helpers/cifarFamilies";

describe("networks on ImageNet", () => {
  it("Bi-Real Net 18 has the published 1.64e8 OPs, all of them accounted for", () => {
    const total = sumCosts(biRealNet18Layers());
    expect(total.bops).toBe(1_676_279_808);
    // 7x7 stem, three real 1x1 convolutions in shortcuts, classifier.
    expect(total.flops).toBe(118_013_952 + 19_267_584 + 512_000);
    expect(ops(total)).toBe(163_985_408);
    expect(total.binaryParams).toBe(10_985_472);
  });

  it("Bi-Real Net 18 has the parameters larq-zoo prints, 11,699,112, batch-norm statistics included", () => {
    expect(parameterCount(biRealNet18Layers(), { runningStatistics: true })).toBe(11_699_112);
    // Without them, two numbers for each of 4,800 normalised channels fewer.
    expect(parameterCount(biRealNet18Layers())).toBe(11_699_112 - 2 * 4_800);
  });

  it("Bi-Real Net 34 has the published 1.93e8 OPs", () => {
    const total = sumCosts(biRealNet34Layers());
    expect(total.bops).toBe(3_525_967_872);
    expect(ops(total)).toBe(192_886_784);
  });

  it("ReActNet-A has the published 0.87e8 OPs: 4.82e9 BOPs and 0.12e8 FLOPs", () => {
    const total = sumCosts(reActNetALayers());
    expect(total.bops).toBe(4_816_896_000);
    expect(total.flops).toBe(11_862_016);
    expect(ops(total)).toBe(87_126_016);
    expect(total.binaryParams).toBe(28_253_184);
  });
});

describe("networks on CIFAR-10", () => {
  it("binary ResNet-18 has 547 million BOPs, and a stem, shortcuts and classifier in FLOPs", () => {
    const total = sumCosts(resNet18CifarLayers());
    expect(total.bops).toBe(547_356_672);
    expect(total.flops).toBe(1_769_472 + 6_291_456 + 5_120);
    expect(total.binaryParams).toBe(10_985_472);
  });

  // Parameter counts printed by aw_nas for its own models (commit 732a003): convolutions, classifier, batch norm.
  it("binary ResNet-18 has the parameters aw_nas counts in both block orders", () => {
    expect(parameterCount(resNet18CifarLayers({ block: "xnor" }))).toBe(11_173_066);
    expect(parameterCount(resNet18CifarLayers({ block: "bireal" }))).toBe(11_173_962);
  });

  it("binary ResNet-20 has 40 million BOPs and, without convolutions in shortcuts, only stem and classifier in FLOPs", () => {
    const total = sumCosts(resNet20CifarLayers());
    expect(total.bops).toBe(40_108_032);
    expect(total.flops).toBe(442_368 + 640);
  });

  it("binary ResNet-20 with real shortcuts has the numbers aw_nas prints, halved", () => {
    const rows = resNet20CifarLayers({ downsample: "real_conv", block: "xnor" });
    const total = sumCosts(rows);
    expect(2 * total.flops).toBe(1_410_304);
    expect(2 * total.bops).toBe(80_216_064);
    expect(total.binaryParams).toBe(267_264);
    expect(parameterCount(rows)).toBe(272_378);
  });

  it("binary VGG-small has 604 million BOPs", () => {
    const total = sumCosts(vggSmallLayers());
    expect(total.bops).toBe(603_979_776);
    expect(total.flops).toBe(3_620_864);
    expect(total.binaryParams).toBe(4_571_136);
  });

  it("XNOR network-in-network has 208 million BOPs", () => {
    const total = sumCosts(xnorNinLayers());
    expect(total.bops).toBe(207_618_048);
    expect(total.flops).toBe(14_868_480);
    expect(total.binaryParams).toBe(949_248);
  });
});

describe("every table", () => {
  const tables = {
    biRealNet18Layers,
    biRealNet34Layers,
    reActNetALayers,
    resNet18CifarLayers,
    resNet20CifarLayers,
    vggSmallLayers,
    xnorNinLayers,
  };

  it.each(Object.entries(tables))("%s names each layer once", (_name, table) => {
    const names = table().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(Object.entries(tables))(
    "%s stores 1 bit a binary weight, and 32 a real parameter or a scale no batch norm can hold",
    (_name, table) => {
      const rows = table();
      const total = sumCosts(rows);
      const scales = rows
        .filter(({ layer }) => layer === "scale")
        .reduce((sum, { outputShape }) => sum + outputShape[2], 0);
      expect(total.bits).toBe(total.binaryParams + 32 * (total.realParams + scales));
    },
  );
});

describe("baselineLayers", () => {
  const every = cifarFamilies.flatMap((family) =>
    baselineBlocks.map((block) => [family, block, baselineConfig({ family, block })] as const),
  );
  const binaryOperations = {
    resnet20: 40_108_032,
    resnet18: 547_356_672,
    vgg_small: 603_979_776,
    nin: 207_618_048,
  };

  it.each(every)(
    "%s with %s blocks does the same convolutions, in 1 bit unless they are real",
    (family, block, config) => {
      const total = sumCosts(baselineLayers(config));
      const real = sumCosts(baselineLayers({ ...config, block: "bireal" })).flops;
      const bops = binaryOperations[family];
      expect(total).toMatchObject(block === "real" ? { bops: 0, flops: real + bops } : { bops, flops: real });
    },
  );

  it.each(every)("%s with %s blocks scales every layer with its width", (_family, _block, config) => {
    const [half, whole] = [0.5, 1].map((width) => baselineLayers({ ...config, width }));
    expect(half?.map(({ name }) => name)).toEqual(whole?.map(({ name }) => name));
    const hidden = (half ?? []).flatMap(({ outputShape, layer }, i) => {
      const full = whole?.[i] as LayerCost;
      return layer === "linear" || full.outputShape[2] === config.classes
        ? []
        : [[outputShape[2], full.outputShape[2] / 2]];
    });
    for (const [got, expected] of hidden) expect(got).toBe(expected);
    const quarter = sumCosts(half ?? []).binaryParams / Math.max(1, sumCosts(whole ?? []).binaryParams);
    expect(quarter).toBe(config.block === "real" ? 0 : 0.25);
  });

  it("keeps stages doubling at widths that do not divide", () => {
    const rows = baselineLayers(baselineConfig({ width: 0.3, downsample: "avg_pool" }));
    const channels = new Set(rows.map(({ outputShape }) => outputShape[2]));
    expect([...channels]).toEqual([5, 10, 20]);
  });
});
