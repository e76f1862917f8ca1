import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { baselineFamilies } from "../../lib/config/baselineFamilies";
import * as bars from "../../lib/index";
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

  const wrong: [string, () => unknown, string][] = [
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
