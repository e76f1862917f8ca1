import { beforeAll, describe, expect, it } from "vitest";
import { startBackend } from "../../lib/backend";
import { baselineBlocks, baselineConfig } from "../../lib/config/baselineConfig";
import { type BinarizationConfig, binarizationConfig } from "../../lib/config/binarizationConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { baselineLayers } from "../../lib/cost/baselineSpecs";
import { costTable } from "../../lib/cost/costTable";
import { sumCosts } from "../../lib/cost/layerCost";
import { bitPlace } from "../../lib/packed/packBits";
import { programOf } from "../../lib/packed/packedModel";
import type { Slot } from "../../lib/packed/program";
import { packedModelOf } from "../../lib/packed/readModel";
import { ReferenceEngine } from "../../lib/packed/referenceEngine";
import { packedModelBytes } from "../../lib/packed/writeModel";
import { fold, randomKey } from "../../lib/random/randomKey";
import { genotypeModel, type ModelSpec } from "../../lib/records/modelSpec";
import { randomMultiGenotype } from "../../lib/space/randomGenotype";
import { cifarFamilies } from "../helpers/cifarFamilies";
import { everyPrimitive } from "../helpers/everyPrimitive";
import { baselineForm } from "./drawnModels";
import { drawnNetwork, floatOutputs, packed } from "./packNetwork";

beforeAll(async () => {
  await startBackend("wasm");
});

const key = randomKey(0);

/** Values −1 and +1 of a slot of bits, in the order of the float network's tensor. */
function signsOf(slot: Slot, words: Uint32Array): number[] {
  const { height, width, channels, groups } = slot;
  const perPixel = words.length / (height * width);
  return Array.from({ length: height * width * channels }, (_, i) => {
    const { word, bit } = bitPlace(i % channels, channels, groups);
    const value = words[Math.floor(i / channels) * perPixel + word] as number;
    return (value >>> bit) & 1 ? -1 : 1;
  });
}

/** Packs a network, writes it, reads it, and runs it beside the float network. */
async function compare(model: ModelSpec, binarization: BinarizationConfig, predictedBits: number) {
  const { network, images, count } = drawnNetwork(model, binarization, fold(key, model.name));
  try {
    const bytes = packedModelBytes(await packed(network, model, binarization));
    const program = programOf(packedModelOf(bytes));
    const engine = new ReferenceEngine(program);
    const float = floatOutputs(network, images);
    const size = images.length / count;
    let compared = 0;
    // Images of which a real value lies so near to zero that the order of its additions decides its sign: rare, and from there on
    // the two networks compute different things.
    const tied = new Set<number>();
    for (let i = 0; i < count; i++) {
      engine.image(images.subarray(i * size, (i + 1) * size), (id, values) => {
        const slot = program.slots[id] as Slot;
        if (slot.kind !== "bits" || tied.has(i)) return;
        const tap = float.taps.get(slot.name) as Float32Array;
        const presign = float.taps.get(slot.name.replace(/bits$/, "presign")) as Float32Array;
        const length = tap.length / count;
        const own = signsOf(slot, values as Uint32Array);
        const unlike = own.flatMap((sign, k) => (sign === tap[i * length + k] ? [] : [i * length + k]));
        const most = presign.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
        for (const place of unlike)
          expect(Math.abs(presign[place] as number), `${model.name} ${slot.name}`).toBeLessThan(1e-5 * most);
        if (unlike.length > 0) tied.add(i);
        compared += 1;
      });
    }
    expect(tied.size, `${model.name}: images with ties`).toBeLessThan(2);
    const logits = await engine.run(images, count);
    const row = (all: Float32Array, i: number) =>
      all.subarray(i * program.classes, (i + 1) * program.classes);
    const best = (values: Float32Array) => values.indexOf(Math.max(...values));
    // Float networks add in an order of their own, and batch norms of nearly constant maps multiply what is rounded there.
    const largest = Math.max(1, ...float.logits.map(Math.abs));
    for (let i = 0; i < count; i++) {
      if (tied.has(i)) continue;
      const expected = row(float.logits, i);
      for (const [k, logit] of row(logits, i).entries())
        expect(Math.abs(logit - (expected[k] as number)), model.name).toBeLessThan(5e-4 * largest);
      expect(best(row(logits, i)), model.name).toBe(best(expected));
    }
    const header = new DataView(bytes.buffer).getUint32(8, true);
    const weightBits = 8 * (bytes.length - header - 32);
    // A weight scale that is stored twice where the table counts one, and bits that fill up bytes.
    expect(
      Math.abs(weightBits / predictedBits - 1),
      `${model.name}: ${weightBits} of ${predictedBits}`,
    ).toBeLessThan(0.03);
    return { compared, program };
  } finally {
    network.dispose();
  }
}

const narrow = { resnet20: 0.3, resnet18: 0.08, vgg_small: 0.05, nin: 0.05 };

describe("a packed hand-made network", () => {
  it.each(
    cifarFamilies.flatMap((family, f) =>
      baselineBlocks.map((block, b) => [family, block, baselineForm(f, b)] as const),
    ),
  )(
    "%s with %s blocks has the signs of its float network wherever rounding does not decide them, and its logits",
    async (family, block, form) => {
      const config = baselineConfig({ family, block, width: narrow[family], ...form });
      const model = { kind: "baseline", name: `${family}-${block}-${form.imageSize}`, ...config } as const;
      const { compared } = await compare(model, binarizationConfig(), sumCosts(baselineLayers(config)).bits);
      expect(compared > 0).toBe(block !== "real");
    },
  );
});

const variety: Partial<BinarizationConfig>[] = [
  {},
  { border: 0, weight: "sign", nonlinearity: "none" },
  { blockOrder: "conv_bn_relu", nonlinearity: "none", weight: "xnor" },
  { blockOrder: "conv_bn_relu", rsign: true, nonlinearity: "rprelu", border: 0, weight: "scale_filter" },
  { shortcutFrom: "normalized", weight: "irnet", nonlinearity: "rprelu" },
  { rsign: true, weight: "scale_tensor", shortcutFrom: "normalized" },
  { activation: "ede", blockOrder: "conv_bn_relu", weight: "irnet" },
  { activation: "approx_sign", weight: "scale_tensor", blockOrder: "conv_bn_relu", rsign: true },
];
const spaces = [
  {
    process: "preprocess",
    processKind: "binary",
    cellShortcut: "bin_conv_3x3",
    stridedConv: "factorized",
    convShortcut: true,
  },
  {
    process: "postprocess",
    processKind: "binary",
    cellShortcut: "avg_pool",
    stridedConv: "plain",
    convShortcut: true,
  },
  {
    process: "preprocess",
    processKind: "real",
    cellShortcut: "none",
    stridedConv: "factorized",
    convShortcut: false,
  },
  {
    process: "postprocess",
    processKind: "real",
    cellShortcut: "bin_conv_3x3",
    stridedConv: "plain",
    convShortcut: true,
  },
] as const;

describe("a packed random genotype", () => {
  it.each(
    // Every setting in two spaces, every space with four settings.
    variety.flatMap((binarization, v) =>
      spaces.flatMap((space, s) => ((v + s) % 2 === 0 ? [[v, s, binarization, space] as const] : [])),
    ),
  )(
    "of settings %i in space %i has the signs of its float network wherever rounding does not decide them, and its logits",
    async (v, s, overrides, space) => {
      const drawn = fold(fold(key, `settings ${v}`), s);
      const config = spaceConfig({
        ...space,
        primitives: everyPrimitive,
        imageSize: 10,
        imageChannels: 1 + (v % 3),
        classes: 7,
        initChannels: 36,
        convGroups: 3,
        widthChoices: [1 / 3, 1],
        cellLayout: [0, 1, 0],
        steps: 2,
      });
      const genotype = randomMultiGenotype(config, drawn);
      const binarization = binarizationConfig(overrides);
      const predicted = sumCosts(costTable(genotype, binarization)).bits;
      await compare(genotypeModel(genotype, `genotype-${v}-${s}`), binarization, predicted);
    },
  );

  it.each([
    ["imagenet_7x7", "preprocess", "real"],
    ["imagenet_stem0", "postprocess", "real"],
    ["imagenet_stem01", "preprocess", "real"],
    ["cifar", "preprocess", "copies"],
  ] as const)(
    "behind the stem %s (%s, %s), each cell with its own width, is its float network too",
    async (stem, process, extraStem) => {
      const config = spaceConfig({
        ...{ stem, process, extraStem, widthPer: "cell", imageSize: 32, initChannels: 8, classes: 5 },
        ...{ widthChoices: [0.5, 1], cellLayout: [0, 0, 1], steps: 2, cellShortcut: "avg_pool" },
        headActivation: process === "postprocess" || extraStem === "copies" ? "bn_relu" : "none",
      });
      const genotype = randomMultiGenotype(config, fold(key, stem));
      const predicted = sumCosts(costTable(genotype, binarizationConfig())).bits;
      const { compared } = await compare(genotypeModel(genotype, stem), binarizationConfig(), predicted);
      expect(compared).toBeGreaterThan(0);
    },
  );
});
