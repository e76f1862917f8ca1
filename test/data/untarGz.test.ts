import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { untarGz } from "../../lib/data/untarGz";
import { integers, randomKey } from "../../lib/random/randomKey";
import { tar, tarGz } from "./tarFixture";

let folder: string;
const large = Uint8Array.from(integers(randomKey(0), 200_001, 256));
const members = [
  { name: "set/", kind: "5" },
  { name: "set/readme.html", body: Buffer.from("not asked for") },
  { name: "set/large.bin", body: large },
  { name: "block.bin", body: large.subarray(0, 512), prefix: "set" },
  { name: "set/empty.txt" },
  { name: "../escape.txt", body: Buffer.from("out") },
];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bars-untar-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function archive(bytes: Uint8Array): { path: string; out: string } {
  const inner = mkdtempSync(join(folder, "case-"));
  const path = join(inner, "archive.tar.gz");
  const out = join(inner, "out");
  mkdirSync(out);
  writeFileSync(path, bytes);
  return { path, out };
}

describe("untarGz", () => {
  it("writes the listed members byte for byte, whatever their size, and nothing else", async () => {
    const { path, out } = archive(tarGz(members));
    await untarGz(path, ["set/large.bin", "set/block.bin", "set/empty.txt"], out);
    expect(readdirSync(out).sort()).toEqual(["block.bin", "empty.txt", "large.bin"]);
    expect(readFileSync(join(out, "large.bin")).equals(large)).toBe(true);
    expect(readFileSync(join(out, "block.bin")).equals(large.subarray(0, 512))).toBe(true);
    expect(readFileSync(join(out, "empty.txt")).length).toBe(0);
  });

  it("reads what the system's tar writes", async () => {
    const { path, out } = archive(new Uint8Array());
    const source = join(out, "source");
    mkdirSync(join(source, "set"), { recursive: true });
    writeFileSync(join(source, "set/large.bin"), large);
    writeFileSync(join(source, "set/names.txt"), "a\nb\n");
    execFileSync("tar", ["-czf", path, "-C", source, "set"]);
    await untarGz(path, ["set/names.txt", "set/large.bin"], out);
    expect(readFileSync(join(out, "large.bin")).equals(large)).toBe(true);
    expect(readFileSync(join(out, "names.txt"), "utf8")).toBe("a\nb\n");
  });

  it("names the members an archive lacks", async () => {
    const { path, out } = archive(tarGz(members));
    await expect(untarGz(path, ["set/large.bin", "set/other.bin", "set/"], out)).rejects.toThrow(
      `untarGz: ${path} must hold set/other.bin, set/, but does not; it is another archive.`,
    );
  });

  it.each([
    [
      "is no gzip file",
      () => Buffer.from("<html>"),
      /must be a gzip file, but cannot be unpacked \(incorrect header check\)\.$/,
    ],
    [
      "is cut off inside the gzip stream",
      () => tarGz(members).subarray(0, 5000),
      /cannot be unpacked \(unexpected end of file\)\.$/,
    ],
    [
      "has another checksum, behind the last member that is asked for",
      () => {
        const bytes = tarGz([...members, { name: "set/later.bin", body: Buffer.concat([large, large]) }]);
        bytes.writeUInt8((bytes[bytes.length - 8] as number) ^ 1, bytes.length - 8);
        return bytes;
      },
      /cannot be unpacked \(incorrect data check\)\.$/,
    ],
    [
      "is cut off inside the tar",
      () => gzipSync(tar(members).subarray(0, 4000)),
      /ends in the middle of a file; it is truncated\.$/,
    ],
    [
      "holds no tar",
      () => gzipSync(Buffer.alloc(1024, "x")),
      /must be a tar archive, but a header's checksum is wrong\.$/,
    ],
  ])("refuses a file that %s", async (_, make, message) => {
    const { path, out } = archive(make());
    await expect(untarGz(path, ["set/large.bin"], out)).rejects.toThrow(message);
  });
});
