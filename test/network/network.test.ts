import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import type { Overrides } from "../../lib/config/check";
import { type SpaceConfig, spaceConfig } from "../../lib/config/spaceConfig";
import { totalCost } from "../../lib/cost/costTable";
import { oneHotAlphas } from "../../lib/derive/oneHotAlphas";
import { Network } from "../../lib/network/network";
import { weightsFromSupernet } from "../../lib/network/weightsFromSupernet";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import { genotype as makeGenotype } from "../../lib/space/genotype";
import { randomGenotype, randomMultiGenotype } from "../../lib/space/randomGenotype";
import { AlphaVariables } from "../../lib/supernet/alphaVariables";
import { Supernet } from "../../lib/supernet/supernet";
import { everyPrimitive } from "../helpers/everyPrimitive";
import { expectNoLeak } from "../helpers/expectNoLeak";

beforeAll(async () => {
  await startBackend();
});

const key = randomKey(0);
const small: Overrides<SpaceConfig> = {
  imageSize: 8,
  initChannels: 4,
  cellLayout: [0, 0, 1, 0],
  steps: 2,
  widthChoices: [0.5, 1],
};
const images = (size = 8) =>
  tf.tensor4d(normal(fold(key, "images"), 3 * size * size * 3), [3, size, size, 3]);

const variants: Record<
  string,
  { space: Overrides<SpaceConfig>; binarization: Parameters<typeof binarizationConfig>[0] }
> = {
  "default preprocess": { space: small, binarization: {} },
  "postprocess, real process": {
    space: { ...small, process: "postprocess", processKind: "real" },
    binarization: { border: 0 },
  },
  "preprocess, real process": { space: { ...small, processKind: "real" }, binarization: { weight: "sign" } },
  "postprocess, binary process": {
    space: { ...small, process: "postprocess" },
    binarization: { shortcutFrom: "normalized", rsign: true },
  },
  "pooled shortcut, plain strides": {
    space: { ...small, cellShortcut: "avg_pool", stridedConv: "plain" },
    binarization: { weight: "xnor" },
  },
  "no shortcuts": {
    space: { ...small, cellShortcut: "none", convShortcut: false },
    binarization: { nonlinearity: "none", activation: "approx_sign" },
  },
  conv_bn_relu: {
    space: small,
    binarization: { blockOrder: "conv_bn_relu", weight: "scale_tensor" },
  },
  "conv_bn_relu with RSign and RPReLU": {
    space: { ...small, process: "postprocess" },
    binarization: { blockOrder: "conv_bn_relu", rsign: true, nonlinearity: "rprelu" },
  },
  "every primitive": {
    space: { ...small, convGroups: 2, primitives: [...everyPrimitive] },
    binarization: { weight: "irnet", activation: "ede" },
  },
  "three stages, no widths": {
    space: {
      ...small,
      cellLayout: [1, 0, 1, 0, 0],
      widthChoices: [1],
      primitives: [...everyPrimitive.slice(0, 4)],
    },
    binarization: { rsign: true, nonlinearity: "rprelu" },
  },
};

for (const process of ["preprocess", "postprocess"] as const) {
  variants[`a width per cell, ${process}`] = {
    space: { ...small, process, widthPer: "cell", cellLayout: [0, 0, 1, 0, 0, 0] },
    binarization: {},
  };
}

function supernetLogits(supernet: Supernet, genotype: Network["genotype"]): Float32Array {
  const alphas = new AlphaVariables(oneHotAlphas(genotype, 1));
  const logits = tf.tidy(() => supernet.logits(images(), alphas, { edeT: 1 }).dataSync() as Float32Array);
  alphas.dispose();
  return logits;
}

describe.each(Object.entries(variants))("Network, %s", (_, variant) => {
  const space = spaceConfig(variant.space);
  const binarization = binarizationConfig(variant.binarization);

  it("computes what the supernet computes at one-hot alphas, with the supernet's weights", async () => {
    const supernet = new Supernet(space, binarization, key);
    // Weights nobody would draw, so that shifts and slopes matter too.
    for (const [name, variable] of supernet.parameters.entries()) {
      if (supernet.parameters.role(name) === "latent") continue;
      tf.tidy(() =>
        variable.assign(
          tf.add(
            variable,
            tf.tensor(
              normal(fold(key, name), variable.size).map((z) => 0.3 * z),
              variable.shape,
            ),
          ) as never,
        ),
      );
    }
    const weights = await supernet.parameters.stored();
    // Enough draws that each primitive stands on an edge that is fed.
    const draws = space.primitives.length > 5 ? 8 : 4;
    for (let i = 0; i < draws; i++) {
      const genotype = randomGenotype(space, fold(key, i));
      const network = new Network(genotype, binarization, fold(key, "start"));
      network.parameters.restore(weightsFromSupernet(genotype, network.parameters.specs(), weights), "test");
      const logits = tf.tidy(
        () => network.outputs(images(), { training: true, edeT: 1 }).logits.dataSync() as Float32Array,
      );
      const expected = supernetLogits(supernet, genotype);
      for (let k = 0; k < expected.length; k++)
        expect(logits[k], `${i}`).toBeCloseTo(expected[k] as number, 3);
      network.dispose();
    }
    supernet.dispose();
  });

  it("has as many parameters as the cost table counts", () => {
    for (let i = 0; i < 6; i++) {
      const draw = i % 2 === 0 ? randomGenotype : randomMultiGenotype;
      const genotype = draw(space, fold(key, 20 + i));
      const network = new Network(genotype, binarization, key);
      const cost = totalCost(genotype, binarization);
      const count = (latent: boolean) =>
        network.parameters
          .entries()
          .filter(([name]) => (network.parameters.role(name) === "latent") === latent)
          .reduce((sum, [, variable]) => sum + variable.size, 0);
      expect({ binary: count(true), real: count(false) }).toEqual({
        binary: cost.binaryParams,
        real: cost.realParams,
      });
      network.dispose();
    }
  });

  it("gives a gradient to every parameter, shows every tap in order, and leaks nothing", () => {
    const genotype = randomMultiGenotype(space, fold(key, 40));
    expectNoLeak(() => {
      const network = new Network(genotype, binarization, key);
      const entries = network.parameters.entries();
      const seen: string[] = [];
      const statistics = network.statistics.collector();
      const { value, grads } = tf.variableGrads(
        () =>
          tf.mean(
            tf.square(
              network.outputs(images(), {
                training: true,
                edeT: 1,
                collect: statistics,
                dropPath: { rate: 0.3, key },
                tap: (name, tensor) => {
                  seen.push(name);
                  expect(tensor.rank).toBe(["pooled", "logits"].includes(name) ? 2 : 4);
                },
              }).logits,
            ),
          ) as tf.Scalar,
        entries.map(([, v]) => v),
      );
      expect(seen).toEqual(network.taps);
      for (const [name, v] of entries) {
        const gradient = grads[v.name];
        expect(gradient, name).toBeTruthy();
        expect((gradient as tf.Tensor).dataSync().every(Number.isFinite), name).toBe(true);
      }
      network.statistics.update(statistics);
      tf.dispose([value, grads] as never);
      network.dispose();
    });
  });

  it("outside training reads running statistics: one image alone gives what it gives among others", () => {
    const genotype = randomGenotype(space, fold(key, 41));
    const network = new Network(genotype, binarization, key);
    const pass = { training: false, edeT: 1 };
    expect(() => tf.tidy(() => network.outputs(images(), pass).logits)).toThrow(
      /no running statistics of the batch norm "stem" yet\. Train it, recalibrate it or restore/,
    );
    const statistics = network.statistics.collector();
    tf.tidy(() => network.outputs(images(), { training: true, edeT: 1, collect: statistics }).logits);
    network.statistics.update(statistics);
    const together = tf.tidy(() => network.outputs(images(), pass).logits.arraySync());
    const second = tf.tidy(() => tf.slice(images(), [1, 0, 0, 0], [1, 8, 8, 3]).arraySync());
    const alone = tf.tidy(() => network.outputs(tf.tensor4d(second), pass).logits.arraySync());
    (alone[0] as number[]).forEach((v, i) => {
      expect(v).toBeCloseTo((together[1] as number[])[i] as number, 4);
    });
    network.dispose();
  });
});

describe("Network", () => {
  const space = spaceConfig({ ...small, cellShortcut: "avg_pool" });
  const genotype = makeGenotype(space, {
    cells: [
      [
        { to: 1, from: 0, primitive: "bin_conv_3x3" },
        { to: 2, from: 0, primitive: "bin_conv_3x3" },
        { to: 2, from: 1, primitive: "skip_connect" },
      ],
      [{ to: 1, from: 0, primitive: "bin_conv_3x3" }],
    ],
    depth: [1, 0],
    width: [1, 1],
  });

  it("binarizes each edge with its own batch norm", () => {
    const network = new Network(genotype, binarizationConfig(), key);
    const bits = new Map<string, Float32Array>();
    const name = "cell0.edge1-0.bin_conv_3x3";
    network.parameters.get(`${name}.offset`).assign(tf.fill([4], 100));
    tf.tidy(
      () =>
        network.outputs(images(), {
          training: true,
          edeT: 1,
          tap: (tap, tensor) => {
            if (tap.endsWith(".bits")) bits.set(tap, tensor.dataSync() as Float32Array);
          },
        }).logits,
    );
    for (const values of bits.values()) expect(values.every((v) => v === 1 || v === -1)).toBe(true);
    expect(bits.get(`${name}.bits`)?.every((v) => v === 1)).toBe(true);
    expect(bits.get("cell0.edge2-0.bin_conv_3x3.bits")?.some((v) => v === -1)).toBe(true);
    network.dispose();
  });

  it("keeps kernels real and activations binary in the first of two training steps", () => {
    const network = new Network(genotype, binarizationConfig({ weight: "sign" }), key);
    const logits = (binaryWeights: boolean, scale: number) =>
      tf.tidy(() => {
        const kernel = network.parameters.get("cell0.edge1-0.bin_conv_3x3.latent");
        const old = kernel.clone();
        kernel.assign(tf.mul(kernel, tf.add(1, tf.mul(scale, tf.abs(kernel)))) as never);
        const pass = { training: true, edeT: 1, binaryWeights };
        const value = network.outputs(images(), pass).logits.dataSync() as Float32Array;
        kernel.assign(old as never);
        return Array.from(value);
      });
    // Larger latent weights keep their signs: they change a real kernel, and nothing of a binary one.
    expect(logits(false, 3)).not.toEqual(logits(false, 0));
    expect(logits(true, 3)).toEqual(logits(true, 0));
    expect(logits(true, 0)).not.toEqual(logits(false, 0));
    network.dispose();
  });

  it("drops operations of a cell for some images and leaves identities alone", () => {
    const network = new Network(genotype, binarizationConfig(), key);
    const seen = new Map<string, number[]>();
    const many = tf.tensor4d(normal(key, 40 * 8 * 8 * 3), [40, 8, 8, 3]);
    const record = (rate: number) =>
      tf.tidy(
        () =>
          network.outputs(many, {
            training: true,
            edeT: 1,
            dropPath: { rate, key: fold(key, "drop") },
            tap: (name, tensor) => {
              if (/edge/.test(name) && !name.endsWith(".bits"))
                seen.set(name, Array.from(tf.max(tf.abs(tensor), [1, 2, 3]).dataSync()));
            },
          }).logits,
      );
    record(0);
    const whole = seen.get("cell0.edge1-0.bin_conv_3x3") as number[];
    record(0.5);
    const dropped = seen.get("cell0.edge1-0.bin_conv_3x3") as number[];
    const other = seen.get("cell0.edge2-0.bin_conv_3x3") as number[];
    const zeros = dropped.filter((v) => v === 0).length;
    expect(zeros).toBeGreaterThan(8);
    expect(zeros).toBeLessThan(32);
    dropped.forEach((v, i) => {
      if (v !== 0) expect(v).toBeCloseTo(2 * (whole[i] as number), 3);
    });
    expect(other.map((v) => v === 0)).not.toEqual(dropped.map((v) => v === 0));
    many.dispose();
    network.dispose();
  });

  it("refuses images of another shape, and an auxiliary head on maps that are too small", () => {
    const network = new Network(genotype, binarizationConfig(), key, { name: "mine" });
    expect(() => tf.tidy(() => network.outputs(images(16), { training: true, edeT: 1 }).logits)).toThrow(
      "mine: expected images of shape [batch, 8, 8, 3], got [3, 16, 16, 3].",
    );
    network.dispose();
    const deep = spaceConfig({ ...small, cellLayout: [1, 0] });
    const shallow = makeGenotype(deep, { cells: [[], []] });
    expect(() => new Network(shallow, binarizationConfig(), key, { auxiliary: true })).toThrow(
      "auxiliary head: expected feature maps of at least 8x8 pixels two thirds through the network, got 4x4. Set auxiliaryWeight to 0 for this network.",
    );
  });

  it("gives auxiliary logits in training only, of parameters no cost counts", () => {
    const options = { auxiliary: true };
    const wide = { ...genotype, space: spaceConfig({ ...space, imageSize: 16 }) };
    expectNoLeak(() => {
      const network = new Network(wide, binarizationConfig(), key, options);
      const own = network.parameters.entries().filter(([name]) => name.startsWith("auxiliary."));
      expect(own.length).toBe(8);
      const statistics = network.statistics.collector();
      const { value, grads } = tf.variableGrads(
        () => {
          const { auxiliary } = network.outputs(images(16), { training: true, edeT: 1, collect: statistics });
          expect(auxiliary?.shape).toEqual([3, 10]);
          return tf.mean(tf.square(auxiliary as tf.Tensor2D)) as tf.Scalar;
        },
        own.map(([, v]) => v),
      );
      network.statistics.update(statistics);
      for (const [name, v] of own) {
        const total = tf.tidy(() => tf.sum(tf.abs(grads[v.name] as tf.Tensor)).dataSync()[0] as number);
        // A convolution before a batch norm may have any offset: its gradient is 0, the others' is not.
        expect(total, name).toBeGreaterThan(0);
      }
      const outside = tf.tidy(() => {
        const { logits, auxiliary } = network.outputs(images(16), { training: false, edeT: 1 });
        expect(auxiliary).toBe(null);
        return logits;
      });
      tf.dispose([value, grads, outside] as never);
      network.dispose();
    });
  });
});

describe("weightsFromSupernet", () => {
  it("says which tensor a supernet of another space lacks or has too small", async () => {
    const space = spaceConfig(small);
    const genotype = makeGenotype(space, { cells: [[{ to: 1, from: 0, primitive: "bin_conv_3x3" }], []] });
    const network = new Network(genotype, binarizationConfig(), key);
    const specs = network.parameters.specs();
    expect(() => weightsFromSupernet(genotype, specs, new Map())).toThrow(
      'weightsFromSupernet: the supernet lacks the tensor "stem.kernel" that this genotype\'s network needs.',
    );
    const narrow = new Supernet(spaceConfig({ ...small, initChannels: 2 }), binarizationConfig(), key);
    const weights = await narrow.parameters.stored();
    expect(() => weightsFromSupernet(genotype, specs, weights, "here")).toThrow(
      'here: tensor "stem.kernel" should have at least the shape [3, 3, 3, 4], the supernet\'s has [3, 3, 3, 2].',
    );
    narrow.dispose();
    network.dispose();
  });
});
