import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { type BinarizationConfig, binarizationConfig } from "../../lib/config/binarizationConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import type { LayerOverrides } from "../../lib/network/layerOverrides";
import { Network } from "../../lib/network/network";
import { randomKey, uniform } from "../../lib/random/randomKey";
import { type Genotype, genotype } from "../../lib/space/genotype";
import { expectNoLeak } from "../helpers/expectNoLeak";

beforeAll(async () => {
  await startBackend("cpu");
});

function tiny(
  cellShortcut: "avg_pool" | "bin_conv_3x3" | "none" = "bin_conv_3x3",
  convShortcut = true,
): Genotype {
  const space = spaceConfig({
    imageSize: 8,
    classes: 3,
    initChannels: 2,
    cellLayout: [0, 1, 0],
    steps: 2,
    widthChoices: [1],
    cellShortcut,
    convShortcut,
  });
  const edges = [
    { to: 1, from: 0, primitive: "bin_conv_3x3" as const },
    { to: 2, from: 0, primitive: "bin_conv_3x3" as const },
    { to: 2, from: 1, primitive: "bin_conv_3x3" as const },
  ];
  return genotype(space, { cells: [edges, edges] });
}

/** Logits of some images, and what each tap showed. */
function run(arch: Genotype, binarization: BinarizationConfig, overrides: LayerOverrides) {
  const network = new Network(arch, binarization, randomKey(1), { overrides });
  const seen = new Map<string, number[]>();
  const images = tf.tensor4d(uniform(randomKey(2), 4 * 8 * 8 * 3), [4, 8, 8, 3]);
  const collect = network.statistics.collector();
  const { logits } = network.outputs(images, {
    training: true,
    edeT: 1,
    collect,
    tap: (name, value) => seen.set(name, [...value.dataSync()]),
  });
  const values = [...logits.dataSync()];
  tf.dispose([logits, images]);
  for (const { mean, variance } of collect.values()) tf.dispose([mean, variance]);
  network.dispose();
  return { values, seen };
}

const everyLayer = (arch: Genotype, override: LayerOverrides[string], which: "binary" | "shortcut") => {
  const network = new Network(arch, binarizationConfig(), randomKey(1));
  const chosen = network.layers.filter((layer) => layer[which]).map(({ name }) => [name, override] as const);
  network.dispose();
  return Object.fromEntries(chosen);
};

describe("overrides of layers", () => {
  const binary = binarizationConfig();

  it.each([
    ["activations", { activation: "identity" }],
    ["weights", { weight: "identity" }],
    ["both", { activation: "identity", weight: "identity" }],
  ] as const)(
    "with real %s in every layer compute what the network with those settings computes",
    (real, settings) => {
      expectNoLeak(() => {
        for (const blockOrder of ["bn_conv_relu", "conv_bn_relu"] as const) {
          const one = run(tiny(), binarizationConfig({ blockOrder }), everyLayer(tiny(), { real }, "binary"));
          const other = run(tiny(), binarizationConfig({ blockOrder, ...settings }), {});
          one.values.forEach((value, i) => {
            expect(value).toBeCloseTo(other.values[i] as number, 4);
          });
        }
      });
    },
  );

  it("without any shortcut compute what the space without them computes", () => {
    const one = run(tiny("avg_pool"), binary, everyLayer(tiny("avg_pool"), { shortcut: false }, "shortcut"));
    expect(one.values).toEqual(run(tiny("none", false), binary, {}).values);
  });

  it("change one layer and nothing before it", () => {
    const layer = "cell1.edge1-0.bin_conv_3x3";
    const [plain, changed] = [run(tiny(), binary, {}), run(tiny(), binary, { [layer]: { real: "both" } })];
    const names = [...plain.seen.keys()];
    const differing = names.filter((name) => `${plain.seen.get(name)}` !== `${changed.seen.get(name)}`);
    expect(differing).toContain(layer);
    expect(differing[0]).toMatch(/^cell1\.edge1-0\.bin_conv_3x3/);
    expect(differing.some((name) => name.startsWith("cell0") || name.startsWith("stem"))).toBe(false);
    expect(new Set(changed.seen.get(`${layer}.bits`)).size).toBeGreaterThan(2);
  });

  it("lists what can be overridden", () => {
    const network = new Network(tiny(), binary, randomKey(0));
    expect(network.layers.slice(0, 6)).toEqual([
      { name: "cell0.process", binary: true, shortcut: false },
      { name: "cell0.edge1-0.bin_conv_3x3", binary: true, shortcut: true },
      { name: "cell0.edge2-0.bin_conv_3x3", binary: true, shortcut: true },
      { name: "cell0.edge2-1.bin_conv_3x3", binary: true, shortcut: true },
      { name: "cell0.shortcut", binary: false, shortcut: true },
      { name: "cell1.process", binary: true, shortcut: false },
    ]);
    expect(network.layers.find(({ name }) => name === "cell1.edge1-0.bin_conv_3x3")?.shortcut).toBe(false);
    expect(network.layers.find(({ name }) => name === "cell1.shortcut")?.binary).toBe(true);
    network.dispose();
  });

  it.each([
    [
      { "cell0.edge1-0.bin_conv3x3": { real: "both" } },
      /no layer is named "cell0\.edge1-0\.bin_conv3x3"\. Near ones: cell0\.edge1-0\.bin_conv_3x3, /,
    ],
    [
      { "cell0.shortcut": { real: "both" } },
      /the layer "cell0\.shortcut" does not binarize\. Near ones that do: cell1\.shortcut, /,
    ],
    [
      { "cell0.process": { shortcut: false } },
      /the layer "cell0\.process" does not have a shortcut to leave out\. Near ones that do: cell0\./,
    ],
  ] as const)("of %j are refused, with near names", (overrides, message) => {
    expect(
      () => new Network(tiny(), binary, randomKey(0), { overrides: overrides as LayerOverrides }),
    ).toThrow(message);
  });
});
