import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataConfig } from "../../../lib/config/dataConfig";
import type { FolderConfig } from "../../../lib/config/folderSection";
import { augmentBatch } from "../../../lib/data/augmentBatch";
import { imageFolderSettings, imageListSettings } from "../../../lib/data/datasets/imageFolderSettings";
import { epochBatches } from "../../../lib/data/epochBatches";
import { type LoadedData, loadData } from "../../../lib/data/loadData";
import { listPictures } from "../../../lib/data/pictures/listPictures";
import { readIndex, sumText } from "../../../lib/data/pictures/pictureStore";
import type { EpochBatch } from "../../../lib/data/runPlans";
import { sequentialBatches } from "../../../lib/data/sequentialBatches";
import { randomKey } from "../../../lib/random/randomKey";
import { halves, pictureFolder, put, sharp } from "./folderFixture";

const key = randomKey(0);
const made: string[] = [];
const scratch = () => {
  const folder = mkdtempSync(join(tmpdir(), "bars-stores-"));
  made.push(folder);
  return folder;
};

async function load(root: string, folder: object = {}, directory = scratch()): Promise<LoadedData> {
  const settings = imageFolderSettings(root, { imageSize: 16, threads: 1, ...folder });
  return loadData(dataConfig({ ...settings, directory }), key);
}

async function collect(batches: AsyncIterable<EpochBatch>): Promise<EpochBatch[]> {
  const all: EpochBatch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

const plain = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] };
const as = async ({ train }: LoadedData) =>
  collect(sequentialBatches({ set: train, batchSize: 3, ...plain }));

const folderOf = (path: string) => dataConfig(imageFolderSettings(path)).folder as FolderConfig;

describe("a folder of pictures", () => {
  let root: string;
  /** Of `root`, its store in `stores`: for tests that only read. */
  let stored: LoadedData;
  let stores: string;
  beforeAll(async () => {
    root = await pictureFolder();
    stores = scratch();
    made.push(root);
    stored = await load(root, {}, stores);
  });
  afterAll(() => {
    for (const folder of made) rmSync(folder, { recursive: true, force: true });
  });

  it("has the classes of its folders, in order, and the pictures of train and val", async () => {
    const { train, test, info, checked } = stored;
    expect(train.classNames).toEqual(["day", "night"]);
    expect([...train.labels]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect([...test.labels]).toEqual([0, 0, 1, 1]);
    expect(info.contentHash).toMatch(/^[0-9a-f]{64}$/);
    expect(checked[0]).toBe("12 pictures of 2 classes decoded");
  });

  it("resizes the shorter side and cuts out the centre, as sharp itself does", async () => {
    const { train } = stored;
    const [first] = (await collect(sequentialBatches({ set: train, batchSize: 1, ...plain }))) as [
      EpochBatch,
    ];
    // 24x30, shorter side to 18: 18x23 (22.5 rounded up); centre of 16x16 at (3, 1).
    const { data, info } = await sharp(join(root, "train/day/p0.png"))
      .resize({ width: 18, height: 18, fit: "outside", kernel: "linear" })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const [top, left] = [Math.floor((info.height - 16) / 2), Math.floor((info.width - 16) / 2)];
    for (const [y, x] of [
      [0, 0],
      [7, 3],
      [15, 15],
    ] as const)
      for (let c = 0; c < 3; c++)
        expect(first.images[(y * 16 + x) * 3 + c]).toBeCloseTo(
          data[((top + y) * info.width + left + x) * 3 + c] as number,
          3,
        );
  });

  it("gives the same batches from stored pictures and from files decoded anew", async () => {
    const decoded = await load(root, { cache: "none" });
    expect((await as(decoded)).map(({ images }) => images)).toEqual(
      (await as(stored)).map(({ images }) => images),
    );
    expect(decoded.info).toEqual(stored.info);
  });

  it("opens the index of many pictures again that are decoded whenever they are used", async () => {
    const many = await pictureFolder(40);
    made.push(many);
    const directory = scratch();
    const first = await load(many, { cache: "none" }, directory);
    const again = await load(many, { cache: "none" }, directory);
    expect(again.train.labels).toHaveLength(80);
    expect(again.info.contentHash).toBe(first.info.contentHash);
    const [store] = readdirSync(join(directory, "image-folder"));
    // Less is in it than a picture takes: the check of its size must count what an index takes, no more.
    expect(statSync(join(directory, "image-folder", store as string)).size).toBeLessThan(84 * 18 * 18 * 3);
  });

  it("keeps no bytes of pictures in memory, and says so to whoever asks for them", async () => {
    const { train } = stored;
    expect(train.images.length).toBe(0);
    const request = { set: train, indices: [0], augment: null, table: new Float32Array(768) };
    expect(() => augmentBatch(request, new Float32Array(768), key)).toThrow(
      /augmentBatch: expected images in memory, got bars-pictures-\w+, whose pictures stay on the disk/,
    );
  });

  const changes = {
    cropBorder: 2,
    flip: true,
    cutout: 4,
    resizedCrop: 0.2,
    colourJitter: 0.4,
    randomOperations: 2,
    mixup: 0.2,
    cutmix: 1,
  };

  it("draws every change from keys: an epoch taken up at a step, or made by more threads, is the same", async () => {
    const { train } = stored;
    const more = await load(root, { threads: 3 });
    const indices = [0, 1, 2, 3, 4, 5, 6, 7];
    const epoch = (set: typeof train, startStep = 0) =>
      collect(
        epochBatches({
          set,
          indices,
          batchSize: 2,
          augment: changes,
          dropLast: true,
          startStep,
          key,
          ...plain,
        }),
      );
    const whole = await epoch(train);
    expect(await epoch(train, 2)).toEqual(whole.slice(2));
    expect(await epoch(more.train)).toEqual(whole);
    expect(whole.every(({ mix }) => mix !== undefined && mix.share >= 0 && mix.share <= 1)).toBe(true);
    expect(whole.every(({ images }) => images.every(Number.isFinite))).toBe(true);
  });

  it("finds a damaged store by its checksum, names the file and makes it anew once that is gone", async () => {
    const directory = scratch();
    const before = await as(stored);
    cpSync(stores, directory, { recursive: true });
    const folder = join(directory, "image-folder");
    const [name] = readdirSync(folder).filter((file) => file.endsWith(".pictures")) as [string];
    const bytes = readFileSync(join(folder, name));
    const damaged = Buffer.from(bytes);
    damaged[100] = (damaged[100] as number) ^ 1;
    writeFileSync(join(folder, name), damaged);
    await expect(load(root, {}, directory).then(as)).rejects.toThrow(
      /p0\.png is damaged in the stored pictures .*delete that file/,
    );
    writeFileSync(join(folder, name), bytes.subarray(0, bytes.length - 9));
    await expect(load(root, {}, directory)).rejects.toThrow(/Delete it; it is then made anew/);
    rmSync(join(folder, name));
    expect((await as(await load(root, {}, directory))).map(({ images }) => images)).toEqual(
      before.map(({ images }) => images),
    );
  });

  it("goes on with a store that was left half made, whatever stands at its end", async () => {
    const before = await as(stored);
    const folder = join(stores, "image-folder");
    const [name] = readdirSync(folder).filter((file) => file.endsWith(".pictures")) as [string];
    const whole = readFileSync(join(folder, name));
    // What a killed process leaves: some pictures, journalled, and bytes of the next ones.
    const other = scratch();
    cpSync(folder, join(other, "image-folder"), { recursive: true });
    const target = join(other, "image-folder", name);
    rmSync(target);
    writeFileSync(`${target}.partial`, whole.subarray(0, 5000));
    const index = readIndex(join(folder, name));
    const lines = [0, 1, 2, 3].map((i) => {
      const [height, width] = index.sizes.subarray(2 * i, 2 * i + 2);
      return JSON.stringify([
        index.offsets[i],
        height,
        width,
        sumText(index, i),
        [...index.moments.subarray(6 * i, 6 * i + 6)],
        "",
      ]);
    });
    writeFileSync(`${target}.journal`, `${lines.join("\n")}\n[12,`);
    const after = await as(await load(root, {}, other));
    expect(after.map(({ images }) => images)).toEqual(before.map(({ images }) => images));
    expect(readFileSync(target).equals(whole)).toBe(true);
    expect(existsSync(`${target}.journal`)).toBe(false);
  });

  it("lists files that are no pictures with their reasons, and goes on only if so many are allowed", async () => {
    const odd = await pictureFolder();
    made.push(odd);
    put(odd, "train/day/empty.jpg", "");
    put(odd, "train/day/text.png", "this is no picture");
    const { data, raw } = halves(300, 200, [200, 10, 10], [10, 10, 200]);
    const jpeg: Buffer = await sharp(data, { raw }).jpeg().toBuffer();
    put(odd, "train/night/cut.jpg", jpeg.subarray(0, Math.floor(0.7 * jpeg.length)));
    put(odd, "train/night/notes.txt", "read me");
    put(odd, "train/night/really-png.jpg", await sharp(data, { raw }).png().toBuffer());
    put(odd, "train/night/drawing.png", '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    const directory = scratch();
    const refused = await load(odd, {}, directory).catch((error: Error) => error);
    const text = (refused as Error).message;
    expect(text).toMatch(/4 files of 17 .* cannot be read, and 0 may be left out/);
    expect(text).toContain("train/day/empty.jpg is empty");
    expect(text).toMatch(/train\/day\/text\.png holds no picture that can be read/);
    expect(text).toMatch(/train\/night\/cut\.jpg is damaged/);
    expect(text).toMatch(/train\/night\/drawing\.png is of format svg/);
    expect(text).toMatch(/set folder\.allowedFaults to 4/);
    const [, list] = /listed in (\S+\.faults\.txt)/.exec(text) as unknown as [string, string];
    expect(readFileSync(list, "utf8").trim().split("\n")).toHaveLength(4);
    const { train, checked, info } = await load(odd, { allowedFaults: 4 }, directory);
    expect(train.labels.length).toBe(9);
    expect(checked.join("; ")).toContain(
      "read as what they are, not what their names say: train/night/really-png.jpg (png)",
    );
    expect(checked.join("; ")).toContain("passed over, not named as pictures: train/night/notes.txt");
    expect(info.note).toContain("4 files left out that cannot be read");
  });

  it("refuses one class, classes without pictures, and classes that differ between train and val", async () => {
    const one = scratch();
    put(one, "train/only/a.png", "");
    expect(() => imageFolderSettings(one)).toThrow(
      /must have at least 2 classes, a folder for each, got "only" alone/,
    );
    const empty = await pictureFolder();
    made.push(empty);
    put(empty, "train/void/readme.txt", "");
    put(empty, "val/void/readme.txt", "");
    expect(() => imageFolderSettings(empty)).toThrow(
      /class "void" of .* must have at least one picture for training, got none/,
    );
    for (const [train, val] of [
      ["training", "validation"],
      ["Train", "Val"],
      ["val", "test"],
    ] as const) {
      const named = scratch();
      for (const part of [train, val]) put(named, `${part}/ants/a.png`, "");
      expect(() => imageFolderSettings(named), train).toThrow(
        /must have a folder train, and one val or test beside it, or folders of classes, got \w+, \w+\. Rename/,
      );
    }
    const uneven = await pictureFolder();
    made.push(uneven);
    put(uneven, "val/dawn/a.png", "");
    expect(() => imageFolderSettings(uneven)).toThrow(
      /must have folders of the same classes, got dawn in val alone/,
    );
    expect(() => imageFolderSettings(join(one, "nowhere"))).toThrow(
      /expected a folder .*nowhere .* got none/,
    );
    const settings = imageFolderSettings(root, { imageSize: 16 });
    await expect(
      loadData(dataConfig({ ...settings, folder: { ...settings.folder, classes: 3 } }), key),
    ).rejects.toThrow(
      /must have the 3 classes that folder\.classes says, got 2 \(day, night\)\. Set folder\.classes to 2/,
    );
  });

  it("says which folders beside train are not read, and refuses one that is another name of val", async () => {
    const more = await pictureFolder();
    made.push(more);
    put(more, "test/day/a.png", "");
    put(more, "masks/day/a.png", "");
    const { note, pictures } = listPictures(folderOf(more));
    expect(note).toBe("Test pictures: those of val. Not read: masks, test.");
    expect(pictures.filter(({ part }) => part === "test")).toHaveLength(4);
    for (const part of ["val", "test"]) rmSync(join(more, part), { recursive: true });
    expect(listPictures(folderOf(more)).note).toMatch(/held out by a fixed draw\. Not read: masks\.$/);
    put(more, "valid/day/a.png", "");
    expect(() => imageFolderSettings(more)).toThrow(
      /must have a folder val or test beside train, or none of such a name, got "valid"\. Rename it to val or test, or move it elsewhere/,
    );
  });

  it("holds out a share of each class where there is no val, the same for every seed", async () => {
    const flat = scratch();
    cpSync(join(root, "train"), flat, { recursive: true });
    const settings = imageFolderSettings(flat, { imageSize: 16, testShare: 0.25, threads: 1 });
    const directory = scratch();
    const sets = await Promise.all(
      [0, 1].map((seed) => loadData(dataConfig({ ...settings, directory }), randomKey(seed))),
    );
    expect([...(sets[0]?.test.labels ?? [])]).toEqual([0, 1]);
    expect(sets[0]?.info.contentHash).toBe(sets[1]?.info.contentHash);
  });

  it("holds a picture out whole that a list without parts names several times, and counts it once", () => {
    const flat = scratch();
    const lines = [0, 1, 2, 3, 4].flatMap((i) => [`a${i}.png,ant`, `b${i}.png,bee`]);
    const listed = (text: string) => {
      const settings = imageListSettings(put(flat, "list.csv", text), { testShare: 0.4 });
      const { pictures } = listPictures(dataConfig(settings).folder as FolderConfig);
      const of = (part: string) => pictures.filter((one) => one.part === part).map(({ path }) => path);
      return { train: of("train"), test: of("test") };
    };
    const once = listed(lines.join("\n"));
    expect([once.train.length, once.test.length]).toEqual([6, 4]);
    // The second time by another way to the same file.
    const again = lines.map((line) => `${flat}/./${line}`);
    const { train, test } = listed([...lines, ...again, ...lines].join("\n"));
    expect([train.length, test.length]).toEqual([18, 12]);
    expect([new Set(train), new Set(test)]).toEqual([new Set(once.train), new Set(once.test)]);
    expect(() => listed("a0.png,ant\na0.png,ant\nb0.png,bee\nb1.png,bee\n")).toThrow(
      /class "ant" of .* must have at least one picture for testing, got none/,
    );
  });

  it("reads a CSV list with or without parts, quoted names included", async () => {
    const directory = scratch();
    put(
      root,
      "list.csv",
      'path,class,part\n"train/day/p0.png","a, b",train\ntrain/night/p0.png,c,train\r\nval/day/p0.png,"a, b",val\nval/night/p0.png,c,test\n',
    );
    const settings = imageListSettings(join(root, "list.csv"), { imageSize: 16, threads: 1 });
    const { train, test } = await loadData(dataConfig({ ...settings, directory }), key);
    expect(train.classNames).toEqual(["a, b", "c"]);
    expect([train.labels.length, test.labels.length]).toEqual([2, 2]);
    put(root, "broken.csv", "train/day/p0.png\n");
    expect(() => imageListSettings(join(root, "broken.csv"))).toThrow(
      /line 1 of .*broken\.csv must be path,class/,
    );
    put(root, "one.csv", "train/day/p0.png,a\n");
    expect(() => imageListSettings(join(root, "one.csv"))).toThrow(
      /the list .*one\.csv must name pictures of at least 2 classes, got "a" alone\. Its lines are path,class or/,
    );
    put(root, "both.csv", "train/day/p0.png,a,train\nval/day/p0.png,b,test\ntrain/day/p0.png,a,test\n");
    expect(() => imageListSettings(join(root, "both.csv"))).toThrow(
      /lines 1 and 3 of .*both\.csv must say the same of train\/day\/p0\.png, got "a, train" and "a, test"\. Remove one/,
    );
    put(root, "mixed.csv", "train/day/p0.png,a,train\ntrain/night/p0.png,b\n");
    expect(() => imageListSettings(join(root, "mixed.csv"))).toThrow(
      /must say train or test in every line or in none, got 1 of 2/,
    );
  });
});
