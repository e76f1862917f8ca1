import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataConfig } from "../../../lib/config/dataConfig";
import { imageListSettings } from "../../../lib/data/datasets/imageFolderSettings";
import { type LoadedData, loadData } from "../../../lib/data/loadData";
import { sequentialBatches } from "../../../lib/data/sequentialBatches";
import { randomKey } from "../../../lib/random/randomKey";
import { pictureFolder, put } from "./folderFixture";

const made: string[] = [];
const scratch = () => {
  const folder = mkdtempSync(join(tmpdir(), "bars-mended-"));
  made.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

const plain = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] };
async function imagesOf({ train }: LoadedData): Promise<Float32Array[]> {
  const all: Float32Array[] = [];
  for await (const { images } of sequentialBatches({ set: train, batchSize: 1, ...plain })) all.push(images);
  return all;
}

describe("pictures that the system cannot read for a passing reason", () => {
  let root: string;
  /** A picture of the list, and what lies in its place: a folder of its size and time, which no user can read as a file. */
  let [picture, away, instead] = ["", "", ""];

  beforeAll(async () => {
    root = await pictureFolder();
    made.push(root);
    [picture, away, instead] = ["train/day/p1.png", "away.png", "folder"].map((name) => join(root, name)) as [
      string,
      string,
      string,
    ];
    const bytes = readFileSync(picture);
    mkdirSync(instead);
    for (let i = 0; statSync(instead).size < bytes.length; i++) writeFileSync(join(instead, `${i}`), "");
    // What comes behind the end of a PNG is no part of it.
    const { size } = statSync(instead);
    writeFileSync(picture, Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]));
    for (const path of [picture, instead]) utimesSync(path, 1e9, 1e9);
    const lines = ["train", "val"].flatMap((part) =>
      ["day", "night"].flatMap((name) =>
        readdirSync(join(root, part, name)).map((file) => `${part}/${name}/${file},${name},${part}`),
      ),
    );
    put(root, "list.csv", lines.join("\n"));
  });

  const load = (directory: string, folder: object = {}) => {
    const settings = { imageSize: 16, threads: 2, allowedFaults: 1, ...folder };
    return loadData(
      dataConfig({ ...imageListSettings(join(root, "list.csv"), settings), directory }),
      randomKey(0),
    );
  };
  const takeAway = () => {
    renameSync(picture, away);
    renameSync(instead, picture);
  };
  const bringBack = () => {
    renameSync(picture, instead);
    renameSync(away, picture);
  };
  const storeIn = (directory: string) => {
    const stores = readdirSync(join(directory, "image-folder")).filter((name) => !name.endsWith(".txt"));
    expect(stores).toHaveLength(1);
    return join(directory, "image-folder", stores[0] as string);
  };

  it.each(["disk", "none"])(
    "are reported while they cannot be read, and used from then on, with cache %s",
    async (cache) => {
      const directory = scratch();
      takeAway();
      await expect(load(directory, { cache, allowedFaults: 0 })).rejects.toThrow(
        /1 file of 12 in .* cannot be read, and 0 may be left out: train\/day\/p1\.png cannot be read \(EISDIR/,
      );
      const left = await load(directory, { cache });
      expect(left.train.labels).toHaveLength(7);
      expect(left.info.note).toContain("1 file left out that cannot be read.");
      const before = readFileSync(storeIn(directory));
      expect((await load(directory, { cache })).info.contentHash).toBe(left.info.contentHash);
      expect(readFileSync(storeIn(directory)).equals(before)).toBe(true);
      const images = await imagesOf(left);
      bringBack();
      const whole = await load(directory, { cache, allowedFaults: 0 });
      const fresh = await load(scratch(), { cache, allowedFaults: 0 });
      expect(whole.train.labels).toHaveLength(8);
      expect(whole.info).toEqual(fresh.info);
      expect(whole.checked).toEqual(fresh.checked);
      expect(await imagesOf(whole)).toEqual(await imagesOf(fresh));
      // A training that began before reads its pictures where they were.
      expect(await imagesOf(left)).toEqual(images);
      const mended = readFileSync(storeIn(directory));
      await load(directory, { cache });
      expect(readFileSync(storeIn(directory)).equals(mended)).toBe(true);
    },
  );

  it("are faults of their own where they turn out to be no pictures", async () => {
    const directory = scratch();
    const { size } = statSync(picture);
    const bytes = readFileSync(picture);
    takeAway();
    await load(directory);
    bringBack();
    writeFileSync(picture, Buffer.alloc(size, "no picture"));
    utimesSync(picture, 1e9, 1e9);
    await expect(load(directory, { allowedFaults: 0 })).rejects.toThrow(
      /train\/day\/p1\.png holds no picture that can be read/,
    );
    writeFileSync(picture, bytes);
    utimesSync(picture, 1e9, 1e9);
  });

  it("are tried again, too, where the process that could not read them was killed before it had read all", async () => {
    const whole = scratch();
    const fresh = await load(whole, { allowedFaults: 0 });
    const directory = scratch();
    const store = join(
      directory,
      "image-folder",
      storeIn(whole).slice(whole.length + "/image-folder/".length),
    );
    mkdirSync(join(directory, "image-folder"));
    writeFileSync(`${store}.partial`, "");
    const fault = "cannot be read (ESTALE: stale file handle, open 'p0.png')";
    writeFileSync(`${store}.journal`, `${JSON.stringify([fault])}\n`);
    const after = await load(directory, { allowedFaults: 0 });
    expect(after.info).toEqual(fresh.info);
    expect(await imagesOf(after)).toEqual(await imagesOf(fresh));
  });

  it("leave a file of pictures whole, also where a process is killed while it adds them", async () => {
    const directory = scratch();
    takeAway();
    await load(directory);
    bringBack();
    const store = storeIn(directory);
    const killed = scratch();
    cpSync(directory, killed, { recursive: true });
    const same = join(killed, store.slice(directory.length));
    // The length is noted, and some bytes are written.
    writeFileSync(`${same}.length`, String(statSync(same).size));
    appendFileSync(same, "half a picture");
    const [after, fresh] = [await load(killed, { allowedFaults: 0 }), await load(directory)];
    expect(await imagesOf(after)).toEqual(await imagesOf(fresh));
    expect(readFileSync(same).equals(readFileSync(store))).toBe(true);
    storeIn(killed);
  });
});
