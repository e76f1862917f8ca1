import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { baselineFamilies } from "../../lib/config/baselineFamilies";
import type { BaselineParts } from "../../lib/cost/baselineParts";
import * as bars from "../../lib/index";
import { BaselineNetwork } from "../../lib/network/baselineNetwork";
import type { LayerSpec } from "../../lib/primitives/layerSpec";
import { modelHash } from "../../lib/records/modelSpec";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyTraining, trainNumbers } from "../helpers/tinyTraining";

const root = temporaryFolder();

/** Stem of stride 2, `blocks` residual convolutions of one width. */
const define = (version = 1, blocks = 2) =>
  bars.defineBaseline({
    name: "straight",
    version,
    layers: ({ stem, convolution, residual, head, channels }) => [
      ...stem({ kernel: 3, out: channels(8), stride: 2 }),
      ...Array.from({ length: blocks }, (_, i) =>
        residual(i, convolution({ kernel: 3, out: channels(8) })),
      ).flat(),
      ...head(),
    ],
  });

afterEach(() => baselineFamilies.forget("straight"));

describe("a family of hand-made networks that a user defines", () => {
  it("is costed from its layers, at any width, image and kind of block", () => {
    define();
    const bops = (given: object) =>
      bars.cost
        .baselineLayers(bars.config.baselineConfig({ family: "straight", ...given }))
        .reduce((sum, { bops }) => sum + bops, 0);
    // Two 3x3 convolutions from 8 to 8 channels on 16x16 pixels.
    expect(bops({})).toBe(2 * 9 * 8 * 8 * 256);
    expect(bops({ width: 0.5, imageSize: 16, block: "reactnet" })).toBe(2 * 9 * 4 * 4 * 64);
    expect(bops({ block: "real" })).toBe(0);
  });

  it("trains, stops and goes on bit-exactly, and records name it; the capacity graph counts its blocks", async () => {
    define(3);
    const { model } = bars.networks.trainTarget("straight-bireal-x0.5");
    const config = tinyTraining({ epochs: 2 });
    const whole = await bars.train(config, model, { directory: join(root, "whole") });
    const directory = join(root, "stopped");
    const stop = new AbortController();
    await expect(
      bars.train(config, model, { directory, signal: stop.signal, onEpoch: () => stop.abort() }),
    ).rejects.toThrow("everything is saved");
    const resumed = await bars.train(config, model, { directory });
    expect(trainNumbers(resumed)).toEqual(trainNumbers(whole));
    expect(resumed.defined).toEqual([{ kind: "baseline", name: "straight", version: 3 }]);
    expect(whole.cost.bops).toBe(2 * 9 * 4 * 4 * 256);
    define(4);
    expect(() => bars.readTrainRecord(join(directory, "record.json"))).toThrow(
      'holds the baseline "straight", version 3; here it is version 4. Call defineBaseline({ name: "straight", version: 3, ... }) before you read it',
    );
    baselineFamilies.forget("straight");
    expect(() => bars.readTrainRecord(join(directory, "record.json"))).toThrow("which is not defined here");
  });

  it("is told from its former version by the hash of the model", () => {
    const hash = () =>
      modelHash(bars.records.checkModelSpec({ kind: "baseline", family: "straight", name: "a" }));
    define(1);
    const first = hash();
    define(2, 3);
    expect(hash()).not.toBe(first);
  });

  it("numbers what repeats behind a prefix, so that a chain of convolutions is built as it is costed", () => {
    bars.defineBaseline({
      name: "straight",
      layers: ({ stem, convolution, named, head, channels }) => {
        const conv = convolution({ kernel: 3, out: channels(8) });
        return [...stem({ kernel: 3, out: channels(8) }), ...named("a", [...conv, ...conv]), ...head()];
      },
    });
    const network = bars.config.baselineConfig({ family: "straight", block: "bireal" });
    const names = bars.cost.baselineLayers(network).map(({ name }) => name);
    const own = ["sign0", "binary_conv0", "batch_norm0", "sign1", "binary_conv1", "batch_norm1"];
    expect(names.filter((name) => name.startsWith("a."))).toEqual(own.map((name) => `a.${name}`));
    const latent = BaselineNetwork.parametersOf(network).filter(({ role }) => role === "latent");
    expect(latent.map(({ name }) => name)).toEqual(["a.binary_conv0.latent", "a.binary_conv1.latent"]);
  });

  /** A family with these layers between its stem and its head. */
  const between = (layers: (parts: BaselineParts) => LayerSpec[]) =>
    bars.defineBaseline({
      name: "straight",
      layers: (parts) => [...parts.stem({ kernel: 3, out: 8 }), ...layers(parts), ...parts.head()],
    });

  const wrong: [string, () => unknown, string][] = [
    [
      "a name that two layers have",
      () =>
        between(({ residual, convolution }) => [
          ...residual(0, convolution({ kernel: 3, out: 8 })),
          ...residual(0, convolution({ kernel: 3, out: 8 })),
        ]),
      'defineBaseline: "straight": with blocks "xnor" every layer should have a name of its own, got two called "block0.branch0.batch_norm". Give each residual(i, ...) another i, and each named(prefix, ...) another prefix.',
    ],
    [
      "a grouped convolution",
      () => between(() => [{ layer: "binary_conv", kernel: 3, out: 8, groups: 2 }]),
      "binary_conv: a network expected a convolution of stride 1 or 2 without groups and dilation, got stride 1, 2 groups, dilation 1.",
    ],
    [
      "a stride of 4 inside a residual block",
      () =>
        between(({ residual }) =>
          residual(
            0,
            [{ layer: "conv", kernel: 3, out: 8, stride: 4 }],
            [{ layer: "avg_pool", kernel: 4, stride: 4 }],
          ),
        ),
      "block0.branch0.conv: a network expected a convolution of stride 1 or 2 without groups and dilation, got stride 4, 1 groups, dilation 1.",
    ],
    [
      "a binary kernel of even size",
      () =>
        between(({ named }) => named("a", [{ layer: "sign" }, { layer: "binary_conv", kernel: 2, out: 8 }])),
      "a.binary_conv: a network expected a binary kernel of odd size, got 2.",
    ],
    [
      "three copies",
      () => between(() => [{ layer: "duplicate", copies: 3 }]),
      "duplicate: a network expected 2 copies of its channels, got 3.",
    ],
    [
      "a sum with nothing",
      () => between(() => [{ layer: "sum" }]),
      "sum: a network expected the tensors of a sum as branches, got a sum with none.",
    ],
    [
      "a name of the library",
      () => bars.defineBaseline({ name: "nin", layers: () => [] }),
      'defineBaseline: "nin" is a baseline of the library; choose another name.',
    ],
    [
      "no layers",
      () => bars.defineBaseline({ name: "straight" } as never),
      'defineBaseline: "straight": layers must be a function of the parts and the settings that lists the layers, got nothing.',
    ],
    [
      "no classifier at the end",
      () => bars.defineBaseline({ name: "straight", layers: ({ stem }) => stem({ kernel: 3, out: 8 }) }),
      'with blocks "xnor" its layers should end in [1, 1, 10] (one number a class), got [32, 32, 8]. End with head().',
    ],
    [
      "an unknown layer",
      () => bars.defineBaseline({ name: "straight", layers: () => [{ layer: "blur" } as never] }),
      'no cost is known for layer "blur"',
    ],
    [
      "an image that does not fit",
      () => {
        bars.defineBaseline({ name: "straight", multiple: 8, layers: ({ head }) => head() });
        bars.config.baselineConfig({ family: "straight", imageSize: 12 });
      },
      "baselineConfig: imageSize must be divisible by 8, as straight asks, got 12.",
    ],
  ];
  it.each(wrong)("%s is refused", (_, run, message) => {
    expect(run).toThrow(message);
  });

  it("keeps the former definition where a new one is refused", () => {
    const former = define();
    expect(() => bars.defineBaseline({ name: "straight", layers: () => [] })).toThrow("got no layer");
    expect(baselineFamilies.get("straight")).toBe(former);
  });
});
