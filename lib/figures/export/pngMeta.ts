import { BarsError } from "../../util/errors";

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Whether these are the bytes of a PNG image. */
export function isPng(bytes: Buffer): boolean {
  return bytes.subarray(0, 8).equals(signature);
}

/**
 * A PNG image with texts in it (chunks `iTXt`, UTF-8) and a physical size (chunk `pHYs`), so that a page sets it at
 * its exact size.
 *
 * @param dotsPerInch of the whole image.
 */
export function withPngMeta(
  png: Buffer,
  texts: Readonly<Record<string, string>>,
  dotsPerInch: number,
): Buffer {
  if (!isPng(png)) throw new BarsError("withPngMeta: expected a PNG image, got other bytes.");
  // The header chunk is always first: 8 bytes of signature, then 12 around 13 bytes of data.
  const headerEnd = 8 + 12 + 13;
  const perMetre = Math.round(dotsPerInch / 0.0254);
  const physical = Buffer.alloc(9);
  physical.writeUInt32BE(perMetre, 0);
  physical.writeUInt32BE(perMetre, 4);
  physical[8] = 1;
  const added = [
    chunk("pHYs", physical),
    ...Object.entries(texts).map(([keyword, text]) =>
      // Keyword, end, not compressed (two bytes), no language, no translated keyword.
      chunk("iTXt", Buffer.from(`${keyword}\0\0\0\0\0${text}`, "utf8")),
    ),
  ];
  const kept = chunks(png).filter(({ name }) => name !== "pHYs" && name !== "IHDR");
  return Buffer.concat([png.subarray(0, headerEnd), ...added, ...kept.map(({ bytes }) => bytes)]);
}

/** The texts of a PNG image's `iTXt` chunks that are not compressed, by keyword. */
export function pngTexts(png: Buffer): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const { name, data } of chunks(png)) {
    if (name !== "iTXt") continue;
    const end = data.indexOf(0);
    if (data[end + 1] !== 0) continue;
    const language = data.indexOf(0, end + 3);
    const translated = data.indexOf(0, language + 1);
    texts[data.toString("latin1", 0, end)] = data.toString("utf8", translated + 1);
  }
  return texts;
}

/** Dots per inch of a PNG image that has a physical size; null for one that has none. */
export function pngDotsPerInch(png: Buffer): number | null {
  const found = chunks(png).find(({ name }) => name === "pHYs");
  return found ? found.data.readUInt32BE(0) * 0.0254 : null;
}

interface Chunk {
  readonly name: string;
  readonly data: Buffer;
  readonly bytes: Buffer;
}

function chunks(png: Buffer): Chunk[] {
  const found: Chunk[] = [];
  for (let at = 8; at + 12 <= png.length; ) {
    const length = png.readUInt32BE(at);
    const end = at + 12 + length;
    const name = png.toString("latin1", at + 4, at + 8);
    found.push({ name, data: png.subarray(at + 8, end - 4), bytes: png.subarray(at, end) });
    at = end;
  }
  return found;
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

/** The checksum of PNG chunks (ISO 3309). */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
