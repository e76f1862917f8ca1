import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type DataConfig, dataConfig } from "../../lib/config/dataConfig";
import { channelStatistics } from "../../lib/data/channelStatistics";
import { readCifar10 } from "../../lib/data/cifar10";
import { cifarContents } from "../../lib/data/cifarContent";
import { cifar10 } from "../../lib/data/datasets/cifar10";
import { fashionMnist } from "../../lib/data/datasets/mnist";
import type { ImageSet } from "../../lib/data/imageSet";
import { loadData } from "../../lib/data/loadData";
import { randomKey } from "../../lib/random/randomKey";
import { hundredth, writeCifar } from "./cifarFixture";

const content = hundredth(cifarContents.cifar10);
let root: string;
let empty: string;
let filled: string;
/** Nothing listens on port 1 of the local machine. */
const unofficial =
  "CIFAR-10, binary version. Not byte for byte the official files (md5): data_batch_1.bin, data_batch_2.bin, " +
  "data_batch_3.bin, data_batch_4.bin, data_batch_5.bin, test_batch.bin.";
const nowhere = "http://127.0.0.1:1/cifar-10-binary.tar.gz";

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "bars-load-"));
  empty = join(root, "empty");
  mkdirSync(empty);
  filled = join(root, "filled");
  writeCifar(filled, content);
});
beforeEach(() => {
  // Files in the official form with a hundredth of the images; `test/data/cifarRecords.test.ts` reads as many as there are.
  vi.spyOn(cifar10, "read").mockImplementation(({ directory }) => readCifar10(directory, { content }));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const load = (overrides: Partial<DataConfig>, seed = 0) => loadData(dataConfig(overrides), randomKey(seed));
const sameBytes = (a: ImageSet, b: ImageSet) => Buffer.from(a.images).equals(b.images);

describe("loadData", () => {
  it('takes CIFAR-10 for "auto" when its files are there, with the mean and deviation of what is used', async () => {
    const { train, test, info } = await load({ directory: filled, trainImages: 200, testImages: 45 });
    expect([info.name, train.name, train.labels.length, test.labels.length]).toEqual([
      "CIFAR-10",
      "CIFAR-10",
      200,
      45,
    ]);
    for (let label = 0; label < 10; label++) {
      expect(train.labels.filter((other) => other === label).length).toBe(20);
      expect(Math.abs(test.labels.filter((other) => other === label).length - 4.5)).toBe(0.5);
    }
    expect({ mean: info.mean, std: info.std }).toEqual(channelStatistics(train));
    expect(info.note).toBe(
      `${unofficial} trainImages: 200 of 500, drawn evenly over the classes. ` +
        "testImages: 45 of 100, drawn evenly over the classes.",
    );
  });

  it("draws the limited images from the key, and uses all of them without a limit", async () => {
    const limits = { directory: filled, trainImages: 200, testImages: 50 };
    const [one, again, other] = [await load(limits, 1), await load(limits, 1), await load(limits, 2)];
    expect(sameBytes(again.train, one.train) && sameBytes(again.test, one.test)).toBe(true);
    expect(sameBytes(other.train, one.train) || sameBytes(other.test, one.test)).toBe(false);
    const whole = await load({ directory: filled });
    expect([whole.train.labels.length, whole.test.labels.length]).toEqual([500, 100]);
    expect(whole.info.note).toBe(unofficial);
  });

  it("refuses a limit above the set, naming the field", async () => {
    await expect(load({ directory: filled, testImages: 101 })).rejects.toThrow(
      "loadData: data.testImages must be at most 100 (all of CIFAR-10), got 101; 0 takes all.",
    );
  });

  it('draws the synthetic set for "auto" without files and without downloads, and says why', async () => {
    vi.spyOn(fashionMnist, "isFound").mockReturnValue(false);
    const { train, test, info } = await load({
      directory: empty,
      download: false,
      trainImages: 60,
      testImages: 20,
    });
    expect([train.labels.length, test.labels.length, info.name]).toEqual([60, 20, "synthetic"]);
    expect(info.note).toBe(
      "Synthetic patterns drawn by this library, not photographs; accuracies say nothing about CIFAR. " +
        `CIFAR-10 is not in ${empty} and downloads are not allowed.`,
    );
    expect(test.images).not.toEqual(train.images.subarray(0, test.images.length));
  });

  it('draws the synthetic set for "auto" when the download fails, and says why', async () => {
    vi.spyOn(fashionMnist, "isFound").mockReturnValue(false);
    vi.stubEnv("BARS_CIFAR10_URL", nowhere);
    const { info } = await load({ directory: empty, trainImages: 20, testImages: 20 });
    expect(info.name).toBe("synthetic");
    expect(info.note).toContain(`CIFAR-10 could not be fetched: downloadFile: cannot reach ${nowhere} (`);
    expect(readdirSync(empty)).toEqual([]);
  });

  it("never replaces CIFAR-10 by other images when it is asked for by name", async () => {
    vi.stubEnv("BARS_CIFAR10_URL", nowhere);
    await expect(load({ dataset: "cifar10", directory: empty })).rejects.toThrow(
      `downloadFile: cannot reach ${nowhere} (`,
    );
    await expect(load({ dataset: "cifar10", directory: empty, download: false })).rejects.toThrow(
      "downloads are not allowed. To provide CIFAR-10 by hand",
    );
    await expect(load({ dataset: "cifar100", directory: empty, download: false })).rejects.toThrow(
      "downloads are not allowed. To provide CIFAR-100 by hand",
    );
  });

  it('fails for "auto" when the files are there but damaged or incomplete, instead of passing them over', async () => {
    const damaged = join(root, "damaged");
    const folder = join(damaged, "cifar-10-batches-bin");
    mkdirSync(folder, { recursive: true });
    for (const file of readdirSync(join(filled, "cifar-10-batches-bin"))) {
      copyFileSync(join(filled, "cifar-10-batches-bin", file), join(folder, file));
    }
    truncateSync(join(folder, "data_batch_4.bin"), 1000);
    await expect(load({ directory: damaged })).rejects.toThrow(
      `data_batch_4.bin in ${folder} must hold 307300 bytes`,
    );
    rmSync(join(folder, "data_batch_4.bin"));
    await expect(load({ directory: damaged, download: false })).rejects.toThrow(
      `fetchCifar: ${folder} lacks data_batch_4.bin, and downloads are not allowed.`,
    );
    const halfArchive = join(root, "half");
    mkdirSync(halfArchive);
    writeFileSync(join(halfArchive, "cifar-10-binary.tar.gz"), "half");
    await expect(load({ directory: halfArchive, download: false })).rejects.toThrow(
      "must have the md5 c32a1d4ab5d0",
    );
  });

  it("draws one fixed synthetic set, whatever the seed", async () => {
    const small = { dataset: "synthetic", trainImages: 30, testImages: 10 } as const;
    const [one, other] = [await load(small, 1), await load(small, 2)];
    expect(sameBytes(other.train, one.train) && sameBytes(other.test, one.test)).toBe(true);
    expect(one.info.note).toBe(
      "Synthetic patterns drawn by this library, not photographs; accuracies say nothing about CIFAR.",
    );
  });
});
