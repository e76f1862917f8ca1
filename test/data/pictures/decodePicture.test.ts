import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { decodePicture } from "../../../lib/data/pictures/decodePicture";
import { halves, put, sharp } from "./folderFixture";

const folder = mkdtempSync(join(tmpdir(), "bars-decode-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { data, raw } = halves(48, 32, [220, 30, 30], [30, 30, 220]);
const form = { storedSize: 16, channels: 3, convert: true };
const picture = () => sharp(data, { raw });
const decode = (name: string, bytes: Buffer, changes = {}) =>
  decodePicture(sharp, fs, put(folder, name, bytes), { ...form, ...changes });

/** The mean colour of the left and of the right quarter, as stored. */
function sides({ pixels, height, width }: Awaited<ReturnType<typeof decodePicture>>): number[][] {
  return [0, (3 * width) >> 2].map((from) =>
    [0, 1, 2].map((c) => {
      let sum = 0;
      for (let y = 0; y < height; y++)
        for (let x = from; x < from + (width >> 2); x++) sum += pixels[(y * width + x) * 3 + c] as number;
      return sum / (height * (width >> 2));
    }),
  );
}

/** Red at the left and blue at the right, up to what a lossy form changes. */
function isRedAndBlue(found: Awaited<ReturnType<typeof decodePicture>>, within = 25): void {
  expect([found.height, found.width]).toEqual([16, 24]);
  const [left, right] = sides(found) as [number[], number[]];
  for (const [got, want] of [
    [left, [220, 30, 30]],
    [right, [30, 30, 220]],
  ] as const)
    for (let c = 0; c < 3; c++)
      expect(Math.abs((got[c] as number) - (want[c] as number))).toBeLessThan(within);
}

describe("decodePicture", () => {
  it.each([
    ["baseline JPEG", "a.jpg", () => picture().jpeg()],
    ["progressive JPEG", "b.jpg", () => picture().jpeg({ progressive: true })],
    ["PNG", "c.png", () => picture().png()],
    ["PNG with a palette", "d.png", () => picture().png({ palette: true, colours: 16 })],
    ["PNG of 16 bits", "e.png", () => picture().toColourspace("rgb16").png()],
    ["WebP", "f.webp", () => picture().webp()],
    ["WebP without loss", "g.webp", () => picture().webp({ lossless: true })],
    ["GIF", "h.gif", () => picture().gif()],
    ["TIFF", "i.tiff", () => picture().tiff()],
  ])("reads %s", async (_, name, make) => {
    const found = await decode(name, await make().toBuffer());
    isRedAndBlue(found);
    expect(found.misnamed).toBe("");
  });

  it("turns a picture as its EXIF says", async () => {
    // Turned a quarter to the left, with the mark that it must be turned to the right.
    const bytes = await picture().rotate(270).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    isRedAndBlue(await decode("exif.jpg", bytes));
  });

  it("reads CMYK as colour", async () => {
    isRedAndBlue(await decode("cmyk.jpg", await picture().toColourspace("cmyk").jpeg().toBuffer()), 90);
  });

  it("lays what is transparent over black", async () => {
    const alpha = Buffer.alloc(48 * 32 * 4);
    for (let i = 0; i < 48 * 32; i++) alpha.set([255, 255, 255, i % 48 < 24 ? 255 : 0], 4 * i);
    const bytes = await sharp(alpha, { raw: { ...raw, channels: 4 } })
      .png()
      .toBuffer();
    const [left, right] = sides(await decode("alpha.png", bytes)) as [number[], number[]];
    expect(left[0]).toBeGreaterThan(250);
    expect(right[0]).toBeLessThan(5);
  });

  it("gives grey three equal channels, or keeps one, and refuses both ways where conversion is off", async () => {
    const grey = await picture().toColourspace("b-w").jpeg().toBuffer();
    const { pixels } = await decode("grey.jpg", grey);
    expect([pixels[0], pixels[1]]).toEqual([pixels[1], pixels[2]]);
    const one = await decode("grey1.jpg", grey, { channels: 1 });
    expect(one.pixels.length).toBe(16 * 24);
    await expect(decode("grey2.jpg", grey, { convert: false })).rejects.toThrow(
      /has grey alone, expected colour \(channels 3\)/,
    );
    const colour = await picture().jpeg().toBuffer();
    await expect(decode("colour.jpg", colour, { convert: false, channels: 1 })).rejects.toThrow(
      /has colour, expected grey \(channels 1\)/,
    );
  });

  it("says of a picture under another format's name what it is", async () => {
    expect((await decode("png.jpg", await picture().png().toBuffer())).misnamed).toBe("png");
  });

  it("refuses a picture that is a line", async () => {
    const line = await sharp({ create: { width: 400, height: 2, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    await expect(decode("line.png", line)).rejects.toThrow(
      /is 400x2, more than 16 times as long as it is wide/,
    );
  });

  // Of another encoder than the library's own, where it is installed.
  const magick = ["magick", "convert"].find((name) => {
    try {
      execFileSync(name, ["-version"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
  it.skipIf(magick === undefined)(
    "reads what ImageMagick writes: CMYK, 4:1:1, interlaced, 16 bits, one bit",
    async () => {
      const source = put(folder, "source.png", await picture().png().toBuffer());
      const make = (name: string, options: readonly string[]) => {
        const path = join(folder, name);
        execFileSync(magick as string, [source, ...options, path]);
        return decodePicture(sharp, fs, path, form);
      };
      isRedAndBlue(await make("m1.jpg", ["-colorspace", "CMYK"]), 115);
      isRedAndBlue(await make("m2.jpg", ["-interlace", "JPEG", "-sampling-factor", "4:1:1"]), 60);
      isRedAndBlue(await make("m3.png", ["-interlace", "PNG", "-depth", "16"]));
      const bit = await make("m4.png", ["-monochrome"]);
      expect([bit.height, bit.width]).toEqual([16, 24]);
    },
  );
});
