import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { dataConfig } from "../../lib/config/dataConfig";
import { readCifar10 } from "../../lib/data/cifar10";
import { readCifar100 } from "../../lib/data/cifar100";
import { cifarArchives, missingFiles } from "../../lib/data/cifarArchive";
import { type CifarContent, cifarContents } from "../../lib/data/cifarContent";
import { loadData } from "../../lib/data/loadData";
import { randomKey } from "../../lib/random/randomKey";
import { DataError } from "../../lib/util/errors";
import { cifarRecords, smallContent, writeCifar } from "./cifarFixture";

let root: string;
let directory: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "bars-check-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => {
  directory = mkdtempSync(join(root, "case-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const record = 3073;
const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");
const remedy = (files: string) =>
  `Delete ${files} and load again to have ${files.includes(" and ") ? "them" : "it"} extracted anew, or copy from the official archive.`;

/** A set with this change in its files, read. */
function changed(change: (name: string, bytes: Buffer) => void, content: CifarContent = smallContent) {
  writeCifar(directory, content, change);
  return readCifar10(directory, { content });
}

/** The small set with the checksums its files have. */
const summed: CifarContent = {
  ...smallContent,
  train: smallContent.train.map((file, i) => ({ ...file, md5: md5(cifarRecords(smallContent, 8, 8 * i)) })),
  test: smallContent.test.map((file) => ({ ...file, md5: md5(cifarRecords(smallContent, 4, 16)) })),
};

describe("the content of a set of the CIFAR form", () => {
  it("is good with the right number of every class and no image twice, and says what was checked", async () => {
    const { train, test, checked } = await changed(() => {});
    expect([train.labels.length, test.labels.length, train.note]).toEqual([16, 4, "Small, binary version."]);
    const sums = [0, 8, 16].map((at) => md5(cifarRecords(smallContent, at === 16 ? 4 : 8, at)));
    expect(checked).toEqual([
      "sizes and labels",
      "4 training and 1 test images of each class (4)",
      "no image there twice, no image in both the training and the test set",
      `md5 (not compared): one.bin ${sums[0]}, two.bin ${sums[1]}, test.bin ${sums[2]}`,
    ]);
  });

  it("has no image twice in a file", async () => {
    const read = changed((name, bytes) => {
      if (name === "two.bin") bytes.copy(bytes, 5 * record + 1, record + 1, 2 * record);
    });
    await expect(read).rejects.toThrow(DataError);
    await expect(read).rejects.toThrow(
      `checkCifar: the files in ${join(directory, "small-bin")} are not those of Small: no image must come twice, ` +
        `got 1 in two.bin itself (record 5 is record 1 again). ${remedy("two.bin")}`,
    );
  });

  it("has no image in two training files, and the pixels decide, not the labels", async () => {
    const read = changed((name, bytes) => {
      if (name === "two.bin") cifarRecords(smallContent, 8, 0).copy(bytes, 1, 1, record);
    });
    await expect(read).rejects.toThrow(
      "no image must come twice, got 1 of two.bin that are also in one.bin (record 0 is record 0 there). " +
        remedy("two.bin and one.bin"),
    );
  });

  it("has no training image among the test images, whatever its label there", async () => {
    const read = changed((name, bytes) => {
      if (name === "test.bin")
        cifarRecords(smallContent, 8, 8).copy(bytes, 2 * record + 1, record + 1, 2 * record);
    });
    await expect(read).rejects.toThrow(
      "are not those of Small: no image must be in the training and the test set, got 1 of test.bin that are also " +
        `in two.bin (record 2 is record 1 there). ${remedy("test.bin and two.bin")}`,
    );
  });

  it("may repeat and share images up to what the genuine set does", async () => {
    const twice = (name: string, bytes: Buffer) => {
      if (name === "test.bin") cifarRecords(smallContent, 8, 8).copy(bytes, 1, 1, record);
      if (name === "two.bin") cifarRecords(smallContent, 8, 0).copy(bytes, 3 * record + 1, 1, record);
    };
    const { checked } = await changed(twice, { ...smallContent, repeatsAtMost: 1, sharedAtMost: 1 });
    expect(checked[2]).toBe("1 images there twice, 1 images in both the training and the test set");
    await expect(changed(twice, { ...smallContent, sharedAtMost: 1 })).rejects.toThrow(
      "no image must come twice",
    );
    await expect(changed(twice, { ...smallContent, repeatsAtMost: 1 })).rejects.toThrow(
      "no image must be in the training and the test set",
    );
  });

  it("has its number of training images of every class, and the most uneven file is named", async () => {
    const read = changed((name, bytes) => {
      if (name === "two.bin") for (const at of [0, 1]) bytes[at * record] = 3;
    });
    await expect(read).rejects.toThrow(
      "one.bin, two.bin must hold 4 training images of each class, got 6 of class 3, 3 of class 0, 3 of class 1; " +
        `the most uneven file is two.bin. ${remedy("two.bin")}`,
    );
  });

  it("has its number of test images of every class", async () => {
    const read = changed((name, bytes) => {
      if (name === "test.bin") for (const at of [0, 1, 2]) bytes[at * record] = 3;
    });
    await expect(read).rejects.toThrow(
      "test.bin must hold 1 test images of each class, got 4 of class 3, 0 of class 0, 0 of class 1 and others (4 in all). " +
        remedy("test.bin"),
    );
  });

  it("has one coarse class for each fine one, over both parts", async () => {
    const content: CifarContent = {
      ...smallContent,
      labels: [
        { what: "coarse class", classes: 2, trainPerClass: 8, testPerClass: 2 },
        { what: "fine class", classes: 4, trainPerClass: 4, testPerClass: 1 },
      ],
    };
    writeCifar(directory, content);
    const { checked } = await readCifar100(directory, { content });
    expect(checked.slice(1, 3)).toEqual([
      "8 training and 2 test images of each coarse class (2)",
      "4 training and 1 test images of each fine class (4)",
    ]);
    writeCifar(directory, content, (name, bytes) => {
      // Swaps the coarse classes of two test images, so that the numbers stay.
      if (name === "test.bin") [bytes[0], bytes[3 * 3074]] = [1, 0];
    });
    await expect(readCifar100(directory, { content })).rejects.toThrow(
      "every fine class must have one coarse class, got 0 (record 0 of one.bin) and 1 (record 0 of test.bin) for " +
        `fine class 0. ${remedy("one.bin and test.bin")}`,
    );
    writeCifar(directory, content, (name, bytes) => {
      if (name === "two.bin") bytes[0] = 1;
    });
    await expect(readCifar100(directory, { content, classes: "fine" })).rejects.toThrow(
      "must hold 8 training images of each coarse class, got 7 of coarse class 0, 9 of coarse class 1",
    );
  });
});

describe("known checksums", () => {
  const flip = (of: string) => (name: string, bytes: Buffer) => {
    if (name === of) bytes[100] = (bytes[100] as number) ^ 1;
  };

  it("are said where all are met", async () => {
    const { checked, train } = await changed(() => {}, summed);
    expect(checked.slice(1)).toEqual([
      "4 training and 1 test images of each class (4)",
      "official byte for byte (md5): one.bin, two.bin, test.bin",
    ]);
    expect(train.note).toBe("Small, binary version.");
  });

  it.each(["two.bin", "test.bin"])(
    "find one changed bit in %s where another file is the official one",
    async (name) => {
      const at = name === "two.bin" ? 8 : 16;
      const bytes = cifarRecords(smallContent, name === "two.bin" ? 8 : 4, at);
      const official = md5(bytes);
      flip(name)(name, bytes);
      await expect(changed(flip(name), summed)).rejects.toThrow(
        `are not those of Small: ${name} must have the md5 ${official} as the other official files do, got ${md5(bytes)}. ${remedy(name)}`,
      );
    },
  );

  it("find files that changed places", async () => {
    const read = changed((name, bytes) => {
      if (name === "one.bin") cifarRecords(smallContent, 8, 8).copy(bytes);
      if (name === "two.bin") cifarRecords(smallContent, 8, 0).copy(bytes);
    }, summed);
    const [one, two] = summed.train.map((file) => file.md5);
    await expect(read).rejects.toThrow(
      `one.bin must be the official one.bin (md5 ${one}), got the official two.bin (md5 ${two}); ` +
        `two.bin must be the official two.bin (md5 ${two}), got the official one.bin (md5 ${one}). ${remedy("one.bin and two.bin")}`,
    );
  });

  it("are not asked of a copy from another source, whose note says so", async () => {
    const all = (_: string, bytes: Buffer) => {
      bytes[100] = (bytes[100] as number) ^ 1;
    };
    const { train, test, checked } = await changed(all, summed);
    const note =
      "Small, binary version. Not byte for byte the official files (md5): one.bin, two.bin, test.bin.";
    expect([train.note, test.note]).toEqual([note, note]);
    expect(checked.at(-1)).toBe("not the official bytes, checked by content: one.bin, two.bin, test.bin");
  });

  it("are not asked of a test file whose approximations are listed, but its content is checked", async () => {
    const list = join(directory, "small-bin", "test_batch.approx_indices.txt");
    writeCifar(directory, summed, flip("test.bin"));
    writeFileSync(list, "0\n");
    const { checked, test } = await readCifar10(directory, { content: summed });
    expect(checked.at(-1)).toBe("not the official bytes, checked by content: test.bin");
    expect(test.note).toMatch("1 of the 4 test records are approximations");
    writeCifar(directory, summed, (name, bytes) => {
      if (name === "test.bin") bytes[0] = 1;
    });
    await expect(readCifar10(directory, { content: summed })).rejects.toThrow(
      "must hold 1 test images of each class",
    );
    writeFileSync(list, "4\n");
    writeCifar(directory, summed);
    await expect(readCifar10(directory, { content: summed })).rejects.toThrow("record numbers from 0 to 3");
  });
});

const real = resolve(process.env["BARS_DATA_DIR"] || join(__dirname, "../../data/raw"));
const here = missingFiles(cifarArchives.cifar10, real).length === 0;

describe.skipIf(!here)("the real CIFAR-10, damaged", () => {
  const source = join(real, "cifar-10-batches-bin");

  /** Loads the real files with some replaced. */
  function withFiles(changed: Readonly<Record<string, Uint8Array | string>>) {
    const folder = join(directory, "cifar-10-batches-bin");
    mkdirSync(folder);
    const files = [...cifarArchives.cifar10.files, "test_batch.approx_indices.txt"];
    for (const file of files) {
      if (existsSync(join(source, file)) && changed[file] === undefined)
        symlinkSync(join(source, file), join(folder, file));
    }
    for (const [name, bytes] of Object.entries(changed)) {
      if (typeof bytes === "string") symlinkSync(join(source, bytes), join(folder, name));
      else writeFileSync(join(folder, name), bytes);
    }
    return loadData(dataConfig({ directory }), randomKey(0));
  }
  const bytesOf = (name: string) => readFileSync(join(source, name));
  const [one, , , four, five] = cifarContents.cifar10.train.map((file) => file.md5);

  it("a training file all zero, one whose labels moved on by a record so that the numbers hold, a training file as test file", async () => {
    const zeros = new Uint8Array(30_730_000);
    const moved = bytesOf("data_batch_5.bin");
    const labels = Array.from({ length: 10_000 }, (_, i) => moved[i * record] as number);
    for (let i = 0; i < 10_000; i++) moved[i * record] = labels[(i + 1) % 10_000] as number;
    const files = {
      "data_batch_4.bin": zeros,
      "data_batch_5.bin": moved,
      "test_batch.bin": "data_batch_1.bin",
    };
    const text = await withFiles(files).then(
      () => "nothing",
      (error: Error) => error.message,
    );
    expect(text).toContain(
      `checkCifar: the files in ${join(directory, "cifar-10-batches-bin")} are not those of CIFAR-10: data_batch_4.bin must ` +
        `have the md5 ${four} as the other official files do, got ${md5(zeros)}; data_batch_5.bin must have the md5 ${five} ` +
        `as the other official files do, got ${md5(moved)}; test_batch.bin must be the official test_batch.bin `,
    );
    expect(text).toContain(
      "; no image must come twice, got 9999 in data_batch_4.bin itself (record 1 is record 0 again); ",
    );
    expect(text).toContain(
      "no image must be in the training and the test set, got 10000 of test_batch.bin that are also in data_batch_1.bin " +
        "(record 0 is record 0 there); ",
    );
    expect(text).toContain(
      "data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, data_batch_4.bin, data_batch_5.bin must hold 5000 training " +
        "images of each class, got 13997 of class 0, 3959 of class 2, 3976 of class 8 and others (10 in all); the most " +
        "uneven file is data_batch_4.bin; test_batch.bin must hold 1000 test images of each class, got 937 of class 5",
    );
    expect(text).toContain(
      ". Delete data_batch_4.bin and data_batch_5.bin and test_batch.bin and load again to have them extracted anew",
    );
  });

  it("a training file twice, and one training image among the test images", async () => {
    const bytes = bytesOf("test_batch.bin");
    bytesOf("data_batch_3.bin").copy(bytes, 77 * record + 1, 5 * record + 1, 6 * record);
    const read = withFiles({ "data_batch_2.bin": "data_batch_1.bin", "test_batch.bin": bytes });
    await expect(read).rejects.toThrow(
      `got the official data_batch_1.bin (md5 ${one}); no image must come twice, got 10000 of data_batch_2.bin that are ` +
        "also in data_batch_1.bin (record 0 is record 0 there); ",
    );
    await expect(read).rejects.toThrow(
      "got 1 of test_batch.bin that are also in data_batch_3.bin (record 77 is record 5 there)",
    );
  });
});
