import { afterEach, beforeAll, expect, it } from "vitest";
import * as bars from "../../lib/index";
import { Network } from "../../lib/network/network";
import { AlphaVariables } from "../../lib/supernet/alphaVariables";
import { Supernet } from "../../lib/supernet/supernet";

const { tf } = bars;
const { primitives, binaryConvolution, weightless, skipLayers } = bars.space;
const names = ["wide_conv", "scaled_skip"];

/** A convolution whose taps lie so far apart (the same weights), and the node's value so many times. */
function define(dilation: number, factor: number, version = 1): void {
  bars.definePrimitive({
    name: "wide_conv",
    version,
    ...binaryConvolution({ kernel: 3, dilation }),
    look: { color: "#117733", dash: "", side: "above" },
  });
  bars.definePrimitive({
    name: "scaled_skip",
    traits: weightless("skip"),
    layers: skipLayers,
    look: { color: "#aa4499", dash: "", side: "below" },
    operation: () => ({ parameters: [], conv: null, apply: ({ raw }) => tf.mul(raw, factor) }),
  });
}

beforeAll(async () => {
  await bars.startBackend();
});
afterEach(() => {
  for (const name of names) primitives.forget(name);
});

const key = bars.randomKey(0);
const spaceOf = () =>
  bars.space.spaceConfig({
    imageSize: 8,
    initChannels: 2,
    cellLayout: [0],
    reductionGroups: [],
    steps: 1,
    widthChoices: [1],
    primitives: ["none", ...names],
  });
const binarization = bars.trainConfig().binarization;
const images = () => tf.tensor4d(bars.engine.normal(key, 2 * 8 * 8 * 3), [2, 8, 8, 3]);

function networkOf(edges: readonly string[]): Network {
  const cells = [edges.map((primitive) => ({ to: 1, from: 0, primitive }))];
  return new Network(bars.space.genotype(spaceOf(), { cells }), binarization, key, { name: "tiny" });
}
const logitsOf = (network: Network) =>
  Array.from(
    tf.tidy(() => network.outputs(images(), { training: true, edeT: 1 }).logits.dataSync() as Float32Array),
  );

it.each(names)("a network goes on with the %s it was built with; one built later has the new one", (name) => {
  define(1, 1);
  const network = networkOf([name]);
  const before = logitsOf(network);
  define(2, 3);
  expect(logitsOf(network)).toEqual(before);
  const later = networkOf([name]);
  expect(logitsOf(later)).not.toEqual(before);
  for (const one of [network, later]) one.dispose();
});

it("so does a supernet", () => {
  define(1, 1);
  const space = spaceOf();
  const alphas = new AlphaVariables(bars.space.randomAlphas(space, 1, key));
  const supernets = [new Supernet(space, binarization, key)];
  const logits = (supernet: Supernet | undefined) =>
    Array.from(tf.tidy(() => supernet?.logits(images(), alphas, { edeT: 1 }).dataSync() as Float32Array));
  const before = logits(supernets[0]);
  define(2, 3);
  supernets.push(new Supernet(space, binarization, key));
  expect(logits(supernets[0])).toEqual(before);
  expect(logits(supernets[1])).not.toEqual(before);
  for (const one of [alphas, ...supernets]) one.dispose();
});

it("packing refuses a network whose primitive has become another since, and takes one that was defined again alike", async () => {
  define(1, 1);
  const network = networkOf(["wide_conv"]);
  const statistics = network.statistics.collector();
  tf.tidy(() => {
    network.outputs(images(), { training: true, edeT: 1, collect: statistics });
  });
  network.statistics.update(statistics);
  const pack = () =>
    bars.packed.packNetwork(network, {
      model: bars.records.genotypeModel(network.genotype, "tiny"),
      binarization,
      classNames: Array.from({ length: 10 }, (_, i) => `class ${i}`),
      normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    });
  const before = await pack();
  define(1, 1);
  expect(await pack()).toEqual(before);
  define(2, 1);
  await expect(pack()).rejects.toThrow(
    /^packNetwork: tiny was built with another "wide_conv" \(\{.*"dilation":1.*\}\) than is defined now \(\{.*"dilation":2.*\}\)\. Define the former again, or build and train the network anew\.$/,
  );
  network.dispose();
});

it.each([
  ["packed file", bars.packed.packedModelBytes, bars.packed.packedModelOf],
  ["ONNX file", bars.packed.onnxBytes, bars.packed.readOnnx],
] as const)("a %s is opened with the versions it was packed with alone", (_, write, read) => {
  define(1, 1);
  const network = networkOf(["wide_conv"]);
  const model = bars.packed.packDrawn(bars.records.genotypeModel(network.genotype, "tiny"), key);
  network.dispose();
  // What the space names, taken or not.
  expect(model.header.defined?.map(({ name, version }) => [name, version]).sort()).toEqual([
    ["scaled_skip", 1],
    ["wide_conv", 1],
  ]);
  const bytes = write(model);
  expect(read(bytes).header).toEqual(model.header);
  define(2, 1, 2);
  expect(() => read(bytes, "mine")).toThrow(
    /^mine: (?:header|metadata): holds the primitive "wide_conv", version 1; here it is version 2\. Call definePrimitive\(/,
  );
  for (const name of names) primitives.forget(name);
  expect(() => read(bytes, "mine")).toThrow(
    /holds the primitive "(?:wide_conv|scaled_skip)", version 1; which is not defined here\. /,
  );
});

it("models of the library's own variants state none", () => {
  const model = {
    kind: "baseline",
    name: "small",
    ...bars.config.baselineConfig({ width: 0.125, imageSize: 8 }),
  } as const;
  expect(Object.keys(bars.packed.packDrawn(model, key).header)).not.toContain("defined");
});
