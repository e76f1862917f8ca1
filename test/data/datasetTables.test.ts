import { afterEach, describe, expect, it } from "vitest";
import { builtInDatasets, datasets, formOf } from "../../lib/config/datasets";
import { presetConfig } from "../../lib/config/presets";
import { spaceFor } from "../../lib/config/spaceFor";
import { cifarContents } from "../../lib/data/cifarContent";
import { datasetOf } from "../../lib/data/datasets/datasetOf";
import { defineDataset } from "../../lib/data/datasets/defineDataset";
import { forDataset, trainTarget } from "../../lib/experiments/trainTarget";
import { modelShape } from "../../lib/records/modelSpec";
import { silentProgress } from "../../lib/util/progress";

const part = { images: new Uint8Array(3 * 8 * 8), labels: [0, 1, 2] };
const define = () =>
  defineDataset({
    name: "small",
    classNames: ["a", "b", "c"],
    imageSize: 8,
    channels: 1,
    train: part,
    test: part,
  });
afterEach(() => datasets.forget("small"));

describe("data sets", () => {
  it("are what their facts say", async () => {
    const options = {
      directory: "none",
      download: false,
      trainImages: 10,
      testImages: 10,
      progress: silentProgress,
    };
    for (const name of ["synthetic", "auto"]) {
      const { train } = await datasetOf(name).read(options);
      const { imageSize, channels, classNames } = train;
      expect({ imageSize, imageChannels: channels, classes: classNames.length }).toEqual(formOf(name));
    }
    for (const name of ["cifar10", "cifar100"] as const) {
      expect(datasetOf(name).classes).toBe(cifarContents[name].labels.at(-1)?.classes);
      expect(datasetOf(name).title).toBe(cifarContents[name].name);
      expect(datasetOf(name).isFound?.("none")).toBe(false);
    }
  });

  it("in the form of CIFAR leave the settings of every preset as they were", () => {
    for (const name of ["auto", "cifar10", "cifar100", "synthetic"] as const) {
      const { imageSize, imageChannels } = presetConfig("smoke", { data: { dataset: name } }).space;
      expect([imageSize, imageChannels]).toEqual([32, 3]);
      expect(datasets.versionOf(name)).toBeNull();
      expect(builtInDatasets[name].name).toBe(name);
    }
  });

  it("of the user's own give spaces and hand-made networks their images and classes", () => {
    define();
    const form = { imageSize: 8, imageChannels: 1, classes: 3 };
    expect(formOf("small")).toEqual(form);
    expect(spaceFor("small", null, {}, "here")).toMatchObject(form);
    expect(spaceFor("small", "smoke", {}, "here")).toMatchObject(form);
    expect(spaceFor("small", null, { imageSize: 16 }, "here").imageSize).toBe(16);
    expect(modelShape(forDataset(trainTarget("resnet20-real"), "small"))).toEqual(form);
    expect(() => spaceFor("small", null, { classes: 4 }, "here")).toThrow(
      'here: classes must be 3, the classes of data set "small" (left out, it follows the data set), got 4.',
    );
  });
});
