import { describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import { buildOperation } from "../../lib/layers/buildOperation";
import { normalizeAndBinarize } from "../../lib/layers/normalizeAndBinarize";
import type { OperationSettings } from "../../lib/layers/operation";
import { type Primitive, primitives, traitsOf } from "../../lib/primitives/primitives";
import { settings, space } from "./operationSettings";
import { useEngine } from "./tensorCheck";

describe("parameters", () => {
  const xavier = (kernel: number, inChannels: number, outChannels: number) =>
    Math.sqrt(2 / (kernel * kernel * (inChannels + outChannels)));

  it("of a convolution are its latent weights, Xavier-normal", () => {
    const { parameters } = buildOperation("e", settings("bin_conv_5x5", { outChannels: 4 }));
    expect(parameters).toEqual([
      { name: "latent", shape: [5, 5, 8, 4], role: "latent", init: { kind: "normal", std: xavier(5, 8, 4) } },
    ]);
  });

  it("of a factorized convolution are two half-width kernels", () => {
    const { parameters } = buildOperation("e", settings("bin_conv_3x3", { stride: 2, outChannels: 16 }));
    expect(parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ["even.latent", [3, 3, 8, 8]],
      ["odd.latent", [3, 3, 8, 8]],
    ]);
  });

  it("of a grouped convolution are one group's input channels for each filter", () => {
    const { parameters } = buildOperation("e", settings("bin_group_conv_3x3"));
    expect(parameters.map(({ shape }) => shape)).toEqual([[3, 3, 4, 8]]);
  });

  it("include those of rprelu, which starts as a leaky ReLU", () => {
    const binarization = binarizationConfig({ nonlinearity: "rprelu" });
    const { parameters } = buildOperation("e", settings("bin_conv_1x1", { binarization }));
    expect(parameters.slice(1).map(({ name, role, init }) => [name, role, init])).toEqual([
      ["rprelu.inputShift", "offset", { kind: "constant", value: 0 }],
      ["rprelu.slope", "scale", { kind: "constant", value: 0.25 }],
      ["rprelu.outputShift", "offset", { kind: "constant", value: 0 }],
    ]);
  });

  it("are none exactly for the primitives whose traits call them parameter-free", () => {
    for (const primitive of primitives.builtInNames) {
      const { parameters } = buildOperation("e", settings(primitive));
      expect(parameters.length === 0, primitive).toBe(traitsOf(primitive).parameterFree);
    }
    const free = primitives.builtInNames.filter((name) => traitsOf(name).parameterFree);
    expect(free).toEqual(["none", "skip_connect", "avg_pool_3x3", "max_pool_3x3"]);
  });
});

describe("buildOperation refuses", () => {
  const build = (primitive: Primitive, more: Partial<OperationSettings>) => () =>
    buildOperation("cell0.edge1-0", settings(primitive, more));

  it.each(["skip_connect", "avg_pool_3x3", "max_pool_3x3"] as const)(
    "%s that would change channels otherwise than by doubling",
    (primitive) => {
      expect(build(primitive, { stride: 2, outChannels: 12 })).toThrow(
        `cell0.edge1-0: ${primitive} of stride 2 expected 16 output channels (2 x 8), got 12.`,
      );
      expect(build(primitive, { outChannels: 16 })).toThrow(
        `cell0.edge1-0: ${primitive} of stride 1 expected 8 output channels (1 x 8), got 16.`,
      );
    },
  );

  it("groups that do not divide the channels", () => {
    expect(build("bin_group_conv_3x3", { space: { ...space, convGroups: 3 } })).toThrow(
      "cell0.edge1-0: buildOperation expected channels that divide by 3 groups, got 8 to 8.",
    );
  });

  it("a factorized convolution with an odd number of filters", () => {
    expect(build("bin_conv_3x3", { stride: 2, outChannels: 7 })).toThrow(
      "cell0.edge1-0: buildOperation expected output channels that divide by 2 for a factorized convolution of " +
        'stride 2, got 7; use stridedConv "plain".',
    );
  });

  it("an input of other channels, when applied", async () => {
    await useEngine("cpu");
    const node = normalizeAndBinarize(tf.zeros([1, 4, 4, 6]), null, binarizationConfig(), 1);
    const operation = build("bin_conv_1x1", {})();
    expect(() => operation.apply(node, () => tf.zeros([1, 1, 8, 8]))).toThrow(
      "cell0.edge1-0: expected 8 input channels (axis 3 of NHWC), got 6 from bits of shape [1, 4, 4, 6].",
    );
  });
});
