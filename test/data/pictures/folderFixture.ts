import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

// The library's own dependency, from where the library finds it.
export const sharp = createRequire(join(__dirname, "../../../lib/package.json"))(
  "sharp",
) as typeof import("sharp");

/** A picture whose left half is of one colour and whose right half of another, with some texture. */
export function halves(
  width: number,
  height: number,
  left: readonly number[],
  right: readonly number[],
): { data: Buffer; raw: { width: number; height: number; channels: 3 } } {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++)
        data[(y * width + x) * 3 + c] = ((x < width / 2 ? left : right)[c] as number) ^ ((x * 7 + y * 3) & 7);
  return { data, raw: { width, height, channels: 3 } };
}

/** A folder with `train` and `val` of two classes, PNG pictures of several sizes. */
export async function pictureFolder(perClass = 4): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "bars-pictures-"));
  for (const part of ["train", "val"]) {
    for (const [label, name] of ["day", "night"].entries()) {
      const folder = join(root, part, name);
      mkdirSync(folder, { recursive: true });
      for (let i = 0; i < (part === "train" ? perClass : 2); i++) {
        const shade = label === 0 ? 200 - 9 * (i % 16) : 40 + 9 * (i % 16);
        const [width, height] = [24 + 5 * (i % 8), 30 - 2 * (i % 8)];
        const { data, raw } = halves(width, height, [shade, 90, 30], [20, shade, 120]);
        await sharp(data, { raw })
          .png()
          .toFile(join(folder, `p${i}.png`));
      }
    }
  }
  return root;
}

/** Writes bytes below a folder, making what is missing on the way. */
export function put(root: string, name: string, bytes: Uint8Array | string): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}
