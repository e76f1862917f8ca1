import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RecordError } from "../../lib/util/errors";
import { readTensorFile, type StoredTensor, writeTensorFile } from "../../lib/util/tensorFile";
import { temporaryFolder } from "../helpers/tinySearch";
import { withoutHash } from "../helpers/unhashedTensors";

const path = join(temporaryFolder(), "x.safetensors");
const tensors = new Map<string, StoredTensor>([
  ["a", { shape: [2, 2], values: new Float32Array([1, -2, 3.5, 1e-30]) }],
  ["empty", { shape: [0], values: new Float32Array(0) }],
  ["é", { shape: [3], values: new Int32Array([1, -2, 3]) }],
]);

describe("tensor files", () => {
  it("give back every tensor bit for bit, and the metadata", () => {
    writeTensorFile(path, tensors, { note: "x" });
    const read = readTensorFile(path);
    expect(read.tensors).toEqual(tensors);
    expect(read.metadata).toEqual({ note: "x" });
    expect(read.hashed).toBe(true);
  });

  it("are laid out as the safetensors format says: header length, JSON, values at their offsets", () => {
    writeTensorFile(path, tensors, {});
    const bytes = readFileSync(path);
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
    expect(length % 8).toBe(0);
    expect(header.a).toEqual({ dtype: "F32", shape: [2, 2], data_offsets: [0, 16] });
    expect(bytes.readFloatLE(8 + length + 8)).toBe(3.5);
    expect(header["é"].dtype).toBe("I32");
    expect(bytes.readInt32LE(8 + length + header["é"].data_offsets[0] + 4)).toBe(-2);
  });

  it("say what is wrong with a missing, truncated or foreign file", () => {
    expect(() => readTensorFile(`${path}.none`)).toThrow(
      "expected a checkpoint file, could not read it: ENOENT",
    );
    writeTensorFile(path, tensors, {});
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 1));
    expect(() => readTensorFile(path)).toThrow(
      `tensor "é" should end at byte ${bytes.length}, the file ends at ${bytes.length - 1}`,
    );
    writeFileSync(path, bytes.subarray(0, 40));
    expect(() => readTensorFile(path)).toThrow("the file ends at 40");
    writeFileSync(path, "abc");
    expect(() => readTensorFile(path)).toThrow("expected at least 8 bytes, got 3");
    writeFileSync(path, Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 0, 0, 0]), Buffer.from("nope")]));
    expect(() => readTensorFile(path)).toThrow("its header is not JSON");
  });

  it("state the SHA-256 of the file with zeros in place of that hash", () => {
    writeTensorFile(path, tensors, { note: "x" });
    const text = readFileSync(path).toString("latin1");
    const stated = /"contentHash":"([0-9a-f]{64})"/.exec(text)?.[1] as string;
    const zeroed = Buffer.from(text.replace(stated, "0".repeat(64)), "latin1");
    expect(createHash("sha256").update(zeroed).digest("hex")).toBe(stated);
  });

  it("are refused with any bit flipped, cut anywhere, or with bytes more", () => {
    writeTensorFile(path, tensors, { note: "x" });
    const good = readFileSync(path);
    const refused = (bytes: Buffer, what: string) => {
      writeFileSync(path, bytes);
      let came: unknown = "no error";
      try {
        readTensorFile(path);
      } catch (error) {
        came = error;
      }
      expect(came, what).toBeInstanceOf(RecordError);
      expect((came as Error).message, what).toContain(`${path}: `);
      expect((came as Error).message, what).toMatch(
        /Delete it and resume from an older checkpoint, or start again\.$/,
      );
    };
    for (let bit = 0; bit < 8 * good.length; bit++) {
      const bytes = Buffer.from(good);
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      refused(bytes, `bit ${bit}`);
    }
    for (let length = 0; length < good.length; length++)
      refused(good.subarray(0, length), `cut at ${length}`);
    refused(Buffer.concat([good, Buffer.alloc(4)]), "4 bytes more");
  });

  const raw = (header: unknown, data: Uint8Array) => {
    const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([length, text, data]);
  };
  const entry = (from: number, to: number, rest: object = {}) => ({
    dtype: "F32",
    shape: [(to - from) / 4],
    data_offsets: [from, to],
    ...rest,
  });

  it.each<[string, unknown, string]>([
    ["a gap", { a: entry(0, 4), b: entry(8, 12) }, 'tensor "b" should begin at byte '],
    ["an overlap", { a: entry(0, 8), b: entry(4, 12) }, 'tensor "b" should begin at byte '],
    ["unused bytes at the end", { a: entry(0, 8) }, "it should end with its last tensor at byte "],
    ["a tensor beyond the end", { a: entry(0, 16) }, 'tensor "a" should end at byte '],
    [
      "another type",
      { a: entry(0, 12, { dtype: "F16" }) },
      'tensor "a" should be of type F32 or I32, got "F16".',
    ],
    [
      "a shape of another size",
      { a: entry(0, 12, { shape: [2, 2] }) },
      'tensor "a" of shape [2, 2] should have 16 bytes, its offsets give 12.',
    ],
    [
      "a negative shape",
      { a: entry(0, 12, { shape: [-3, -1] }) },
      'tensor "a" should have a shape of whole numbers',
    ],
    [
      "three offsets",
      { a: entry(0, 12, { data_offsets: [0, 6, 12] }) },
      'tensor "a" should have two offsets',
    ],
    [
      "an entry that is none",
      { a: null },
      'tensor "a" should have the fields data_offsets, dtype, shape, got null.',
    ],
    [
      "another field",
      { a: entry(0, 12, { x: 1 }) },
      "should have the fields data_offsets, dtype, shape, got data_offsets,",
    ],
    [
      "metadata that are no text",
      { __metadata__: { n: 1 }, a: entry(0, 12) },
      'the metadata "n" should be text, got 1.',
    ],
    [
      "metadata that are a list",
      { __metadata__: [], a: entry(0, 12) },
      "its metadata should be an object, got [].",
    ],
    ["a header that is a list", [], "its header should be an object, got []."],
    [
      "a tensor given twice",
      '{"a":1,"a":2}',
      'its header is not JSON (the key "a" is given twice in one object).',
    ],
  ])("are refused with %s", (_what, header, message) => {
    writeFileSync(path, raw(header, Buffer.alloc(12)));
    expect(() => readTensorFile(path)).toThrow(RecordError);
    expect(() => readTensorFile(path)).toThrow(message);
  });

  it("are refused with a header longer than the format allows, before anything is reserved for it", () => {
    const bytes = raw({}, Buffer.alloc(0));
    bytes.writeBigUInt64LE(2n ** 62n);
    writeFileSync(path, bytes);
    expect(() => readTensorFile(path)).toThrow(
      "its header should have at most 100000000 bytes, it states 4611686018427387904.",
    );
  });

  it.each([
    { kind: "bars.search-checkpoint", schema: "2", legal: true },
    { kind: "bars.search-checkpoint", schema: "3", legal: false },
    { kind: "bars.train-checkpoint", schema: "1", legal: true },
    { kind: "bars.train-checkpoint", schema: "2", legal: false },
    { kind: "bars.trained-weights", schema: "1", legal: true },
    { kind: "bars.trained-weights", schema: "2", legal: false },
    { kind: "bars.bench-start", legal: false },
    { kind: "of another program", schema: "3", legal: true },
  ])(
    "without a hash are read only where kind and schema are older than it: $kind $schema",
    ({ legal, ...metadata }) => {
      writeTensorFile(path, tensors, metadata as Record<string, string>);
      withoutHash(path, path);
      if (legal) expect(readTensorFile(path)).toMatchObject({ metadata, hashed: false });
      else
        expect(() => readTensorFile(path)).toThrow(
          `${path}: its metadata should state the hash of its content as "contentHash", got nothing; the file is damaged or was changed.`,
        );
    },
  );

  it("whose hash has another name are refused, whatever they are", () => {
    writeTensorFile(path, tensors, { note: "x" });
    writeFileSync(path, readFileSync(path, "latin1").replace('"contentHash"', '"contentHasi"'), "latin1");
    expect(() => readTensorFile(path)).toThrow('as "contentHash", got "contentHasi"; the file is damaged');
  });

  it("of other programs, without a hash, are read as they are", () => {
    writeFileSync(path, raw({ a: entry(0, 12) }, Buffer.alloc(12)));
    const { tensors: read, hashed } = readTensorFile(path);
    expect(hashed).toBe(false);
    expect(read).toEqual(new Map([["a", { shape: [3], values: new Float32Array(3) }]]));
  });
});
