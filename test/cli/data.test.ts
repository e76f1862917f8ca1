import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { cifarContents } from "../../lib/data/cifarContent";
import { debianFashionMnist } from "../../lib/data/datasets/mnist";
import { writeCifar } from "../data/cifarFixture";
import { temporaryFolder } from "../helpers/tinySearch";

const folder = temporaryFolder();
const cli = resolve(__dirname, "../../lib/bin/bars.cjs");

/** `bars data` in a process of its own. */
function barsData(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [cli, "data", "--offline", "--data-dir", folder, ...args],
      (error, out, err) => {
        done({ code: error ? (error.code as unknown as number) : 0, out, err });
      },
    );
  });
}

describe("bars data", () => {
  it("says what it checked, and that the files are not the official ones", async () => {
    writeCifar(folder, cifarContents.cifar10);
    const { code, out } = await barsData();
    expect(out).toContain(
      "CIFAR-10: 50000 training images, 10000 test images\n  checked: sizes and labels\n",
    );
    expect(out).toContain("  checked: 5000 training and 1000 test images of each class (10)\n");
    expect(out).toContain(
      "  checked: no image there twice, no image in both the training and the test set\n",
    );
    expect(out).toContain("  checked: not the official bytes, checked by content: data_batch_1.bin, ");
    expect(out).toContain(
      "CIFAR-10, binary version. Not byte for byte the official files (md5): data_batch_1.bin, ",
    );
    expect(code).toBe(0);
  });

  it("exits with 1 and names the file where the content is wrong", async () => {
    const path = join(writeCifar(folder, cifarContents.cifar10), "data_batch_4.bin");
    writeFileSync(path, Buffer.alloc(readFileSync(path).length));
    const { code, err } = await barsData();
    expect(err).toContain("no image must come twice, got 9999 in data_batch_4.bin itself");
    expect(err).toContain("Delete data_batch_4.bin and load again to have it extracted anew");
    expect(code).toBe(1);
  });
});

describe("bars search without CIFAR-10", () => {
  // With Debian's Fashion-MNIST installed, "auto" takes that.
  it.skipIf(existsSync(debianFashionMnist))("says once why, and how to provide the files", async () => {
    const settings = {
      space: { initChannels: 2, cellLayout: [0, 1], steps: 1, widthChoices: [0.5, 1] },
      data: { dataset: "auto", directory: join(folder, "none"), trainImages: 40, testImages: 20 },
      batchSize: 10,
      epochs: 2,
      warmupEpochs: 1,
      evaluationImages: 0,
    };
    const config = join(folder, "settings.json");
    writeFileSync(config, JSON.stringify(settings));
    const args = [cli, "search", "--config", config, "--out", join(folder, "run")];
    // Nothing listens on port 1 of the local machine.
    const env = { ...process.env, BARS_CIFAR10_URL: "http://127.0.0.1:1/cifar-10-binary.tar.gz" };
    const { out, error } = await new Promise<{ out: string; error: Error | null }>((done) => {
      execFile(process.execPath, args, { env }, (failed, stdout, stderr) =>
        done({ out: stdout + stderr, error: failed }),
      );
    });
    expect(error).toBeNull();
    const times = (text: string) => out.split(text).length - 1;
    expect(times("\nThe data: Synthetic patterns drawn by this library, not photographs;")).toBe(1);
    expect(times("CIFAR-10 could not be fetched")).toBe(1);
    expect(times("To provide CIFAR-10 by hand")).toBe(1);
  });
});
