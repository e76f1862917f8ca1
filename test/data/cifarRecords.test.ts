import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCifar10 } from "../../lib/data/cifar10";
import { readCifar100 } from "../../lib/data/cifar100";
import { cifarContents } from "../../lib/data/cifarContent";
import { readCifarRecords } from "../../lib/data/cifarRecords";
import type { ImageSet } from "../../lib/data/imageSet";
import { integers, randomKey } from "../../lib/random/randomKey";
import { hundredth, writeCifar } from "./cifarFixture";

const unofficial =
  "CIFAR-10, binary version. Not byte for byte the official files (md5): data_batch_1.bin, data_batch_2.bin, " +
  "data_batch_3.bin, data_batch_4.bin, data_batch_5.bin, test_batch.bin.";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "bars-cifar-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A file of zero bytes that takes no room on disk. All labels are 0, all pixels black. */
function zeros(path: string, size: number, patches: Record<number, number> = {}): void {
  const bytes = Buffer.alloc(Math.max(0, ...Object.keys(patches).map((at) => Number(at) + 1)));
  for (const [at, value] of Object.entries(patches)) bytes[Number(at)] = value;
  writeFileSync(path, bytes);
  truncateSync(path, size);
}

describe("readCifarRecords", () => {
  const planes = Uint8Array.from(integers(randomKey(0), 2 * 3072, 256));

  it("interleaves the three colour planes and reads one label a record, from any starting image", async () => {
    const path = join(root, "two.bin");
    const records = [Buffer.from([7]), planes.subarray(0, 3072), Buffer.from([3]), planes.subarray(3072)];
    writeFileSync(path, Buffer.concat(records));
    const images = new Uint8Array(3 * 3072);
    const labels = new Uint8Array(3);
    await readCifarRecords({ path, records: 2, classes: [10] }, images, [labels], 1);
    expect([...labels]).toEqual([0, 7, 3]);
    expect(images.subarray(0, 3072).every((byte) => byte === 0)).toBe(true);
    for (const [image, y, x, channel] of [
      [0, 0, 0, 0],
      [0, 0, 1, 2],
      [1, 31, 31, 2],
      [1, 5, 9, 1],
    ] as const) {
      const expected = planes[image * 3072 + channel * 1024 + y * 32 + x];
      expect(images[((image + 1) * 1024 + y * 32 + x) * 3 + channel]).toBe(expected);
    }
  });

  it("reads the coarse and the fine label of CIFAR-100 records apart", async () => {
    const path = join(root, "fine.bin");
    writeFileSync(path, Buffer.concat([Buffer.from([19, 99]), planes.subarray(0, 3072)]));
    const images = new Uint8Array(3072);
    const [coarse, fine] = [new Uint8Array(1), new Uint8Array(1)];
    await readCifarRecords({ path, records: 1, classes: [20, 100] }, images, [coarse, fine], 0);
    expect([coarse[0], fine[0]]).toEqual([19, 99]);
    expect(images[3 * 1023 + 2]).toBe(planes[3071]);
  });

  it.each([
    [6145, "truncated"],
    [6147, "not one of the binary version"],
    [0, "truncated"],
  ])("refuses a file of %i bytes", async (size, why) => {
    const path = join(root, "sized.bin");
    zeros(path, size);
    const read = readCifarRecords(
      { path, records: 2, classes: [10] },
      new Uint8Array(6144),
      [new Uint8Array(2)],
      0,
    );
    await expect(read).rejects.toThrow(
      `readCifarRecords: sized.bin in ${root} must hold 6146 bytes (2 records of 3073), got ${size}; the file is ${why}. ` +
        "Delete it and load again to have it extracted anew, or copy it from the official archive.",
    );
  });

  it.each([
    [[10], { 3073: 10 }, "label byte 0 of record 1 must be from 0 to 9, got 10"],
    [[20, 100], { 0: 20 }, "label byte 0 of record 0 must be from 0 to 19, got 20"],
    [[20, 100], { 1: 100 }, "label byte 1 of record 0 must be from 0 to 99, got 100"],
  ])("refuses a label without a class (%j, %j)", async (classes, patch, what) => {
    const path = join(root, "label.bin");
    zeros(path, 2 * (3072 + classes.length), patch as Record<number, number>);
    const labels = classes.map(() => new Uint8Array(2));
    const read = readCifarRecords({ path, records: 2, classes }, new Uint8Array(6144), labels, 0);
    await expect(read).rejects.toThrow(
      `readCifarRecords: label.bin in ${root}: ${what}; the file is damaged. Delete it and load again to have it extracted anew.`,
    );
  });

  it("says which file is missing, and what to do", async () => {
    const file = { path: join(root, "none.bin"), records: 1, classes: [10] };
    await expect(readCifarRecords(file, new Uint8Array(3072), [new Uint8Array(1)], 0)).rejects.toThrow(
      `readCifarRecords: expected a file none.bin in ${root}, but there is none. ` +
        "Extract the official archive there, or load with download allowed.",
    );
    const folder = { ...file, path: root };
    await expect(readCifarRecords(folder, new Uint8Array(3072), [new Uint8Array(1)], 0)).rejects.toThrow(
      "but it cannot be read (EISDIR",
    );
  });
});

describe("readCifar10", () => {
  it("joins the five training files in their order and keeps the test file apart", async () => {
    const directory = join(root, "ten");
    writeCifar(directory, cifarContents.cifar10);
    const { train, test } = await readCifar10(directory);
    rmSync(directory, { recursive: true });
    expect(train.labels.length).toBe(50_000);
    // The fixture numbers its images through in their first four bytes, which are red pixels.
    const number = (set: ImageSet, image: number) =>
      [3, 2, 1, 0].reduce((sum, byte) => 256 * sum + (set.images[3072 * image + 3 * byte] as number), 0);
    expect([0, 9_999, 10_000, 49_999].map((i) => number(train, i))).toEqual([0, 9_999, 10_000, 49_999]);
    expect([0, 9_999].map((i) => number(test, i))).toEqual([50_000, 59_999]);
    expect([train.labels[13], train.labels[49_999], test.labels[4]]).toEqual([3, 9, 4]);
    expect(test.labels.length).toBe(10_000);
    expect([train.imageSize, train.channels, train.name, test.note]).toEqual([32, 3, "CIFAR-10", unofficial]);
    expect(train.classNames).toEqual(Array.from({ length: 10 }, (_, i) => `class${i}`));
    expect(train.images.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it("mentions test records that are approximations, and drops them on demand", async () => {
    const directory = join(root, "approximate");
    const content = hundredth(cifarContents.cifar10);
    const folder = writeCifar(directory, content);
    const list = join(folder, "test_batch.approx_indices.txt");
    writeFileSync(list, "0\n17\n99\n");
    const { test } = await readCifar10(directory, { content });
    expect(test.note).toBe(
      `${unofficial} 3 of the 100 test records are approximations (test_batch.approx_indices.txt).`,
    );
    expect(test.labels.length).toBe(100);
    expect([...(test.approximate ?? [])]).toEqual([0, 17, 99]);
    const exact = (await readCifar10(directory, { content, exactTestOnly: true })).test;
    expect([exact.labels.length, exact.labels[0], exact.images[0]]).toEqual([97, 1, 501 % 256]);
    expect(exact.note).toBe(
      `${unofficial} 3 approximate test records dropped (test_batch.approx_indices.txt).`,
    );
    writeFileSync(list, "100\n");
    await expect(readCifar10(directory, { content })).rejects.toThrow(
      `readCifar10: test_batch.approx_indices.txt in ${folder} must hold record numbers from 0 to 99, one a line, got "100".`,
    );
  });

  it("refuses a list of class names with a line too few", async () => {
    const short = join(root, "short");
    mkdirSync(join(short, "cifar-10-batches-bin"), { recursive: true });
    writeFileSync(join(short, "cifar-10-batches-bin/batches.meta.txt"), "a\nb\nc\nd\ne\nf\ng\nh\ni\n");
    await expect(readCifar10(short)).rejects.toThrow(
      `readLines: batches.meta.txt in ${join(short, "cifar-10-batches-bin")} must hold 10 names, one a line, got 9. ` +
        "Copy it from the official archive.",
    );
  });
});

describe("readCifar100", () => {
  it("takes the fine label by default and the coarse one on demand", async () => {
    const content = hundredth(cifarContents.cifar100);
    writeCifar(join(root, "hundred"), content);
    const fine = await readCifar100(join(root, "hundred"), { content });
    expect([fine.train.labels.length, fine.test.labels.length]).toEqual([500, 100]);
    expect([fine.train.labels[142], fine.test.labels[99]]).toEqual([42, 99]);
    expect(fine.train.images[3072]).toBe(1);
    expect([fine.train.name, fine.train.classNames[99]]).toEqual(["CIFAR-100", "fine99"]);
    expect(fine.train.note).toBe("CIFAR-100, binary version, 100 fine classes.");
    const coarse = await readCifar100(join(root, "hundred"), { content, classes: "coarse" });
    expect([coarse.train.labels[142], coarse.test.labels[99]]).toEqual([8, 19]);
    expect([coarse.train.name, coarse.train.classNames.length]).toEqual(["CIFAR-100 (coarse)", 20]);
    // The files of the whole set are refused unless each holds its number of records.
    const whole = { ...content, train: cifarContents.cifar100.train, test: cifarContents.cifar100.test };
    await expect(readCifar100(join(root, "hundred"), { content: whole })).rejects.toThrow(
      /train\.bin .* must hold 153700000 bytes \(50000 records of 3074\), got 1537000/,
    );
  });
});
