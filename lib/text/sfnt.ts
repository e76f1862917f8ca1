/** Tables of TrueType files. Source: ISO/IEC 14496-22 (Open Font Format), the chapters named by each table. */

/** The tables of a TrueType file, each under its four-letter name. */
export function sfntTables(font: Buffer): [string, Buffer][] {
  return Array.from({ length: font.readUInt16BE(4) }, (_, i) => {
    const at = 12 + 16 * i;
    const from = font.readUInt32BE(at + 8);
    return [font.toString("latin1", at, at + 4), font.subarray(from, from + font.readUInt32BE(at + 12))];
  });
}

/** A TrueType file of tables, with all checksums. */
export function sfnt(tables: ReadonlyMap<string, Buffer>): Buffer {
  const names = [...tables.keys()].sort();
  const [range, power] = searchRange(names.length);
  const head = Buffer.alloc(12 + 16 * names.length);
  head.writeUInt32BE(0x00010000, 0);
  [names.length, 16 * range, power, 16 * (names.length - range)].forEach((value, i) => {
    head.writeUInt16BE(value, 4 + 2 * i);
  });
  const parts = [head];
  let from = head.length;
  names.forEach((name, i) => {
    const table = Buffer.from(tables.get(name) as Buffer);
    if (name === "head") table.writeUInt32BE(0, 8);
    const padded = Buffer.concat([table, Buffer.alloc((4 - (table.length % 4)) % 4)]);
    head.write(name.padEnd(4), 12 + 16 * i, "latin1");
    [checksum(padded), from, table.length].forEach((value, k) => {
      head.writeUInt32BE(value, 16 + 16 * i + 4 * k);
    });
    parts.push(padded);
    from += padded.length;
  });
  const file = Buffer.concat(parts);
  const at = head.readUInt32BE(20 + 16 * names.indexOf("head"));
  file.writeUInt32BE((0xb1b0afba - checksum(file)) >>> 0, at + 8);
  return file;
}

function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 4) sum = (sum + bytes.readUInt32BE(i)) >>> 0;
  return sum;
}

/** The largest power of two not above a count, and its exponent. */
function searchRange(count: number): [number, number] {
  const power = Math.floor(Math.log2(Math.max(1, count)));
  return [2 ** power, power];
}

/**
 * `cmap`: which glyph a code point shows. A table of format 4 for Windows, Unicode, holds those of the basic plane; where
 * there are others, one of format 12 holds all.
 */
export function cmapTable(glyphs: ReadonlyMap<number, number>): Buffer {
  const basic = basicPlane([...glyphs].filter(([code]) => code < 0x10000));
  if (basic.length > 0 && [...glyphs.keys()].every((code) => code < 0x10000)) {
    return Buffer.concat([uint16s([0, 1, 3, 1, 0, 12]), basic]);
  }
  const head = uint16s([0, 2, 3, 1, 0, 20, 3, 10, 0, 20 + basic.length]);
  return Buffer.concat([head, basic, everyPlane([...glyphs])]);
}

function everyPlane(glyphs: readonly (readonly [number, number])[]): Buffer {
  const sorted = [...glyphs].sort(([a], [b]) => a - b);
  const bytes = Buffer.alloc(16 + 12 * sorted.length);
  bytes.writeUInt16BE(12, 0);
  bytes.writeUInt32BE(bytes.length, 4);
  bytes.writeUInt32BE(sorted.length, 12);
  sorted.forEach(([code, glyph], i) => {
    for (const [k, value] of [code, code, glyph].entries()) bytes.writeUInt32BE(value, 16 + 12 * i + 4 * k);
  });
  return bytes;
}

function basicPlane(glyphs: readonly (readonly [number, number])[]): Buffer {
  const segments: { first: number; last: number; glyph: number }[] = [];
  for (const [code, glyph] of [...glyphs].sort(([a], [b]) => a - b)) {
    const open = segments.at(-1);
    if (open && code === open.last + 1 && glyph === open.glyph + code - open.first) open.last = code;
    else segments.push({ first: code, last: code, glyph });
  }
  if (segments.at(-1)?.last !== 0xffff) segments.push({ first: 0xffff, last: 0xffff, glyph: 0 });
  const [range, power] = searchRange(segments.length);
  const words = [
    ...[4, 16 + 8 * segments.length, 0],
    ...[2 * segments.length, 2 * range, power, 2 * (segments.length - range)],
    ...segments.map(({ last }) => last),
    0,
    ...segments.map(({ first }) => first),
    ...segments.map(({ first, glyph }) => (glyph - first) & 0xffff),
    ...segments.map(() => 0),
  ];
  return uint16s(words);
}

/** `kern`: one table of format 0; values in units of the font. */
export function kernTable(
  pairs: readonly { readonly left: number; readonly right: number; readonly value: number }[],
): Buffer {
  const sorted = [...pairs].sort((a, b) => a.left - b.left || a.right - b.right);
  const [range, power] = searchRange(sorted.length);
  const head = [
    0,
    1,
    0,
    14 + 6 * sorted.length,
    1,
    sorted.length,
    6 * range,
    power,
    6 * (sorted.length - range),
  ];
  return uint16s([...head, ...sorted.flatMap(({ left, right, value }) => [left, right, value & 0xffff])]);
}

/** `name`: texts by the number of what they say, in US English for Windows. */
export function nameTable(texts: readonly (readonly [number, string])[]): Buffer {
  const bytes = texts.map(([, text]) => Buffer.from(text, "utf16le").swap16());
  let from = 0;
  const records = texts.flatMap(([id], i) => {
    const { length } = bytes[i] as Buffer;
    from += length;
    return [3, 1, 0x409, id, length, from - length];
  });
  return Buffer.concat([uint16s([0, texts.length, 6 + 12 * texts.length, ...records]), ...bytes]);
}

/** `post` of version 3: that of another font without the names of glyphs. */
export function postTable(post: Buffer): Buffer {
  const table = Buffer.from(post.subarray(0, 32));
  table.writeUInt32BE(0x00030000, 0);
  return table;
}

function uint16s(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => {
    bytes.writeUInt16BE(value, 2 * i);
  });
  return bytes;
}
