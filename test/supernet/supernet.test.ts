import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import { type SpaceConfig, spaceConfig } from "../../lib/config/spaceConfig";
import { oneHotAlphas } from "../../lib/derive/oneHotAlphas";
import { probabilitiesOf } from "../../lib/derive/probabilitiesOf";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import { activeOperations } from "../../lib/search/epochRecord";
import type { Alphas } from "../../lib/space/alphas";
import { randomAlphas } from "../../lib/space/randomAlphas";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { AlphaVariables } from "../../lib/supernet/alphaVariables";
import { Supernet } from "../../lib/supernet/supernet";
import { everyPrimitive } from "../helpers/everyPrimitive";
import { expectNoLeak } from "../helpers/expectNoLeak";

beforeAll(async () => {
  await startBackend();
});

const small = { imageSize: 8, initChannels: 4, cellLayout: [0, 0, 1, 0], steps: 2, widthChoices: [0.5, 1] };
const key = randomKey(0);
const images = (size: number) =>
  tf.tensor4d(normal(fold(key, "images"), 3 * size * size * 3), [3, size, size, 3]);

function logitsOf(supernet: Supernet, alphas: Alphas, active?: boolean[][][]): Float32Array {
  const variables = new AlphaVariables(alphas);
  const values = tf.tidy(
    () =>
      supernet
        .logits(images(supernet.space.imageSize), variables, { edeT: 1, active })
        .dataSync() as Float32Array,
  );
  variables.dispose();
  return values;
}

function expectClose(a: ArrayLike<number>, b: ArrayLike<number>): void {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i] as number, 3);
}

const variants: Record<
  string,
  { space: Parameters<typeof spaceConfig>[0]; binarization: Parameters<typeof binarizationConfig>[0] }
> = {
  "default preprocess": { space: small, binarization: {} },
  "postprocess, real process": {
    space: { ...small, process: "postprocess", processKind: "real" },
    binarization: { border: 0 },
  },
  "pooled shortcut, plain strides": {
    space: { ...small, cellShortcut: "avg_pool", stridedConv: "plain" },
    binarization: { weight: "xnor" },
  },
  "a stem widened by copies": {
    space: { ...small, extraStem: "copies" },
    binarization: {},
  },
  "a head behind batch norm and ReLU": {
    space: { ...small, headActivation: "bn_relu", cellShortcut: "none" },
    binarization: {},
  },
  "conv_bn_relu with RSign and RPReLU": {
    space: small,
    binarization: { blockOrder: "conv_bn_relu", rsign: true, nonlinearity: "rprelu", weight: "scale_tensor" },
  },
  "every primitive": {
    // With 2 input channels a standardized 1x1 kernel is ±1/√2: IR-Net's power-of-two scale then rounds a tie, which
    // rounding of the last bit decides, so the narrow width has 4.
    space: {
      ...small,
      initChannels: 8,
      convGroups: 2,
      primitives: everyPrimitive,
    },
    binarization: { weight: "irnet" },
  },
};

/** Leading `narrow` of `wide` places, in each of `groups` equal groups. */
function leading(wide: number, narrow: number, groups: number): number[] {
  return Array.from(
    { length: narrow },
    (_, i) => Math.floor(i / (narrow / groups)) * (wide / groups) + (i % (narrow / groups)),
  );
}

/** Copies into a narrow supernet the part of a wide one's weights that it shares. */
function copyLeading(wide: Supernet, narrow: Supernet): void {
  const { steps, process } = wide.space;
  const factor = process === "preprocess" ? steps : 1;
  for (const [name, target] of narrow.parameters.entries()) {
    const source = wide.parameters.get(name);
    // Axes that hold the concatenated nodes are cut node by node.
    const groupsOf = (axis: number) => {
      const isInput = axis === source.rank - 2 || source.rank === 1;
      if (name.startsWith("extraStem")) return axis === source.rank - 1 ? steps : 1;
      if (name === "head.weight") return axis === 0 ? factor : 1;
      if (name.startsWith("headNorm")) return factor;
      if (name.includes(".process.rsign")) return steps;
      if (name.includes(".process.")) return isInput && source.rank > 1 ? steps : 1;
      if (name.includes(".shortcut.")) return factor;
      return 1;
    };
    tf.tidy(() => {
      let part: tf.Tensor = source;
      target.shape.forEach((extent, axis) => {
        const full = source.shape[axis] as number;
        if (extent !== full)
          part = tf.gather(part, tf.tensor1d(leading(full, extent, groupsOf(axis)), "int32"), axis);
      });
      target.assign(part as never);
    });
  }
}

describe.each(Object.entries(variants))("Supernet, %s", (_, variant) => {
  const space = spaceConfig(variant.space);
  const binarization = binarizationConfig(variant.binarization);
  const make = (s: SpaceConfig) => new Supernet(s, binarization, key);

  it("gives finite logits, a gradient to every parameter and leaks nothing", () => {
    expectNoLeak(() => {
      const supernet = make(space);
      const alphas = new AlphaVariables(probabilitiesOf(randomAlphas(space, 1, key)));
      const entries = supernet.parameters.entries();
      const { value, grads } = tf.variableGrads(
        () => tf.mean(tf.square(supernet.logits(images(8), alphas, { edeT: 1 }))) as tf.Scalar,
        entries.map(([, v]) => v),
      );
      expect(Number.isFinite(value.dataSync()[0])).toBe(true);
      for (const [name, v] of entries) {
        const gradient = grads[v.name];
        expect(gradient, name).toBeTruthy();
        expect((gradient as tf.Tensor).dataSync().every(Number.isFinite), name).toBe(true);
      }
      tf.dispose([value, grads] as never);
      supernet.dispose();
      alphas.dispose();
    });
  });

  it("at a one-hot width is the narrower supernet made of the leading channels", () => {
    const wide = make(space);
    const narrowSpace = spaceConfig({
      ...variant.space,
      initChannels: space.initChannels / 2,
      widthChoices: [1],
    });
    const narrow = make(narrowSpace);
    copyLeading(wide, narrow);
    const soft = probabilitiesOf(randomAlphas(space, 1, key));
    const half: Alphas = { ...soft, width: soft.width.map(() => [1, 0]) };
    expectClose(logitsOf(wide, half), logitsOf(narrow, { ...half, width: half.width.map(() => []) }));
    wide.dispose();
    narrow.dispose();
  });

  it("at a one-hot depth is the supernet without the cells after it", () => {
    const deep = make(spaceConfig({ ...variant.space, widthChoices: [1] }));
    const shallow = make(
      spaceConfig({ ...variant.space, widthChoices: [1], cellLayout: [0, 1], searchDepth: false }),
    );
    for (const [name, target] of shallow.parameters.entries()) {
      const source = deep.parameters.get(name.replace(/^cell1\./, "cell2."));
      target.assign(source as never);
    }
    const soft = probabilitiesOf(randomAlphas(deep.space, 1, key));
    const cut: Alphas = {
      ...soft,
      depth: [
        [0, 1, 0],
        [1, 0],
      ],
    };
    expectClose(logitsOf(deep, cut), logitsOf(shallow, { ...cut, depth: [[], []] }));
    deep.dispose();
    shallow.dispose();
  });

  it("leaves out inactive operations without changing the value", () => {
    const supernet = make(space);
    for (let i = 0; i < 5; i++) {
      const genotype = randomGenotype(space, fold(key, i));
      const weights = oneHotAlphas(genotype, 1);
      expectClose(logitsOf(supernet, weights, activeOperations(genotype)), logitsOf(supernet, weights));
    }
    supernet.dispose();
  });

  it("does not read the cells beyond a one-hot depth, nor channels beyond one-hot widths", () => {
    const supernet = make(space);
    const genotype = { ...randomGenotype(space, fold(key, 7)), depth: [1, 0], width: [1, 0.5] };
    const weights = oneHotAlphas(genotype, 1);
    const before = logitsOf(supernet, weights);
    for (const [name, variable] of supernet.parameters.entries()) {
      // cell1 and cell3 are cut off; cell0 is the last of its stage and so has the next stage's width 1/2.
      if (name.startsWith("cell1.") || name.startsWith("cell3."))
        tf.tidy(() => variable.assign(tf.sub(0.37, variable) as never));
      const narrow =
        name.startsWith("cell2.edge2-1") || (name.startsWith("cell0.edge") && space.process === "preprocess");
      if (narrow && name.endsWith(".latent")) {
        tf.tidy(() => {
          const [k, k2, from, to] = variable.shape as [number, number, number, number];
          const keep = tf.pad(tf.ones([k, k2, from / 2, to / 2]), [
            [0, 0],
            [0, 0],
            [0, from / 2],
            [0, to / 2],
          ]);
          variable.assign(
            tf.add(tf.mul(variable, keep), tf.mul(tf.sub(1, keep), tf.sub(0.9, variable))) as never,
          );
        });
      }
    }
    expectClose(logitsOf(supernet, weights), before);
    supernet.dispose();
  });
});

it("Supernet refuses images of another shape", () => {
  const supernet = new Supernet(spaceConfig(small), binarizationConfig(), key);
  const alphas = new AlphaVariables(randomAlphas(supernet.space, 1, key));
  expect(() => tf.tidy(() => supernet.logits(tf.zeros([2, 16, 16, 3]), alphas, { edeT: 1 }))).toThrow(
    "supernet: expected images of shape [batch, 8, 8, 3], got [2, 16, 16, 3].",
  );
  supernet.dispose();
  alphas.dispose();
});
