import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { dataConfig } from "../../lib/config/dataConfig";
import type { FolderConfig } from "../../lib/config/folderSection";
import { classNamesOf } from "../../lib/data/classNames";
import { imageFolderSettings } from "../../lib/data/datasets/imageFolderSettings";
import { put } from "./pictures/folderFixture";

const clothes = ["Bag", "Boot", "Coat", "Dress", "Jacket", "Sandal", "Scarf", "Shirt", "Skirt", "Trouser"];

it("names the classes of a folder of pictures by its folders, whatever the folder itself is called", () => {
  const at = mkdtempSync(join(tmpdir(), "bars-class-names-"));
  for (const name of ["Fashion-MNIST", "constructor"]) {
    for (const one of clothes) for (const i of [0, 1]) put(join(at, name), `${one}/${i}.png`, "");
    const settings = imageFolderSettings(join(at, name), { imageSize: 32 });
    expect(classNamesOf({ name }, dataConfig(settings).folder as FolderConfig, 10)).toEqual(clothes);
  }
  rmSync(join(at, "constructor"), { recursive: true });
  rmSync(join(at, "Fashion-MNIST"), { recursive: true });
  const gone = dataConfig({
    dataset: "image-folder",
    folder: { path: join(at, "Fashion-MNIST"), imageSize: 32, classes: 10 },
  }).folder as FolderConfig;
  expect(classNamesOf({ name: "Fashion-MNIST" }, gone, 10).slice(0, 2)).toEqual(["0", "1"]);
  rmSync(at, { recursive: true });
});

it("knows the classes of Fashion-MNIST also where auto gave its images the form of CIFAR's", () => {
  const names = classNamesOf({ name: "Fashion-MNIST" }, undefined, 10);
  expect([names[0], names[9]]).toEqual(["T-shirt", "ankle boot"]);
  expect(classNamesOf({ name: "Fashion-MNIST as 32x32x3" }, undefined, 10)).toEqual(names);
});

it("numbers the classes of a set that it does not know, also of one called like a method", () => {
  expect(classNamesOf({ name: "constructor" }, undefined, 3)).toEqual(["0", "1", "2"]);
  expect(classNamesOf({ name: "CIFAR-10" }, undefined, 3)).toEqual(["0", "1", "2"]);
});
