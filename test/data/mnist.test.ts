import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { auto } from "../../lib/data/datasets/auto";
import { debianFashionMnist, fashionMnist, mnist } from "../../lib/data/datasets/mnist";
import { readIdx } from "../../lib/data/idxFile";
import { silentProgress } from "../../lib/util/progress";
import { oncePer } from "../helpers/oncePer";

const folder = mkdtempSync(join(tmpdir(), "bars-mnist-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function idx(shape: readonly number[], bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.set([0, 0, 8, shape.length]);
  for (const [d, length] of shape.entries()) head.writeUInt32BE(length, 4 + 4 * d);
  return Buffer.concat([head, bytes]);
}

/** Files of the real sizes: image i is of class i mod 10 and has the one value i mod 256, its last pixel 0. */
const filesOf = oncePer((count: number) => {
  const images = new Uint8Array(count * 784);
  for (let i = 0; i < count; i++) images.fill(i % 256, i * 784, (i + 1) * 784 - 1);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  return { images: idx([count, 28, 28], images), labels: idx([count], labels) };
});

function writeSet(name: string, packed: boolean): string {
  const at = join(folder, name, "fashion-mnist");
  mkdirSync(at, { recursive: true });
  for (const [part, count] of [
    ["train", 60_000],
    ["t10k", 10_000],
  ] as const) {
    const { images, labels } = filesOf(count);
    const put = (kind: string, bytes: Buffer) =>
      writeFileSync(
        join(at, `${part}-${kind}-ubyte${packed ? ".gz" : ""}`),
        packed ? gzipSync(bytes, { level: 1 }) : bytes,
      );
    put("images-idx3", images);
    put("labels-idx1", labels);
  }
  return join(folder, name);
}

const options = (directory: string) =>
  ({ directory, download: false, trainImages: 0, testImages: 0, progress: silentProgress }) as const;

describe("Fashion-MNIST and MNIST", () => {
  it("are read packed or not, with one channel", async () => {
    for (const packed of [false, true]) {
      const { train, test } = await fashionMnist.read(options(writeSet(`packed-${packed}`, packed)));
      expect([train.imageSize, train.channels, train.labels.length, test.labels.length]).toEqual([
        28, 1, 60_000, 10_000,
      ]);
      expect([...train.labels.subarray(0, 3)]).toEqual([0, 1, 2]);
      expect([train.images[784 * 257], train.images[784 * 258 - 1]]).toEqual([1, 0]);
    }
  });

  it("take CIFAR-10's place in its form, and say so", async () => {
    const directory = join(folder, "packed-false");
    const { train } = await auto.read(options(directory));
    expect([train.name, train.imageSize, train.channels]).toEqual(["Fashion-MNIST as 32x32x3", 32, 3]);
    expect(train.note).toMatch(/black border to 32x32 .* CIFAR-10 is not in .* downloads are not allowed/);
    const at = (image: number, y: number, x: number) => [
      ...train.images.subarray(((image * 32 + y) * 32 + x) * 3).subarray(0, 3),
    ];
    expect([at(5, 1, 10), at(5, 2, 2), at(5, 29, 28), at(5, 29, 29)]).toEqual([
      [0, 0, 0],
      [5, 5, 5],
      [5, 5, 5],
      [0, 0, 0],
    ]);
  });

  it("name what is wrong: no files, another form, cut off, other classes", async () => {
    await expect(mnist.fetch?.(options(join(folder, "none")))).rejects.toThrow(
      /MNIST: .*none\/mnist lacks its files, and downloads are not allowed\. To provide MNIST by hand, put train-images-idx3-ubyte\.gz/,
    );
    const path = join(folder, "bad");
    writeFileSync(path, "hello");
    expect(() => readIdx(path, 1)).toThrow(/must begin with 00 00 08 01 .* got 68 65 6c 6c/);
    writeFileSync(path, idx([9], new Uint8Array(8)));
    expect(() => readIdx(path, 1)).toThrow(/must hold 9 bytes after its header \(9\), got 8\. It is cut off/);
    writeFileSync(path, gzipSync(idx([9], new Uint8Array(9))).subarray(0, 15));
    expect(() => readIdx(path, 1)).toThrow(/must be a gzip file, but cannot be unpacked/);
    const directory = join(folder, "packed-false");
    writeFileSync(
      join(directory, "fashion-mnist/t10k-labels-idx1-ubyte"),
      idx([10_000], new Uint8Array(10_000)),
    );
    await expect(fashionMnist.read(options(directory))).rejects.toThrow(/must have 1000 labels 0, got 10000/);
  });

  it.skipIf(!fashionMnist.isFound?.(join(folder, "nowhere")))(
    "are found where Debian puts them",
    async () => {
      const { train, checked } = await fashionMnist.read(options(join(folder, "nowhere")));
      expect(checked).toContain(`from ${debianFashionMnist}`);
      // The first training picture is an ankle boot: https://github.com/zalandoresearch/fashion-mnist.
      expect(train.classNames[train.labels[0] as number]).toBe("ankle boot");
    },
  );
});
