import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { type BaselineConfig, baselineConfig } from "../../lib/config/baselineConfig";
import { baselineFamilies } from "../../lib/config/baselineFamilies";
import { defaultBinarizationConfig } from "../../lib/config/binarizationConfig";
import type { Overrides } from "../../lib/config/check";
import { defineBaseline } from "../../lib/cost/defineBaseline";
import { BaselineNetwork } from "../../lib/network/baselineNetwork";
import type { LayerOverrides } from "../../lib/network/layerOverrides";
import { randomKey, uniform } from "../../lib/random/randomKey";
import { expectNoLeak } from "../helpers/expectNoLeak";

beforeAll(async () => {
  await startBackend("cpu");
});

const build = (overrides: LayerOverrides, config: Overrides<BaselineConfig> = {}) =>
  new BaselineNetwork(
    baselineConfig({ width: 0.06, imageSize: 8, ...config }),
    defaultBinarizationConfig,
    randomKey(1),
    "net",
    overrides,
  );

/** Logits of some images, and what each tap showed. */
function run(overrides: LayerOverrides, config: Overrides<BaselineConfig> = {}, binaryWeights = true) {
  const network = build(overrides, config);
  const seen = new Map<string, { readonly shape: number[]; readonly values: number[] }>();
  const size = network.imageSize;
  const images = tf.tensor4d(uniform(randomKey(2), 3 * size * size * 3), [3, size, size, 3]);
  const { logits } = network.outputs(images, {
    training: true,
    edeT: 1,
    binaryWeights,
    tap: (name, value) => seen.set(name, { shape: value.shape, values: [...value.dataSync()] }),
  });
  const values = [...logits.dataSync()];
  const latent = new Map(
    network.parameters
      .specs()
      .filter(({ role }) => role === "latent")
      .map(({ name }) => [name, network.parameters.get(name).arraySync() as number[][][][]]),
  );
  tf.dispose([logits, images]);
  network.dispose();
  return { values, seen, latent };
}

const every = (
  config: Overrides<BaselineConfig>,
  which: "binary" | "shortcut",
  own: LayerOverrides[string],
) => {
  const network = build({}, config);
  const names = network.layers.filter((layer) => layer[which]).map(({ name }) => name);
  network.dispose();
  return Object.fromEntries(names.map((name) => [name, own]));
};

describe("overrides of a hand-made network's layers", () => {
  it("list its binary convolutions and residual blocks, in order", () => {
    const network = build({});
    expect(network.layers.slice(0, 2)).toEqual([
      { name: "stage0.block0.branch0.binary_conv", binary: true, shortcut: false },
      { name: "stage0.block0", binary: false, shortcut: true },
    ]);
    expect(network.layers).toHaveLength(36);
    network.dispose();
    const plain = build({}, { family: "vgg_small" });
    expect(plain.layers.map(({ name }) => name)).toEqual([1, 2, 3, 4, 5].map((i) => `conv${i}.binary_conv`));
    plain.dispose();
    const real = build({}, { block: "real" });
    expect(real.layers.every(({ binary, shortcut }) => shortcut && !binary)).toBe(true);
    real.dispose();
  });

  it.each(["xnor", "bireal", "irnet", "reactnet"] as const)(
    "with real weights everywhere compute what a pass with real kernels computes, in %s blocks",
    (block) => {
      expectNoLeak(() => {
        const one = run(every({ block }, "binary", { real: "weights" }), { block });
        expect(one.values).toEqual(run({}, { block }, false).values);
        expect(one.values).not.toEqual(run({}, { block }).values);
      });
    },
  );

  it.each([
    ["activations", false, true],
    ["weights", true, false],
    ["both", true, true],
  ] as const)("with real %s convolve just those", (real, realKernel, realInput) => {
    const layer = "stage1.block1.branch0.binary_conv";
    const before = "stage1.block1.branch0.sign";
    const { seen, latent } = run({ [layer]: { real } });
    const input = seen.get(`${before}.${realInput ? "presign" : "bits"}`);
    const read = seen.get(`${before}.bits`);
    expect(read?.values).toEqual(input?.values);
    const expected = tf.tidy(() => {
      const x = tf.tensor4d(input?.values ?? [], input?.shape as [number, number, number, number]);
      const kernel = tf.tensor4d(latent.get(`${layer}.latent`) as number[][][][]);
      // Bi-Real's scale is the mean of the filter's absolute weights.
      const scale = tf.mean(tf.abs(kernel), [0, 1, 2], true);
      const own = realKernel ? kernel : tf.mul(tf.sign(kernel), scale);
      const padded = tf.pad(
        x,
        [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
        1,
      ) as tf.Tensor4D;
      return [...tf.conv2d(padded, own as tf.Tensor4D, 1, "valid").dataSync()];
    });
    seen.get(layer)?.values.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] as number, 4);
    });
  });

  it.each(["reactnet", "bireal", "xnor"] as const)(
    "of one of two convolutions that share a sign change just that one, in %s blocks",
    (block) => {
      const config = { family: "reactnet_a", block, width: 0.06, imageSize: 32, classes: 10 } as const;
      const seenWith = (overrides: LayerOverrides) => run(overrides, config).seen;
      const plain = seenWith({});
      const [own, other] = [0, 1].map((i) => `block0.pointwise.branch0.concat.branch${i}.binary_conv`) as [
        string,
        string,
      ];
      const sign = `block0.pointwise.branch0.${block === "reactnet" ? "rsign" : "sign"}`;
      const values = (seen: typeof plain, name: string) => seen.get(name)?.values ?? [];
      const outputs = (["weights", "activations", "both"] as const).map((real) => {
        const seen = seenWith({ [own]: { real } });
        expect(values(seen, other)).toEqual(values(plain, other));
        expect(values(seen, `${sign}.bits`)).toEqual(values(plain, `${sign}.bits`));
        const differing = [...plain.keys()].filter(
          (name) => `${values(plain, name)}` !== `${values(seen, name)}`,
        );
        expect(differing[0]).toBe(own);
        return values(seen, own);
      });
      expect(new Set(outputs.map(String)).size).toBe(3);
      // Both of them: what a sign of its own before each would give, left out.
      const { seen, latent } = run({ [own]: { real: "both" }, [other]: { real: "both" } }, config);
      expect(values(seen, `${sign}.bits`)).toEqual(values(plain, `${sign}.presign`));
      const [first, presign] = [outputs[2] as number[], plain.get(`${sign}.presign`)];
      expect(values(seen, own)).toEqual(first);
      const expected = tf.tidy(() => {
        const x = tf.tensor4d(presign?.values ?? [], presign?.shape as [number, number, number, number]);
        const kernel = tf.tensor4d(latent.get(`${own}.latent`) as number[][][][]);
        return [...tf.conv2d(x, kernel, 1, "valid").dataSync()];
      });
      first.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i] as number, 4);
      });
    },
  );

  it("of a convolution that no sign stands right before are not offered, and refused", () => {
    defineBaseline({
      name: "unsigned",
      layers: ({ stem, named, head }) => [
        ...stem({ kernel: 3, out: 8 }),
        ...named("a", [
          { layer: "sign" },
          { layer: "max_pool", kernel: 2, stride: 2 },
          { layer: "binary_conv", kernel: 3, out: 8 },
        ]),
        ...head(),
      ],
    });
    const config = { family: "unsigned", width: 1, imageSize: 8 };
    try {
      const network = build({}, config);
      expect(network.layers).toEqual([{ name: "a.binary_conv", binary: false, shortcut: false }]);
      network.dispose();
      expect(() => build({ "a.binary_conv": { real: "both" } }, config)).toThrow(
        'net: the layer "a.binary_conv" does not binarize. None does.',
      );
    } finally {
      baselineFamilies.forget("unsigned");
    }
  });

  it("without shortcuts put out what the convolutions give, and have no parameters of what is left out", () => {
    const without = every({}, "shortcut", { shortcut: false });
    const { seen } = run(without);
    for (const [name, { values }] of seen) {
      if (!name.endsWith(".sum")) continue;
      expect(values).toEqual(seen.get(name.replace(/sum$/, "branch0.batch_norm"))?.values);
    }
    const names = (overrides: LayerOverrides) => {
      const network = build(overrides);
      const found = network.parameters.specs().map(({ name }) => name);
      network.dispose();
      return found;
    };
    const halving = /^stage[12]\.block0\.branch1\./;
    expect(names({}).some((name) => halving.test(name))).toBe(true);
    expect(names(without)).toEqual(names({}).filter((name) => !halving.test(name)));
  });

  it("change one block and nothing before it", () => {
    const plain = run({});
    for (const override of [
      { "stage1.block2": { shortcut: false } },
      { "stage1.block2.branch0.binary_conv": { real: "both" } },
    ] as LayerOverrides[]) {
      const { seen } = run(override);
      const differing = [...plain.seen.keys()].filter(
        (name) => `${plain.seen.get(name)?.values}` !== `${seen.get(name)?.values}`,
      );
      expect(differing[0]).toMatch(/^stage1\.block2\./);
      expect(differing).toContain("logits");
    }
  });

  it.each([
    [
      { "stage0.block0.branch0.conv": { real: "both" } },
      /^net: no layer is named "stage0\.block0\.branch0\.conv"\. Near ones: stage0\.block0, stage0\.block0\.branch0\.binary_conv, /,
    ],
    [
      { "stage0.block0": { real: "both" } },
      /^net: the layer "stage0\.block0" does not binarize\. Near ones that do: /,
    ],
    [
      { "stage0.block0.branch0.binary_conv": { shortcut: false } },
      /^net: the layer "stage0\.block0\.branch0\.binary_conv" does not have a shortcut to leave out\. /,
    ],
  ] as [LayerOverrides, RegExp][])("of %j are refused, with near names", (overrides, message) => {
    expect(() => build(overrides)).toThrow(message);
  });
});
