import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { type BaselineConfig, baselineBlocks, baselineConfig } from "../../lib/config/baselineConfig";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import { baselineLayers } from "../../lib/cost/baselineSpecs";
import { sumCosts } from "../../lib/cost/layerCost";
import { BaselineNetwork } from "../../lib/network/baselineNetwork";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import { cifarFamilies } from "../helpers/cifarFamilies";
import { expectNoLeak } from "../helpers/expectNoLeak";

beforeAll(async () => {
  await startBackend();
});

const key = randomKey(0);
const narrow = { resnet20: 0.25, resnet18: 0.0625, vgg_small: 0.03125, nin: 0.03125 };
const settings = binarizationConfig();
const build = (config: BaselineConfig) => new BaselineNetwork(config, settings, key, "mine");
const images = (size = 8) =>
  tf.tensor4d(normal(fold(key, "images"), 4 * size * size * 3), [4, size, size, 3]);

const every = cifarFamilies.flatMap((family) => baselineBlocks.map((block) => [family, block] as const));

describe.each(every)("BaselineNetwork, %s with %s blocks", (family, block) => {
  const config = baselineConfig({ family, block, width: narrow[family], imageSize: 8 });

  it("has exactly the parameters its cost counts, at this width and at full size", () => {
    for (const built of [config, baselineConfig({ family, block, downsample: "avg_pool" })]) {
      // Shapes alone: at full size the values themselves would only take time.
      const specs = BaselineNetwork.parametersOf(built);
      const count = (latent: boolean) =>
        specs
          .filter(({ role }) => (role === "latent") === latent)
          .reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0);
      const cost = sumCosts(baselineLayers(built));
      expect({ binary: count(true), real: count(false) }).toEqual({
        binary: cost.binaryParams,
        real: cost.realParams,
      });
    }
  });

  it("binarizes every convolution, gives a gradient to every parameter, shows every tap in order, and leaks nothing", () => {
    expectNoLeak(() => {
      const network = build(config);
      const entries = network.parameters.entries();
      const seen: string[] = [];
      const signs = new Map<string, tf.Tensor>();
      const statistics = network.statistics.collector();
      const { value, grads } = tf.variableGrads(
        () => {
          const tap = (name: string, tensor: tf.Tensor) => {
            seen.push(name);
            if (name.endsWith(".bits")) signs.set(name, tf.keep(tensor.clone()));
            expect(tensor.rank, name).toBe(["pooled", "logits"].includes(name) ? 2 : 4);
          };
          const pass = { training: true, edeT: 1, collect: statistics, tap };
          const { logits, auxiliary } = network.outputs(images(), pass);
          expect(logits.shape).toEqual([4, 10]);
          expect(auxiliary).toBe(null);
          return tf.mean(tf.square(logits)) as tf.Scalar;
        },
        entries.map(([, v]) => v),
      );
      expect(seen).toEqual(network.taps);
      const convolutions = { resnet20: 18, resnet18: 16, vgg_small: 5, nin: 7 }[family];
      expect(signs.size).toBe(block === "real" ? 0 : convolutions);
      for (const [name, bits] of signs) {
        const values = bits.dataSync();
        expect(
          values.every((v) => v === 1 || v === -1),
          name,
        ).toBe(true);
        // A sign that sees one value alone carries nothing: a ReLU before it would do that.
        expect(new Set(values).size, name).toBe(2);
        bits.dispose();
      }
      for (const [name, v] of entries) {
        const gradient = (grads[v.name] as tf.Tensor).dataSync();
        expect(gradient.every(Number.isFinite), name).toBe(true);
        // A bias before a batch norm moves nothing.
        if (name === "stem.conv.bias") continue;
        expect(
          gradient.some((g) => g !== 0),
          name,
        ).toBe(true);
      }
      network.statistics.update(statistics);
      tf.dispose([value, grads] as never);
      network.dispose();
    });
  });
});

describe("BaselineNetwork", () => {
  const config = baselineConfig({ width: 0.25, imageSize: 8 });
  const logitsOf = (network: BaselineNetwork, pass: object = {}) =>
    tf.tidy(() =>
      Array.from(network.outputs(images(), { training: true, edeT: 1, ...pass }).logits.dataSync()),
    );

  it("computes the same after its weights and statistics were stored and put back", async () => {
    const network = build(config);
    const statistics = network.statistics.collector();
    logitsOf(network, { collect: statistics });
    network.statistics.update(statistics);
    const other = new BaselineNetwork(config, settings, fold(key, "other"), "other");
    const before = logitsOf(network, { training: false });
    expect(logitsOf(other)).not.toEqual(logitsOf(network));
    other.parameters.restore(await network.parameters.stored(), "test");
    const stored = new Map<string, { shape: number[]; values: Float32Array }>();
    for (const [name, tensor] of network.statistics.entries())
      stored.set(name, { shape: tensor.shape, values: tensor.dataSync() as Float32Array });
    other.statistics.restore(stored);
    expect(logitsOf(other, { training: false })).toEqual(before);
    network.dispose();
    other.dispose();
  });

  it("keeps kernels real and activations binary in the first of two training steps", () => {
    const network = build(config);
    const [latent] = network.parameters.entries().filter(([name]) => name.endsWith(".latent"));
    const kernel = (latent as [string, tf.Variable])[1];
    const logits = (binaryWeights: boolean, scale: number) =>
      tf.tidy(() => {
        const old = kernel.clone();
        // Another scale for each weight, the same sign and the same mean size in each filter.
        const turned = tf.mul(tf.sign(kernel), tf.mean(tf.abs(kernel), [0, 1, 2], true));
        kernel.assign((scale === 0 ? old : turned) as never);
        const values = logitsOf(network, { binaryWeights });
        kernel.assign(old as never);
        return values;
      });
    logits(true, 1).forEach((v, i) => {
      expect(v).toBeCloseTo(logits(true, 0)[i] as number, 4);
    });
    expect(logits(false, 1)).not.toEqual(logits(false, 0));
    network.dispose();
  });

  it("drops convolutions of residual blocks for some images, and never their shortcuts", () => {
    const network = build(config);
    const dropPath = { rate: 0.9, key };
    expect(logitsOf(network, { dropPath })).not.toEqual(logitsOf(network));
    expect(logitsOf(network, { dropPath: { rate: 0, key } })).toEqual(logitsOf(network));
    network.dispose();
  });

  it("refuses images of another shape", () => {
    const network = build(config);
    expect(() => tf.tidy(() => network.outputs(images(16), { training: true, edeT: 1 }).logits)).toThrow(
      "mine: expected images of shape [batch, 8, 8, 3], got [4, 16, 16, 3].",
    );
    network.dispose();
  });
});
