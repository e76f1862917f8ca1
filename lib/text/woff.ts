import { inflateSync } from "node:zlib";
import { sfnt } from "./sfnt";

/** A WOFF file (W3C, WOFF File Format 1.0) as the TrueType file it packs. */
export function woffToSfnt(woff: Buffer): Buffer {
  const tables = Array.from({ length: woff.readUInt16BE(12) }, (_, i): [string, Buffer] => {
    const at = 44 + 20 * i;
    const [from, packed, length] = [4, 8, 12].map((offset) => woff.readUInt32BE(at + offset)) as [
      number,
      number,
      number,
    ];
    const bytes = woff.subarray(from, from + packed);
    return [woff.toString("latin1", at, at + 4), packed < length ? inflateSync(bytes) : bytes];
  });
  return sfnt(new Map(tables));
}
