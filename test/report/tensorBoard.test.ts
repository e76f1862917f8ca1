import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventFile, writeTensorBoard } from "../../lib/report/tensorBoard";
import { crc32c } from "../../lib/util/crc32c";
import { temporaryFolder } from "../helpers/tinySearch";

const folder = temporaryFolder();

/** Written from the format alone: lengths and checksums of the records of an event file. */
function recordsOf(bytes: Buffer): Buffer[] {
  const unmasked = (value: number) => {
    const turned = (value - 0xa282ead8) >>> 0;
    return ((turned >>> 17) | (turned << 15)) >>> 0;
  };
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(unmasked(bytes.readUInt32LE(at + 8))).toBe(crc32c(bytes.subarray(at, at + 8)));
    expect(unmasked(bytes.readUInt32LE(at + 12 + length))).toBe(crc32c(data));
    records.push(data);
    at += 16 + length;
  }
  return records;
}

/** What TensorBoard itself reads in a folder of event files: numbers by run and tag. */
const reader = `
import json, sys
from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer
runs = EventMultiplexer(size_guidance={"scalars": 0}).AddRunsFromDirectory(sys.argv[1])
runs.Reload()
found = {run: {tag: [[e.step, e.wall_time, e.value] for e in runs.Scalars(run, tag)] for tag in tags["scalars"]} for run, tags in runs.Runs().items()}
print(json.dumps(found))
`;
const hasReader =
  spawnSync("python3", ["-c", "import tensorboard.backend.event_processing.event_multiplexer"]).status === 0;
if (!hasReader)
  console.warn(
    "test/report: TensorBoard's own reader is not there; its files are checked by their format alone.",
  );

describe("writeTensorBoard", () => {
  it("computes CRC-32C as RFC 3720 gives it", () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  });

  it("writes records whose lengths and checksums are right", () => {
    const bytes = Buffer.from(eventFile([{ tag: "loss/a", step: 300, wallTime: 1.5, value: 0.25 }]));
    const [version, event, ...others] = recordsOf(bytes);
    expect(others).toEqual([]);
    expect(version?.toString("latin1")).toContain("brain.Event:2");
    // Field 1 (a double), 2 (a varint: 300), 5: a message with one of tag and float.
    expect(event?.toString("hex")).toBe("09000000000000f83f10ac022a0f0a0d0a066c6f73732f61150000803e");
    bytes[20] = (bytes[20] as number) ^ 1;
    expect(() => recordsOf(bytes)).toThrow();
  });

  it("leaves out what has no curves and what cannot be read, and says so", () => {
    const out = join(folder, "left");
    const got = writeTensorBoard(
      ["data/records/race-small-seed0.json", "data/records/search-cured-seed0.json"],
      out,
    );
    expect(got).toMatchObject({
      runs: 1,
      leftOut: [{ place: "data/records/race-small-seed0.json", why: "it has no numbers over epochs" }],
    });
    expect(readdirSync(join(out, "data/records/search-cured-seed0"))).toEqual([
      expect.stringMatching(/^events\.out\.tfevents\.\d{10}\.bars\.[0-9a-f]{8}$/),
    ]);
  });

  it("gives runs of one name a folder each, and names sweeps as left out", () => {
    const runs = join(folder, "alike");
    mkdirSync(join(runs, "a"), { recursive: true });
    cpSync("data/records/search-cured-seed0.json", join(runs, "a/record.json"));
    cpSync("data/records/search-cured-seed1.json", join(runs, "a.json"));
    cpSync("data/records/search-cured-seed2.json", join(runs, "b-record.json"));
    mkdirSync(join(runs, "sweep/one"), { recursive: true });
    writeFileSync(join(runs, "sweep/one/job.json"), "{}");
    const out = join(folder, "alike-out");
    const got = writeTensorBoard([runs], out);
    expect(got.runs).toBe(3);
    expect(readdirSync(join(out, "alike")).sort()).toEqual(["a", "a-2", "b-record"]);
    expect(got.leftOut).toContainEqual({
      place: "alike/sweep",
      why: "a sweep has no numbers over epochs of its own",
    });
  });

  it.skipIf(!hasReader)("is read by TensorBoard as the records say", () => {
    const out = join(folder, "read");
    const { runs, scalars } = writeTensorBoard(["data/records/frontier"], out);
    const { stdout, stderr } = spawnSync("python3", ["-c", reader, out], {
      encoding: "utf8",
      maxBuffer: 1e9,
    });
    if (stdout === "") throw new Error(stderr);
    const found = JSON.parse(stdout) as Record<string, Record<string, [number, number, number][]>>;
    expect(Object.keys(found)).toHaveLength(runs);
    const all = Object.values(found).flatMap((tags) => Object.values(tags).flat());
    expect(all).toHaveLength(scalars);
    const record = JSON.parse(readFileSync("data/records/frontier/bars-3M-s0.json", "utf8"));
    const own = found["data/records/frontier/bars-3M-s0"];
    expect(own?.["accuracy/training"]?.map(([step, , value]) => [step, value])).toEqual(
      record.epochs.map(({ trainAccuracy }: { trainAccuracy: number }, i: number) => [
        i + 1,
        Math.fround(trainAccuracy),
      ]),
    );
    expect(own?.["result/test accuracy"]).toEqual([
      [8, expect.any(Number), Math.fround(record.tests[0].accuracy)],
    ]);
    const [, first] = own?.["loss/training"]?.[0] ?? [];
    expect(first).toBeCloseTo(Date.parse(record.createdAt) / 1000 + record.epochs[0].seconds, 3);
  });
});
